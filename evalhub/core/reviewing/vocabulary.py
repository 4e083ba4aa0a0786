"""Name what opens a case, the steps it takes, how it stands, and the reasons that are given."""

from enum import StrEnum


class CaseKind(StrEnum):
    """What a case is about, which decides who has the first word."""

    REVIEW = "review"
    """One judgment, which a reviewer accepts or returns."""
    ADJUDICATION = "adjudication"
    """A pair whose experts disagree; they speak first, then an adjudicator decides."""
    REPORT = "report"
    """A comparison that an expert gave back as broken; somebody answers."""


class Trigger(StrEnum):
    """Why a case was opened."""

    SAMPLE = "sample"
    """Drawn by lot, by the share that the project reviews."""
    OVERRIDE = "override"
    """A response with a veto was not put behind the other."""
    VETO_CONFLICT = "veto_conflict"
    """One expert vetoes the response that another prefers."""
    SIGN_CONFLICT = "sign_conflict"
    """Two experts prefer different responses."""
    SPREAD = "spread"
    """Two graded preferences lie three or more points apart."""
    REPORT = "report"
    """An expert reported that something on the page is broken."""


KIND_OF: dict[Trigger, CaseKind] = {
    Trigger.SAMPLE: CaseKind.REVIEW,
    Trigger.OVERRIDE: CaseKind.REVIEW,
    Trigger.VETO_CONFLICT: CaseKind.ADJUDICATION,
    Trigger.SIGN_CONFLICT: CaseKind.ADJUDICATION,
    Trigger.SPREAD: CaseKind.ADJUDICATION,
    Trigger.REPORT: CaseKind.REPORT,
}


class CaseStep(StrEnum):
    """What happened in a case after it was opened."""

    TAKEN = "taken"
    """A reviewer took it in hand."""
    ACCEPTED = "accepted"
    """A reviewer finds nothing to object to in the judgment."""
    RETURNED = "returned"
    """A reviewer sends the judgment back, with a reason; it stays in force meanwhile."""
    REVISED = "revised"
    """An expert judged again; the first judgment is kept beside the new one."""
    KEPT = "kept"
    """An expert stands by what they said, with a reason."""
    AGREED = "agreed"
    """Nothing is in conflict any more after the experts looked again."""
    DECIDED = "decided"
    """An adjudicator decided, with a reason; nobody's judgment is changed by it."""
    ANSWERED = "answered"
    """A report was answered."""
    APPEALED = "appealed"
    """An expert asks somebody else to look at a return or a decision."""
    UPHELD = "upheld"
    """The appeal is right: the return was a mistake, or the pair is decided anew."""
    REJECTED = "rejected"
    """The return or the decision stands."""


class CaseState(StrEnum):
    """How a case stands, which says who has the word."""

    TALKING = "talking"
    """The experts see each other's reasons and may revise once."""
    WAITING = "waiting"
    """A reviewer owes an answer."""
    RETURNED = "returned"
    """The expert may revise, stand by the judgment, or appeal."""
    SETTLED = "settled"
    """Answered; its expert can still appeal."""
    APPEALED = "appealed"
    """Somebody who did not decide before owes an answer."""
    CLOSED = "closed"
    """Answered for good."""


class CaseLevel(StrEnum):
    """Who has to answer."""

    REVIEW = "review"
    """Reviewers."""
    COORDINATION = "coordination"
    """Coordinators beside the reviewers, once the first level was late or on appeal."""


class ReturnReason(StrEnum):
    """Why a judgment is returned."""

    GUIDELINE = "guideline"
    """It goes against a rule of the rubric."""
    MISSED_PROBLEM = "missed_problem"
    """It passes over a problem that has a flag."""
    UNCHECKED_SOURCE = "unchecked_source"
    """A source that decides the matter was not checked."""
    REASON_MISSING = "reason_missing"
    """What it says is not explained well enough to be used."""
    CONTRADICTION = "contradiction"
    """Its parts say different things."""


class DecisionReason(StrEnum):
    """Why the experts disagreed, as the adjudicator sees it."""

    GUIDELINE = "guideline"
    """A rule of the rubric settles it and was read differently."""
    RISK_TOLERANCE = "risk_tolerance"
    """They weigh the same risk differently."""
    AMBIGUOUS_PROMPT = "ambiguous_prompt"
    """The prompt can be read in more than one way."""
    AMBIGUOUS_RUBRIC = "ambiguous_rubric"
    """The rubric can be read in more than one way."""
    ERROR = "error"
    """One of them was mistaken about a fact."""
    BOTH_DEFENSIBLE = "both_defensible"
    """Experts differ on the matter and each view can be defended."""


class Verdict(StrEnum):
    """What an adjudicator decides of a pair, in the order in which its responses are stored."""

    FIRST = "first"
    """The first response is better."""
    SECOND = "second"
    """The second response is better."""
    EVEN = "even"
    """Neither is better."""
    SPLIT = "split"
    """Each view can be defended: the pair stays split, and no label is forced."""


SPLIT_REASONS = frozenset(
    {
        DecisionReason.RISK_TOLERANCE,
        DecisionReason.AMBIGUOUS_PROMPT,
        DecisionReason.AMBIGUOUS_RUBRIC,
        DecisionReason.BOTH_DEFENSIBLE,
    }
)
"""Reasons that can leave a pair split; a rule or a mistake of fact settles it."""
