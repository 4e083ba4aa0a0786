"""Read cases with their experts and steps, and append steps."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.people import Actor
from evalhub.core.reviewing.cases import MAX_MINUTES, Case, CaseEvent
from evalhub.core.reviewing.vocabulary import CaseStep, Trigger
from evalhub.db.models import Assignment, Judgment, ReviewCase, ReviewExpert, ReviewStep
from evalhub.errors import BadInput, NotFound, Sentence
from evalhub.services.audit import record
from evalhub.services.locks import lock

NO_CASE = Sentence("There is no such case, or it is not yours.")


@dataclass(frozen=True, slots=True)
class StoredCase:
    """Hold a case with what it is about; ``numbers`` name its experts without their names."""

    id: int
    project_id: int
    pair_id: int
    assignment_id: int | None
    trigger: Trigger
    case: Case
    numbers: Mapping[int, int]


def get_case(case_id: int, *, session: Session, is_held: bool = False) -> StoredCase:
    """Return a case; raise ``NotFound``.

    With ``is_held`` nobody else appends to it until the transaction ends: of two who answer at
    once the second sees the answer of the first.
    """
    if is_held:
        lock(f"review case {case_id}", session=session)
    found = load_cases(col(ReviewCase.id) == case_id, session=session)
    if not found:
        raise NotFound(NO_CASE)
    return found[0]


def load_cases(*where: sa.ColumnElement[bool], session: Session) -> list[StoredCase]:
    """Return the cases that ``where`` picks, the oldest first, in four queries however many."""
    rows = session.exec(select(ReviewCase).where(*where).order_by(col(ReviewCase.id))).all()
    # By the same condition and not by a list of ids, which a long queue would make too long.
    ids = sa.select(col(ReviewCase.id)).where(*where)
    numbers: defaultdict[int, dict[int, int]] = defaultdict(dict)
    experts = select(ReviewExpert).where(col(ReviewExpert.case_id).in_(ids))
    for expert in session.exec(experts.order_by(col(ReviewExpert.number))):
        numbers[expert.case_id][expert.person_id] = expert.number
    events: defaultdict[int, list[CaseEvent]] = defaultdict(list)
    steps = select(ReviewStep).where(col(ReviewStep.case_id).in_(ids))
    for step in session.exec(steps.order_by(col(ReviewStep.number))):
        events[step.case_id].append(_event(step))
    judges = _judges(sa.select(col(ReviewCase.pair_id)).where(*where), session)
    return [
        StoredCase(
            id=row.id,
            project_id=row.project_id,
            pair_id=row.pair_id,
            assignment_id=row.assignment_id,
            trigger=row.trigger,
            case=Case(
                kind=row.kind,
                opened_at=row.opened_at,
                experts=frozenset(numbers[row.id]),
                events=tuple(events[row.id]),
                judges=frozenset(judges[row.pair_id]),
            ),
            numbers=dict(numbers[row.id]),
        )
        for row in rows
    ]


def append_step(
    stored: StoredCase,
    event: CaseEvent,
    *,
    actor: Actor,
    session: Session,
    minutes: int = 0,
) -> StoredCase:
    """Append a step, which the rules of the case have let through, and put it on record."""
    case = stored.case
    row = ReviewStep(
        case_id=stored.id,
        number=len(case.events) + 1,
        step=event.step,
        person_id=event.person_id,
        reason=event.reason,
        verdict=event.verdict,
        words=event.words,
        minutes=minutes,
        made_at=event.at,
    )
    session.add(row)
    session.flush()
    record(
        f"review.{event.step.value}",
        session=session,
        actor=actor,
        subject=f"review:{stored.id}",
        # The words stay out of the log: they may quote a judgment.
        details={"reason": event.reason, "verdict": event.verdict and event.verdict.value},
        now=event.at,
    )
    return replace(stored, case=replace(case, events=(*case.events, event)))


def minutes_of(case_id: int, step: CaseStep, *, session: Session) -> int:
    """Return what a step took its author, as they said."""
    query = select(ReviewStep.minutes).where(ReviewStep.case_id == case_id, ReviewStep.step == step)
    return session.exec(query).first() or 0


def checked_minutes(minutes: int) -> int:
    """Return minutes that somebody says something took; raise ``BadInput`` out of range."""
    if not 0 <= minutes <= MAX_MINUTES:
        rule = Sentence("must lie between 0 and %(most)s", most=MAX_MINUTES)
        raise BadInput.at("minutes", rule)
    return minutes


def _judges(pair_ids: "sa.Select[int]", session: Session) -> defaultdict[int, set[int]]:
    """Return who has judged some pairs, from a file as well, or had them given, by pair."""
    given = sa.select(col(Assignment.pair_id), col(Assignment.person_id)).where(
        col(Assignment.pair_id).in_(pair_ids), col(Assignment.status) != AssignmentStatus.EXPIRED
    )
    judged = sa.select(col(Judgment.pair_id), col(Judgment.person_id)).where(
        col(Judgment.pair_id).in_(pair_ids)
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    for pair_id, person_id in session.connection().execute(given.union(judged)):
        found[pair_id].add(person_id)
    return found


def _event(row: ReviewStep) -> CaseEvent:
    return CaseEvent(row.step, row.person_id, row.made_at, row.words, row.reason, row.verdict)
