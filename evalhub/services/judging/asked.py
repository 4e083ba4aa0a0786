"""Tell whether somebody is asked to judge a pair again, and put on record that they did."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.assigning import Lease
from evalhub.core.people import Actor, Role
from evalhub.core.reviewing.cases import CaseEvent, check_step, may_revise, standing_of
from evalhub.core.reviewing.triggers import conflict_of
from evalhub.core.reviewing.vocabulary import CaseKind, CaseStep
from evalhub.db.models import Person, ReviewCase, ReviewExpert
from evalhub.services.judging.cases import append_step, get_case, load_cases
from evalhub.services.judging.rework import book_looking_again
from evalhub.services.judging.votes import votes_on


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """Hold which case asks its expert to look at a judgment again, and until when."""

    case_id: int
    kind: CaseKind
    until: datetime


def find_asked(lease: Lease, *, session: Session, now: datetime) -> AskedAgain | None:
    """Return the case that lets the lease's person judge its pair again now, or None."""
    # A case is about the judgment that counts: asking by a repeat of it would ask twice.
    if not lease.purpose.holds_place:
        return None
    of_person = sa.select(col(ReviewExpert.case_id)).where(
        col(ReviewExpert.person_id) == lease.person_id
    )
    cases = load_cases(
        col(ReviewCase.pair_id) == lease.pair_id,
        sa.or_(col(ReviewCase.assignment_id).is_(None), col(ReviewCase.assignment_id) == lease.id),
        col(ReviewCase.id).in_(of_person),
        session=session,
    )
    for stored in cases:
        if may_revise(stored.case, lease.person_id, now):
            due_at = standing_of(stored.case, now).due_at
            return AskedAgain(stored.id, stored.case.kind, due_at or now)
    return None


def record_revision(
    asked: AskedAgain,
    lease: Lease,
    *,
    seconds: float | None,
    session: Session,
    now: datetime,
) -> None:
    """Put on record that an expert judged again, book the time, and end a talk that agrees.

    Call it once the new judgment is appended. Raise ``Conflict`` where the case asks no more.
    """
    stored = get_case(asked.case_id, session=session, is_held=True)
    person = session.get_one(Person, lease.person_id)
    actor = Actor(person.id, person.name, frozenset({Role.ANNOTATOR}))
    check_step(stored.case, CaseStep.REVISED, actor, now)
    event = CaseEvent(CaseStep.REVISED, person.id, now)
    stored = append_step(stored, event, actor=actor, session=session)
    book_looking_again(stored, person.id, seconds=seconds, session=session, now=now)
    if stored.case.kind is CaseKind.ADJUDICATION:
        cast = votes_on([stored.pair_id], session=session).get(stored.pair_id, [])
        # Only those who talked: whoever judges the pair meanwhile is no party to it.
        votes = [one.vote for one in cast if one.person_id in stored.case.experts]
        if conflict_of(votes) is None:
            agreed = CaseEvent(CaseStep.AGREED, person.id, now)
            append_step(stored, agreed, actor=actor, session=session)
