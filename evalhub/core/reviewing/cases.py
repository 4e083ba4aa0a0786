"""Rules of cases: which step is allowed when and to whom, who owes an answer, and by when.

How a case stands follows from its steps and the clock, and is stored nowhere: no job has to run
for a late answer to go up one level, and two readers can never see two states. Nothing that
happens in a case changes what anybody is offered, or a level.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from evalhub.core.people import Actor, Role
from evalhub.core.reviewing.vocabulary import (
    SPLIT_REASONS,
    CaseKind,
    CaseLevel,
    CaseState,
    CaseStep,
    DecisionReason,
    ReturnReason,
    Verdict,
)
from evalhub.errors import BadInput, Conflict, Forbidden, Sentence

_Reason = TypeVar("_Reason", ReturnReason, DecisionReason)

RESPONSE_TIME = timedelta(days=5)
"""How long each side has for its word; what is late goes up one level or on without it."""
APPEAL_TIME = timedelta(days=14)
"""How long after a return or a decision its expert may appeal."""
MAX_WORDS = 4_000
MAX_MINUTES = 120

DECIDERS: Mapping[CaseLevel, tuple[Role, ...]] = {
    CaseLevel.REVIEW: (Role.REVIEWER, Role.ADMIN),
    CaseLevel.COORDINATION: (Role.REVIEWER, Role.COORDINATOR, Role.ADMIN),
}
EXPERT_STEPS = frozenset({CaseStep.REVISED, CaseStep.KEPT, CaseStep.APPEALED})
SPOKEN = frozenset({CaseStep.REVISED, CaseStep.KEPT})
FINAL = frozenset({CaseStep.UPHELD, CaseStep.REJECTED})
CLOSING = frozenset({CaseStep.ACCEPTED, CaseStep.AGREED, CaseStep.ANSWERED})
CONTESTABLE = frozenset({CaseStep.RETURNED, CaseStep.DECIDED})


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """Hold one step of a case and who made it.

    ``reason`` is one of ``ReturnReason`` for a return and of ``DecisionReason`` for a decision;
    ``verdict`` belongs to a decision, and to an appeal against one that was upheld.
    """

    step: CaseStep
    person_id: int
    at: datetime
    words: str = ""
    reason: str = ""
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Hold what a case is about, the experts whose judgments it concerns, and its steps.

    ``judges`` are all who have judged its pair, were given it or gave it back. They are more than
    the experts: a review is about one of several judgments, and people judge a pair after its
    disagreement was opened.
    """

    kind: CaseKind
    opened_at: datetime
    experts: frozenset[int]
    events: tuple[CaseEvent, ...] = ()
    judges: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """Hold how a case stands; ``due_at`` and ``owner`` are None where nobody owes anything."""

    state: CaseState
    level: CaseLevel
    due_at: datetime | None = None
    is_overdue: bool = False
    owner: int | None = None


def standing_of(case: Case, now: datetime) -> CaseStanding:
    """Return how a case stands at ``now``."""
    steps = {event.step: event for event in case.events}
    if steps.keys() & (FINAL | CLOSING):
        return CaseStanding(CaseState.CLOSED, CaseLevel.REVIEW)
    if CaseStep.APPEALED in steps:
        asked_at = steps[CaseStep.APPEALED].at
        return _owed(case, CaseState.APPEALED, asked_at, now, CaseLevel.COORDINATION)
    contested = next((event for event in case.events if event.step in CONTESTABLE), None)
    if contested is not None:
        return _after(contested, case, now)
    talk_ends_at = _talk_end(case)
    if now < talk_ends_at:
        return CaseStanding(CaseState.TALKING, CaseLevel.REVIEW, talk_ends_at)
    return _owed(case, CaseState.WAITING, talk_ends_at, now)


def waits_since(case: Case, now: datetime) -> datetime | None:
    """Return since when a case waits for whoever answers it; None where it does not."""
    state = standing_of(case, now).state
    if state is CaseState.APPEALED:
        return next(event.at for event in case.events if event.step is CaseStep.APPEALED)
    return _talk_end(case) if state is CaseState.WAITING else None


def has_spoken(case: Case, person_id: int) -> bool:
    """Tell whether an expert has revised or kept their judgment; each may do so once."""
    return any(event.step in SPOKEN and event.person_id == person_id for event in case.events)


UNTOLD = frozenset({CaseStep.TAKEN, CaseStep.ACCEPTED})
"""Steps of a review that tell its expert nothing that they would have to answer."""


def is_told(case: Case, person_id: int | None) -> bool:
    """Tell whether a case is shown to somebody as one of its experts.

    A review is shown once it asks something of them. Judgments that check quality have none, so an
    open or accepted one would tell which comparisons were no check: with an override, all of them.
    """
    is_quiet = case.kind is CaseKind.REVIEW and all(one.step in UNTOLD for one in case.events)
    return person_id in case.experts and not is_quiet


def may_revise(case: Case, person_id: int, now: datetime) -> bool:
    """Tell whether an expert may judge again now."""
    is_asked = standing_of(case, now).state in {CaseState.TALKING, CaseState.RETURNED}
    return is_asked and person_id in case.experts and not has_spoken(case, person_id)


def may_appeal(case: Case, person_id: int, now: datetime) -> bool:
    """Tell whether an expert may appeal now: a return or a decision, and once a case."""
    state = standing_of(case, now).state
    return person_id in case.experts and state in {CaseState.RETURNED, CaseState.SETTLED}


def check_step(case: Case, step: CaseStep, actor: Actor, now: datetime) -> int:
    """Return who makes ``step``; raise where the case does not allow it now, or not by ``actor``.

    ``Conflict`` names the state that does not allow it, ``Forbidden`` who may not: nobody decides
    about their own judgment, and no appeal is answered by whoever decided before.
    """
    if actor.person_id is None:
        raise Forbidden("A case is answered by a person who signs with their name.")
    standing = standing_of(case, now)
    if step in EXPERT_STEPS:
        _check_expert(case, step, actor.person_id, now)
        return actor.person_id
    if not actor.has(*DECIDERS[standing.level]):
        raise Forbidden("This case is answered by reviewers; coordinators join when it is late.")
    check_apart(case, actor)
    if standing.state not in _ALLOWED_IN[step] or case.kind not in _ALLOWED_OF[step]:
        raise Conflict(
            f"A case that is {standing.state.value} cannot be {step.value}; look at it again."
        )
    if standing.state is CaseState.APPEALED and actor.person_id in _deciders(case):
        raise Forbidden(Sentence("An appeal is answered by somebody who did not decide before."))
    if step is CaseStep.TAKEN and standing.is_overdue:
        # It would hold nobody back, and let its taker believe that they have more time.
        raise Conflict(Sentence("This case is overdue: whoever can answer it answers it now."))
    if standing.owner not in (None, actor.person_id):
        raise Conflict("Somebody else has this case in hand.")
    return actor.person_id


def check_apart(case: Case, actor: Actor) -> None:
    """Raise ``Forbidden`` for who has judged the pair of a case, or may be judging it now.

    They would decide about their own side, or judge after reading what somebody else said.
    """
    if actor.person_id in case.experts | case.judges:
        raise Forbidden(Sentence("This pair was given to you to judge, so somebody else looks."))


def may_answer(case: Case, actor: Actor, now: datetime) -> bool:
    """Tell whether ``actor`` is among those who may answer a case that waits for an answer.

    Also while somebody else has it in hand: it may come free, and a list says who has it.
    """
    standing = standing_of(case, now)
    if standing.state not in _WAITING | _APPEALED or not actor.has(*DECIDERS[standing.level]):
        return False
    decided = standing.state is CaseState.APPEALED and actor.person_id in _deciders(case)
    return not decided and actor.person_id not in case.experts | case.judges


def check_return(reason: str) -> ReturnReason:
    """Return the reason of a return; raise ``BadInput`` for any other word."""
    return _member(reason, ReturnReason)


def check_decision(verdict: str, reason: str) -> tuple[Verdict, DecisionReason]:
    """Return a decision and its reason; raise ``BadInput`` where they contradict each other.

    What can be defended either way stays split, so that reason goes with no other verdict; and
    what a rule or a fact settles is not split.
    """
    if verdict not in set(Verdict):
        raise BadInput.at("verdict", Sentence("choose what you decide"))
    decided, why = Verdict(verdict), _member(reason, DecisionReason)
    if why is DecisionReason.BOTH_DEFENSIBLE and decided is not Verdict.SPLIT:
        raise BadInput.at("reason", Sentence("what can be defended either way stays split"))
    if decided is Verdict.SPLIT and why not in SPLIT_REASONS:
        raise BadInput.at("reason", Sentence("what a rule or a fact settles is not split"))
    return decided, why


def decision_of(case: Case) -> CaseEvent | None:
    """Return the decision in force: that of an appeal that was upheld, else the first one."""
    verdicts = [event for event in case.events if event.verdict is not None]
    return verdicts[-1] if verdicts else None


def _member(value: str, kind: type[_Reason]) -> _Reason:
    if value not in set(kind):
        raise BadInput.at("reason", Sentence("choose a reason"))
    return kind(value)


_REVIEWED, _DISPUTED = frozenset({CaseKind.REVIEW}), frozenset({CaseKind.ADJUDICATION})
_ANY = frozenset(CaseKind)
_ALLOWED_OF: Mapping[CaseStep, frozenset[CaseKind]] = {
    CaseStep.TAKEN: _ANY,
    CaseStep.ACCEPTED: _REVIEWED,
    CaseStep.RETURNED: _REVIEWED,
    CaseStep.DECIDED: _DISPUTED,
    CaseStep.ANSWERED: frozenset({CaseKind.REPORT}),
    CaseStep.UPHELD: _ANY,
    CaseStep.REJECTED: _ANY,
}
_WAITING, _APPEALED = frozenset({CaseState.WAITING}), frozenset({CaseState.APPEALED})
_ALLOWED_IN: Mapping[CaseStep, frozenset[CaseState]] = {
    CaseStep.TAKEN: _WAITING | _APPEALED,
    CaseStep.ACCEPTED: _WAITING,
    CaseStep.RETURNED: _WAITING,
    CaseStep.DECIDED: _WAITING,
    CaseStep.ANSWERED: _WAITING,
    CaseStep.UPHELD: _APPEALED,
    CaseStep.REJECTED: _APPEALED,
}


def _check_expert(case: Case, step: CaseStep, person_id: int, now: datetime) -> None:
    if person_id not in case.experts:
        raise Forbidden("Only the experts of a case speak in it.")
    if step is CaseStep.APPEALED and not may_appeal(case, person_id, now):
        raise Conflict(
            Sentence("A return or a decision can be appealed once, within fourteen days.")
        )
    if step in SPOKEN and not may_revise(case, person_id, now):
        raise Conflict(Sentence("You can revise or keep this judgment once, while you are asked."))


def _deciders(case: Case) -> frozenset[int]:
    return frozenset(event.person_id for event in case.events if event.step in CONTESTABLE)


def _talk_end(case: Case) -> datetime:
    """Return when the reviewer's turn begins: at once, but for experts who disagree."""
    if case.kind is not CaseKind.ADJUDICATION:
        return case.opened_at
    spoken = {event.person_id: event.at for event in case.events if event.step in SPOKEN}
    if case.experts and spoken.keys() >= case.experts:
        return max(spoken.values())
    return case.opened_at + RESPONSE_TIME


def _owed(
    case: Case,
    state: CaseState,
    since: datetime,
    now: datetime,
    level: CaseLevel = CaseLevel.REVIEW,
) -> CaseStanding:
    """Return who owes an answer that was asked for at ``since``."""
    due_at, owner = since + RESPONSE_TIME, _owner(case, since)
    if level is CaseLevel.REVIEW and now > due_at:
        # Whoever took it in hand and let it lie loses it: the next level must be able to act.
        level, due_at, owner = CaseLevel.COORDINATION, due_at + RESPONSE_TIME, _owner(case, due_at)
    is_overdue = now > due_at
    # There is no level above: what its owner let lie is anybody's, or nobody would ever answer.
    return CaseStanding(state, level, due_at, is_overdue, owner=None if is_overdue else owner)


def _owner(case: Case, since: datetime) -> int | None:
    owner = None
    for event in case.events:
        if event.step is CaseStep.TAKEN and event.at >= since:
            owner = event.person_id
        # By their order and not their times alone: under a clock that was set back, an appeal would
        # stay in the hands of whoever decided before, who is the one person that may not answer it.
        elif event.step in CONTESTABLE or event.step is CaseStep.APPEALED:
            owner = None
    return owner


def _after(contested: CaseEvent, case: Case, now: datetime) -> CaseStanding:
    """Return how a case stands once its judgment was returned or its pair decided."""
    due_at = contested.at + RESPONSE_TIME
    is_returned = contested.step is CaseStep.RETURNED
    if is_returned and now <= due_at and not any(has_spoken(case, one) for one in case.experts):
        return CaseStanding(CaseState.RETURNED, CaseLevel.REVIEW, due_at)
    if now <= contested.at + APPEAL_TIME:
        return CaseStanding(CaseState.SETTLED, CaseLevel.REVIEW, contested.at + APPEAL_TIME)
    return CaseStanding(CaseState.CLOSED, CaseLevel.REVIEW)
