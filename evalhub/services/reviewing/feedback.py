"""Tell experts how their own judgments were received, week by week, beside nobody else's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.reviewing.cases import Case
from evalhub.core.reviewing.vocabulary import CaseStep
from evalhub.core.scoring.agreement.subjects import by_time, pair_of
from evalhub.core.scoring.annotators.figures import first_answers, leave_one_out
from evalhub.core.scoring.intervals.shares import Share, share_of
from evalhub.db.models import Person, ReviewCase, ReviewExpert
from evalhub.services.judging.cases import load_cases
from evalhub.services.judging.current import judgments_beside

WEEK = timedelta(days=7)
NONE_REVIEWED = "No judgment of yours was reviewed."
NO_PREFERENCE = "No judgment of yours prefers a side."


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """Hold one person's figures of one week, each with its n and interval.

    ``agreement`` is the share of pairs judged as more of the others judge them than anything
    else; ``left`` the share of preferences for the first answer.
    """

    n_judgments: int
    agreement: Share
    left: Share


@dataclass(frozen=True, slots=True)
class Feedback:
    """Hold the week up to now and the one before it, and how reviews ended so far.

    ``approval`` is the share of reviewed judgments that were accepted. A return that an appeal
    has shown to be a mistake counts as accepted, and what nobody has reviewed does not count.
    """

    week: WeekFigures
    before: WeekFigures
    approval: Share


def feedback_of(person_id: int, *, session: Session, now: datetime) -> Feedback:
    """Return a person's feedback; it is told to them and read by nothing that offers work."""
    public_id = session.get_one(Person, person_id).public_id
    records = judgments_beside(person_id, since=now - 2 * WEEK, session=session)
    return Feedback(
        week=_week(records, public_id, now - WEEK, now),
        before=_week(records, public_id, now - 2 * WEEK, now - WEEK),
        approval=approval_of(person_id, session=session),
    )


def approval_of(person_id: int, *, session: Session) -> Share:
    """Return the share of a person's reviewed judgments that were accepted."""
    mine = sa.select(col(ReviewExpert.case_id)).where(col(ReviewExpert.person_id) == person_id)
    cases = load_cases(col(ReviewCase.id).in_(mine), session=session)
    ended = [ended for stored in cases if (ended := _is_approved(stored.case)) is not None]
    return share_of(sum(ended), len(ended), reason=NONE_REVIEWED)


def _is_approved(case: Case) -> bool | None:
    steps = {event.step for event in case.events}
    if CaseStep.ACCEPTED in steps:
        return True
    return CaseStep.UPHELD in steps if CaseStep.RETURNED in steps else None


def _week(
    records: list[JudgmentRecord], public_id: str, since: datetime, until: datetime
) -> WeekFigures:
    own = [
        record
        for record in records
        if record.person_public_id == public_id and since < record.created_at <= until
    ]
    n_left = sum(record.choice is Choice.A for record in own)
    n_clear = n_left + sum(record.choice is Choice.B for record in own)
    pairs = {pair_of(record) for record in own}
    return WeekFigures(
        n_judgments=len(own),
        agreement=leave_one_out(public_id, pairs, first_answers(by_time(records))),
        left=share_of(n_left, n_clear, reason=NO_PREFERENCE),
    )
