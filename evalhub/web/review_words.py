"""Say triggers, steps, states, reasons and decisions of cases in the words that pages use."""

from collections.abc import Mapping

from evalhub.core.reviewing.cases import CaseEvent
from evalhub.core.reviewing.vocabulary import (
    CaseKind,
    CaseLevel,
    CaseState,
    CaseStep,
    DecisionReason,
    ReturnReason,
    Trigger,
    Verdict,
)
from evalhub.web.language import N_, Words, _

TRIGGER_NAMES: Mapping[Trigger, str] = Words(
    {
        Trigger.SAMPLE: N_("Drawn by lot"),
        Trigger.OVERRIDE: N_("A flagged answer was not put behind the other"),
        Trigger.VETO_CONFLICT: N_("One expert rules out the answer that another prefers"),
        Trigger.SIGN_CONFLICT: N_("Experts prefer different answers"),
        Trigger.SPREAD: N_("Preferences lie three or more points apart"),
        Trigger.REPORT: N_("An expert reported a broken page"),
    }
)

KIND_NAMES: Mapping[CaseKind, str] = Words(
    {
        CaseKind.REVIEW: N_("Review"),
        CaseKind.ADJUDICATION: N_("Disagreement"),
        CaseKind.REPORT: N_("Report"),
    }
)

STATE_NAMES: Mapping[CaseState, str] = Words(
    {
        CaseState.TALKING: N_("The experts read what the other gives as a reason"),
        CaseState.WAITING: N_("Waits for a reviewer"),
        CaseState.RETURNED: N_("Returned to the expert"),
        CaseState.SETTLED: N_("Answered; an appeal is possible"),
        CaseState.APPEALED: N_("Appealed; somebody else answers"),
        CaseState.CLOSED: N_("Closed"),
    }
)

LEVEL_NAMES: Mapping[CaseLevel, str] = Words(
    {
        CaseLevel.REVIEW: N_("Reviewers"),
        CaseLevel.COORDINATION: N_("Reviewers and coordination"),
    }
)

STEP_NAMES: Mapping[CaseStep, str] = Words(
    {
        CaseStep.TAKEN: N_("Taken in hand"),
        CaseStep.ACCEPTED: N_("Accepted"),
        CaseStep.RETURNED: N_("Returned"),
        CaseStep.REVISED: N_("Judged again"),
        CaseStep.KEPT: N_("Kept as it was"),
        CaseStep.AGREED: N_("No disagreement is left"),
        CaseStep.DECIDED: N_("Decided"),
        CaseStep.ANSWERED: N_("Answered"),
        CaseStep.APPEALED: N_("Appealed"),
        CaseStep.UPHELD: N_("Appeal upheld"),
        CaseStep.REJECTED: N_("Appeal rejected"),
    }
)

RETURN_NAMES: Mapping[ReturnReason, str] = Words(
    {
        ReturnReason.GUIDELINE: N_("It goes against a rule of the rubric"),
        ReturnReason.MISSED_PROBLEM: N_("It passes over a problem that has a flag"),
        ReturnReason.UNCHECKED_SOURCE: N_("A source that decides the matter was not checked"),
        ReturnReason.REASON_MISSING: N_("The reason does not explain it"),
        ReturnReason.CONTRADICTION: N_("Its parts say different things"),
    }
)

DECISION_NAMES: Mapping[DecisionReason, str] = Words(
    {
        DecisionReason.GUIDELINE: N_("A rule of the rubric settles it"),
        DecisionReason.RISK_TOLERANCE: N_("The same risk is weighed differently"),
        DecisionReason.AMBIGUOUS_PROMPT: N_("The prompt can be read in more than one way"),
        DecisionReason.AMBIGUOUS_RUBRIC: N_("The rubric can be read in more than one way"),
        DecisionReason.ERROR: N_("A fact was mistaken"),
        DecisionReason.BOTH_DEFENSIBLE: N_("Both views can be defended"),
    }
)

_VERDICT_NAMES: Mapping[Verdict, str] = Words(
    {
        Verdict.FIRST: N_("Answer A is better"),
        Verdict.SECOND: N_("Answer B is better"),
        Verdict.EVEN: N_("Neither is better"),
        Verdict.SPLIT: N_("It stays split: both views can stand"),
    }
)
_TURNED = {Verdict.FIRST: Verdict.SECOND, Verdict.SECOND: Verdict.FIRST}


def verdict_name(verdict: Verdict, *, is_swapped: bool = False) -> str:
    """Return what a decision says of the answers as its reader sees them."""
    return _VERDICT_NAMES[_TURNED.get(verdict, verdict) if is_swapped else verdict]


def reason_name(event: CaseEvent) -> str:
    """Return the reason of a return or a decision."""
    if event.step is CaseStep.RETURNED:
        return RETURN_NAMES[ReturnReason(event.reason)]
    return DECISION_NAMES[DecisionReason(event.reason)]


def speaker(event: CaseEvent, numbers: Mapping[int, int], reader: int = 0) -> str:
    """Return who made a step, without a name: an expert's number, "you", or a reviewer."""
    number = numbers.get(event.person_id)
    if number is None:
        return _("a reviewer")
    return _("you") if number == reader else _("expert %(number)s", number=number)
