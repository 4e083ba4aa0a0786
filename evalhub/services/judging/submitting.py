"""Take in a filled form: judge, revise, say that it cannot be judged, or send the pair back.

What was said is appended, never changed. A form names the revision it was filled in over, so
that a request which a network repeats late is told from a change: the same form again gives
the same judgment, a form over the newest revision within ten minutes is the next one, and a
form over an older one is refused. Nothing here counts against anybody.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import REVISABLE_FOR, Lease, ReleaseReason, is_revisable
from evalhub.core.campaigns import AssignmentStatus, OverlapRule, ProjectStatus
from evalhub.core.judging.answers import Answer, CannotJudgeReason, Choice
from evalhub.core.judging.checks import check_answer
from evalhub.core.judging.forms import base_of, parse_form
from evalhub.core.judging.marking import mark_rows, placed_fields, unplaced, with_stored_marks
from evalhub.core.judging.outcomes import OutcomeKind, outcome_of
from evalhub.core.pay.ledger import UnpaidReason
from evalhub.core.rubrics.vocabulary import Route
from evalhub.db import tables as t
from evalhub.errors import BadInput, Conflict, LeaseLost, Sentence
from evalhub.services.assigning.expiring import reclaim_expired, take_place
from evalhub.services.assigning.leases import TAKEN_BACK
from evalhub.services.assigning.releasing import end_lease, set_status
from evalhub.services.assigning.standing import LeaseStanding, standing_of
from evalhub.services.judging.admitting import let_in_again, refuse_removed
from evalhub.services.judging.asked import AskedAgain, find_asked, record_revision
from evalhub.services.judging.booked import book_judgment
from evalhub.services.judging.drafts import counted_seconds, drop_draft
from evalhub.services.judging.matter import Matter, get_matter
from evalhub.services.judging.settling import settle_places
from evalhub.services.judging.stored import (
    Fields,
    StoredJudgment,
    add_judgment,
    answer_text,
    find_answer,
    find_judgment,
    language_read,
    refuse_stale,
)
from evalhub.services.paying.booking import book_return

_HOLDING = (AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED)
"""The statuses in which an assignment holds a place of its pair."""

LOST_TO = {
    LeaseStanding.WITH_ANOTHER: Sentence(
        "This comparison is in someone else's hands now, so it cannot be judged from here. "
        "It may still come back to you."
    ),
    LeaseStanding.JUDGED: Sentence(
        "This comparison has been judged by as many people as were wanted."
    ),
}
"""What is said of a place that cannot be taken again."""


class SubmissionKind(StrEnum):
    """What became of a submitted form."""

    JUDGED = "judged"
    """Stored as the first judgment of its assignment."""
    REVISED = "revised"
    """Stored as a later revision."""
    REPEATED = "repeated"
    """A form that is stored already, as the newest revision or an older; nothing was written."""
    RETURNED = "returned"
    """Sent back unjudged by a triage answer; nothing was written about the responses."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Hold the outcome of a submitted form; ``judgment`` is None for a returned pair."""

    kind: SubmissionKind
    token: str
    project_id: int
    judgment: StoredJudgment | None

    @property
    def revisable_until(self) -> datetime | None:
        """Return until when the judgment can be revised."""
        return self.judgment.first_at + REVISABLE_FOR if self.judgment else None


def submit(
    token: str,
    fields: Fields,
    *,
    person_id: int,
    session: Session,
    now: datetime,
    language: str = "",
) -> Submission:
    """Take in the form of the assignment with this token; its rules are told in ``language``.

    Raise ``BadInput`` with every broken rule, each named by its question; ``NotFound`` for a
    token that is not this person's; ``LeaseLost`` when the pair was given back, or when the
    lease ran out and the pair has no room left or was handed to this person again, or the person
    is no longer on the project;
    ``StaleForm`` when it was judged otherwise after this form was opened; ``Conflict`` when
    the ten minutes for changes are over. In each of these cases nothing was written.
    """
    matter = get_matter(
        token, person_id=person_id, session=session, for_update=True, language=language
    )
    answer = read = _read(matter, fields)
    # The assignment is held since the look-up, so this is the newest until the transaction ends.
    previous = find_judgment(matter.lease.id, session=session)
    outcome = outcome_of(matter.rubric, answer)
    if previous is not None:
        if outcome.kind is OutcomeKind.RETURN:
            answer = _unjudged(answer)
        # Before the form is called old: whoever sends the same again because no answer came must
        # be told that it is stored, whatever happened since.
        stored = with_stored_marks(answer, matter.texts)
        if _is_stored(stored, fields, previous, matter=matter, session=session):
            return _submission(SubmissionKind.REPEATED, matter, previous)
    refuse_stale(fields, previous)
    # After the version: a form over an old one is told so, and not that an answer is missing.
    problems = check_answer(matter.rubric, answer, matter.facts, is_as_read=answer is read)
    if problems:
        raise BadInput(problems)
    if previous is None and outcome.kind is OutcomeKind.RETURN:
        return _send_back(matter.lease, outcome.route, fields, session=session, now=now)
    return _store(matter, answer, previous, fields, session=session, now=now)


def _store(
    matter: Matter,
    answer: Answer,
    previous: StoredJudgment | None,
    fields: Fields,
    *,
    session: Session,
    now: datetime,
) -> Submission:
    """Store an answer that breaks no rule, with what follows of it for places and for pay."""
    asked = _asked_again(matter.lease, previous, session=session, now=now)
    matter = _hold_place(matter, answer, previous, session=session, now=now)
    seconds = counted_seconds(fields, matter.lease, session=session, now=now)
    judgment = add_judgment(
        matter,
        with_stored_marks(answer, matter.texts),
        previous=previous,
        active_seconds=seconds,
        rubric_language=language_read(fields, matter, session=session),
        session=session,
        now=now,
    )
    if asked is None:
        book_judgment(matter, judgment.revision, seconds=seconds, session=session, now=now)
    else:
        record_revision(asked, matter.lease, seconds=seconds, session=session, now=now)
    # What was submitted is the judgment now; a draft left over would come back over it.
    drop_draft(matter.lease, session=session)
    if matter.overlap_rule is not OverlapRule.FIXED and matter.lease.purpose.holds_place:
        settle_places(
            matter.lease.pair_id,
            rule=matter.overlap_rule,
            overlap=matter.overlap,
            session=session,
        )
    kind = SubmissionKind.REVISED if previous else SubmissionKind.JUDGED
    return _submission(kind, matter, judgment)


def _asked_again(
    lease: Lease, previous: StoredJudgment | None, *, session: Session, now: datetime
) -> AskedAgain | None:
    """Return the case that asks for a judgment again, None while it may be changed anyway.

    Raise ``Conflict`` where the ten minutes are over and nobody asks.
    """
    if previous is None or is_revisable(previous.first_at, now):
        return None
    asked = find_asked(lease, session=session, now=now)
    if asked is None:
        raise Conflict(
            Sentence("The ten minutes for changes are over; your judgment stands as it was.")
        )
    return asked


def _read(matter: Matter, fields: Fields) -> Answer:
    """Return the answer of a form, with its marks at their places in the texts as shown."""
    problems = unplaced(mark_rows(fields, matter.texts))
    if problems:
        raise BadInput(problems)
    return parse_form(matter.rubric, placed_fields(fields, matter.texts))


def _submission(
    kind: SubmissionKind, matter: Matter, judgment: StoredJudgment | None
) -> Submission:
    return Submission(kind, matter.lease.token, matter.lease.project_id, judgment)


def _is_stored(
    answer: Answer,
    fields: Fields,
    newest: StoredJudgment,
    *,
    matter: Matter,
    session: Session,
) -> bool:
    """Tell whether this form has been taken in: it changes nothing, or it came before.

    What a form over revision n says became revision n + 1, if it was the form that was taken
    in. Comparing with the newest alone would make a revision of a first form that a network
    repeats after the second.
    """
    base, text = base_of(fields), answer_text(answer)
    if base == newest.revision:
        return newest.answer == text
    return find_answer(matter.lease.id, base + 1, session=session) == text


def _unjudged(answer: Answer) -> Answer:
    """Return a judgment that its author now places outside their field as a cannot-judge."""
    return replace(
        answer,
        choice=Choice.CANNOT_JUDGE,
        preference=None,
        cannot_judge_reason=CannotJudgeReason.OUTSIDE_FIELD,
        # What sends a pair back is not looked at any further, so its marks were not checked.
        marks=(),
    )


def _send_back(
    lease: Lease, route: Route | None, fields: Fields, *, session: Session, now: datetime
) -> Submission:
    """Give the pair to someone else without a judgment, as the triage answer says."""
    reason = (
        ReleaseReason.PROMPT_BLOCKED
        if route is Route.RETURN_AND_BLOCK
        else ReleaseReason.OUT_OF_SCOPE
    )
    # A lease that ran out has no place any more; ending it would free somebody else's.
    if lease.status is AssignmentStatus.LEASED:
        end_lease(lease, reason=reason, session=session, now=now)
    elif lease.status is AssignmentStatus.EXPIRED:
        _refuse_again(lease, session=session)
        set_status(lease, AssignmentStatus.RELEASED, reason, session=session, now=now)
    # Before the draft is dropped, which may tell of more time than the form does.
    seconds = counted_seconds(fields, lease, session=session, now=now)
    book_return(lease, UnpaidReason.RETURNED, seconds=seconds, session=session, now=now)
    drop_draft(lease, session=session)
    return Submission(SubmissionKind.RETURNED, lease.token, lease.project_id, None)


def _hold_place(
    matter: Matter,
    answer: Answer,
    previous: StoredJudgment | None,
    *,
    session: Session,
    now: datetime,
) -> Matter:
    """Bring the assignment to where this answer leaves it, taking or freeing its place.

    A judgment holds a place of its pair; a cannot-judge frees it for someone else. Return the
    matter with the class of credential that the answer is given under.
    """
    lease = matter.lease
    if previous is None:
        _refuse_lost(matter)
    holds = lease.status in _HOLDING
    if not holds:
        # What has no place is claimed anew by this form, so what holds for claims holds here.
        refuse_removed(lease, session=session)
        let_in_by = let_in_again(lease, session=session, now=now)
        matter = replace(matter, lease=replace(lease, credential_class=let_in_by))
        _refuse_again(lease, session=session)
    if answer.choice is Choice.CANNOT_JUDGE:
        reason = ReleaseReason.CANNOT_JUDGE
        if holds:
            end_lease(lease, reason=reason, session=session, now=now)
        else:
            set_status(lease, AssignmentStatus.RELEASED, reason, session=session, now=now)
        return matter
    if not holds:
        _retake_place(lease, session=session, now=now)
    set_status(lease, AssignmentStatus.SUBMITTED, None, session=session, now=now)
    return matter


def _refuse_lost(matter: Matter) -> None:
    status = matter.lease.status
    if matter.lease.release_reason == ReleaseReason.REASSIGNED:
        raise LeaseLost(TAKEN_BACK)
    if status is AssignmentStatus.RELEASED:
        raise LeaseLost(
            Sentence("This comparison was given back, so it cannot be judged any more.")
        )
    if status is AssignmentStatus.EXPIRED and matter.project_status is ProjectStatus.CLOSED:
        raise LeaseLost(Sentence("Your time ran out and the project has closed since."))


def _refuse_again(lease: Lease, *, session: Session) -> None:
    """Refuse when the person holds or has judged the pair under another assignment.

    Otherwise one person could have two judgments in force on one pair.
    """
    is_cannot_judge = t.assignment.c.release_reason == ReleaseReason.CANNOT_JUDGE.value
    again = session.connection().execute(
        sa.select(t.assignment.c.id).where(
            t.assignment.c.pair_id == lease.pair_id,
            t.assignment.c.person_id == lease.person_id,
            t.assignment.c.id != lease.id,
            t.assignment.c.purpose == lease.purpose,
            t.assignment.c.occasion == lease.occasion,
            sa.or_(t.assignment.c.status.in_(_HOLDING), is_cannot_judge),
        )
    )
    if again.first() is not None:
        raise LeaseLost(
            Sentence(
                "Your time ran out and this comparison was handed to you again; continue there."
            )
        )


def _retake_place(lease: Lease, *, session: Session, now: datetime) -> None:
    """Take a place again for a lease that ran out or a cannot-judge that became a judgment."""
    # The place may be kept by a lease that ran out as well and that nobody has swept up yet.
    reclaim_expired(lease.project_id, session=session, now=now)
    if not lease.purpose.holds_place or take_place(lease.pair_id, session=session):
        return
    standing = standing_of(lease, session=session, now=now)
    lost = LOST_TO.get(standing, LOST_TO[LeaseStanding.JUDGED])
    raise LeaseLost(
        Sentence(
            "%(lost)s Your answers are kept as a draft; nothing counts against you.", lost=lost
        )
    )
