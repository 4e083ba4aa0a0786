"""Tell experts how their own judgments were received, week by week, beside nobody else's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.quality import TOLD_AFTER
from evalhub.core.reviewing.cases import Case
from evalhub.core.reviewing.vocabulary import CaseStep
from evalhub.core.scoring.agreement.subjects import by_time, pair_of
from evalhub.core.scoring.annotators.controls import count_controls
from evalhub.core.scoring.annotators.figures import (
    NO_CONTROL_JUDGED,
    FirstAnswers,
    first_answers,
    leave_one_out,
)
from evalhub.core.scoring.annotators.repeats import repeat_figures
from evalhub.core.scoring.intervals.shares import Share, share_of
from evalhub.db.models import Person, ReviewCase, ReviewExpert
from evalhub.services.judging.cases import load_cases
from evalhub.services.judging.current import judgments_beside, judgments_of

WEEK = timedelta(days=7)
NONE_REVIEWED = "No judgment of yours was reviewed a week ago or longer."
NO_PREFERENCE = "No judgment of yours prefers a side."


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """Hold one person's figures of one week, each with its n and interval.

    ``n_judgments`` counts all that they did, for whatever it was given out: a number that left out
    what checks quality would tell how much of it there was. ``agreement`` is the share of pairs
    judged as more of the others judge them than anything else; ``left`` the share of preferences
    for the first answer; ``control`` that of right answers where the answer is known, and
    ``consistency`` that of the same answers to pairs that came again with their sides swapped.
    ``agreement`` and the last two count what was judged ``TOLD_AFTER`` ago or longer, so the
    current week has none of them.
    """

    n_judgments: int
    agreement: Share
    left: Share
    control: Share
    consistency: Share


@dataclass(frozen=True, slots=True)
class Feedback:
    """Hold the week up to now and the one before it, and how reviews ended so far.

    ``approval`` is the share of reviewed judgments that were accepted. A return that an appeal
    has shown to be a mistake counts as accepted, and what nobody has reviewed does not count. An
    outcome counts once it is ``TOLD_AFTER`` old: nothing else tells of an acceptance, and only
    work is reviewed. Returns wait as long, or the rate would be too low for a week.
    """

    week: WeekFigures
    before: WeekFigures
    approval: Share


def feedback_of(person_id: int, *, session: Session, now: datetime) -> Feedback:
    """Return a person's feedback; it is told to them and read by nothing that offers work."""
    public_id = session.get_one(Person, person_id).public_id
    beside = judgments_beside(person_id, since=now - 2 * WEEK, session=session)
    first = first_answers(by_time(beside))
    own = judgments_of(person_id, since=now - 2 * WEEK, session=session)
    return Feedback(
        week=_week(own, public_id, first, (now - WEEK, now), now - TOLD_AFTER),
        before=_week(own, public_id, first, (now - 2 * WEEK, now - WEEK), now - TOLD_AFTER),
        approval=approval_of(person_id, session=session, now=now),
    )


def approval_of(person_id: int, *, session: Session, now: datetime) -> Share:
    """Return the share of a person's reviewed judgments that were accepted, as told at ``now``."""
    mine = sa.select(col(ReviewExpert.case_id)).where(col(ReviewExpert.person_id) == person_id)
    cases = load_cases(col(ReviewCase.id).in_(mine), session=session)
    told = (_is_approved(stored.case, now - TOLD_AFTER) for stored in cases)
    ended = [is_approved for is_approved in told if is_approved is not None]
    return share_of(sum(ended), len(ended), reason=NONE_REVIEWED)


def _is_approved(case: Case, told_until: datetime) -> bool | None:
    told = {event.step for event in case.events if event.at <= told_until}
    if CaseStep.ACCEPTED in told:
        return True
    if CaseStep.RETURNED not in told:
        return None
    # An appeal that was upheld counts at once: its expert was told of it, and knew of the return
    # before. Waiting would keep the rate too low for a week.
    return any(event.step is CaseStep.UPHELD for event in case.events)


def _week(
    judged: list[JudgmentRecord],
    public_id: str,
    first: FirstAnswers,
    span: tuple[datetime, datetime],
    told_until: datetime,
) -> WeekFigures:
    since, until = span
    own = [record for record in judged if since < record.created_at <= until]
    n_left = sum(record.choice is Choice.A for record in own)
    n_clear = n_left + sum(record.choice is Choice.B for record in own)
    # Agreement waits like the others: a share that moves when somebody else judges the pair would
    # tell at once that it was work, and how they judged it, while one's own answer may change.
    told = [record for record in own if record.created_at <= told_until]
    work = [record for record in told if record.purpose is Purpose.WORK]
    controls = count_controls(told, {})
    # What a repeat repeats is older than the week; the work of other weeks repeats nothing in it.
    earlier = [record for record in judged if record.purpose is Purpose.WORK]
    repeats = [record for record in told if record.purpose is Purpose.REPEAT]
    return WeekFigures(
        n_judgments=len(own),
        agreement=leave_one_out(public_id, {pair_of(record) for record in work}, first),
        left=share_of(n_left, n_clear, reason=NO_PREFERENCE),
        control=share_of(controls.n_right, controls.n, reason=NO_CONTROL_JUDGED),
        consistency=repeat_figures([*earlier, *repeats]).consistency,
    )
