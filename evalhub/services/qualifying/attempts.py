"""Let people take an assessment once, on the server's clock; nothing is lost when a page closes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor
from evalhub.core.qualifying.assessments import (
    MAX_EXTRA_MINUTES,
    AttemptEventKind,
    AttemptState,
    Grade,
    end_of,
    grade,
    state_of,
)
from evalhub.core.qualifying.credentials import check_reason
from evalhub.core.qualifying.item_statistics import ItemStatistics, item_statistics
from evalhub.core.qualifying.items import is_right
from evalhub.db.models import (
    Attempt,
    AttemptAnswer,
    AttemptEvent,
    ExtraTime,
    Person,
)
from evalhub.errors import BadInput, Conflict, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.assessing import (
    Published,
    find_assessment,
    get_assessment,
    keys_of,
)
from evalhub.services.qualifying.deciding import decider_of
from evalhub.services.qualifying.time_spent import book_assessment

ENDED = (AttemptState.HANDED_IN, AttemptState.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class StandingAttempt:
    """Hold an attempt as it stands: its assessment without keys, its answers, its time."""

    id: int
    number: int
    published: Published
    started_at: datetime
    ends_at: datetime
    state: AttemptState
    answers: Mapping[int, int]

    def minutes_left(self, now: datetime) -> int:
        """Return the whole minutes that are left, rounded up so that the last one is not 0."""
        return max(0, -int((now - self.ends_at).total_seconds() // 60))


def start_attempt(
    person_id: int, domain: str, *, session: Session, actor: Actor, now: datetime
) -> StandingAttempt:
    """Start the clock of a person's attempt and return it.

    Raise ``NotFound`` without an assessment and ``Conflict`` for a second attempt: one is all there
    is unless a person sets it aside. Who may take it is for the caller to ask.
    """
    published = find_assessment(domain, session=session)
    if published is None:
        raise NotFound(Sentence("There is no assessment for this field."))
    # Of two devices that start at once the second must see the first; the database would refuse it.
    lock(f"attempts of {person_id} in {domain}", session=session)
    before = find_attempt(person_id, domain, session=session, now=now)
    if before is not None and before.state is not AttemptState.RESET:
        raise Conflict(Sentence("You have started this assessment; there is one attempt."))
    row = Attempt(
        person_id=person_id,
        domain=domain,
        number=before.number + 1 if before else 1,
        assessment_id=published.id,
        started_at=now,
        ends_at=end_of(
            now,
            minutes=published.assessment.minutes,
            extra_minutes=extra_minutes_of(person_id, session=session),
        ),
    )
    session.add(row)
    session.flush()
    details: dict[str, str | int] = {"number": row.number, "ends_at": row.ends_at.isoformat()}
    _record("attempt.start", row, details, session=session, actor=actor, now=now)
    return _standing(row, session=session, now=now)


def find_attempt(
    person_id: int, domain: str, *, session: Session, now: datetime
) -> StandingAttempt | None:
    """Return the latest attempt of a person in a domain, or None."""
    query = select(Attempt).where(Attempt.person_id == person_id, Attempt.domain == domain)
    row = session.exec(query.order_by(col(Attempt.number).desc()).limit(1)).first()
    return None if row is None else _standing(row, session=session, now=now)


def save_answer(
    person_id: int, domain: str, position: int, preference: int, *, session: Session, now: datetime
) -> None:
    """Keep an answer to one item; a later one to the same item takes its place in the grade.

    Raise ``Conflict`` when no attempt runs, ``NotFound`` for an item that is none and ``BadInput``
    for a preference that is no point of the rubric's scale.
    """
    attempt = _running(person_id, domain, session=session, now=now)
    if not 0 <= position < len(attempt.published.assessment.items):
        raise NotFound(Sentence("There is no such item."))
    # The rubric's own points and not all that any may have: nobody could have meant another.
    if preference not in {point.value for point in attempt.published.rubric.overall.points}:
        raise BadInput.at("preference", Sentence("choose one point of the scale"))
    session.add(
        AttemptAnswer(attempt_id=attempt.id, position=position, preference=preference, saved_at=now)
    )
    session.flush()


def hand_in(person_id: int, domain: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """End a running attempt; raise ``Conflict`` when none runs."""
    attempt = _running(person_id, domain, session=session, now=now)
    _add_event(attempt.id, AttemptEventKind.HANDED_IN, "", session=session, by=person_id, now=now)
    book_time(attempt, person_id, ended_at=now, session=session, now=now)
    row = session.get_one(Attempt, attempt.id)
    _record("attempt.hand_in", row, {}, session=session, actor=actor, now=now)


def reset_attempt(
    person_id: int, domain: str, *, reason: str, session: Session, actor: Actor, now: datetime
) -> None:
    """Set the latest attempt aside, so that the person may start another; it stays on record.

    One that is over only once another version is in force: its author has been told which of their
    answers counted, and would be asked the same pairs again. Raise ``BadInput`` without a reason,
    ``Forbidden`` for who may not, ``Conflict`` where there is nothing to set aside.
    """
    by = decider_of(actor, about=person_id)
    problems = check_reason(reason)
    if problems:
        raise BadInput(problems)
    lock(f"attempts of {person_id} in {domain}", session=session)
    attempt = find_attempt(person_id, domain, session=session, now=now)
    if attempt is None or attempt.state is AttemptState.RESET:
        raise Conflict(Sentence("There is no attempt to set aside."))
    newest = find_assessment(domain, session=session)
    if attempt.state in ENDED and newest and newest.id == attempt.published.id:
        raise Conflict(
            Sentence("They have read which answers counted; another version must come first.")
        )
    ended_at = min(now, attempt.ends_at)
    book_time(attempt, person_id, ended_at=ended_at, session=session, now=now)
    text = plain_words(reason)
    _add_event(attempt.id, AttemptEventKind.RESET, text, session=session, by=by, now=now)
    row = session.get_one(Attempt, attempt.id)
    _record("attempt.reset", row, {"reason": text}, session=session, actor=actor, now=now)


def book_time(
    attempt: StandingAttempt, person_id: int, *, ended_at: datetime, session: Session, now: datetime
) -> None:
    """Book the time of an attempt up to ``ended_at``; the first booking of an attempt stands.

    Nothing runs when the clock ends an attempt, so its time is booked by whatever comes next.
    """
    book_assessment(
        attempt.id,
        person_id=person_id,
        started_at=attempt.started_at,
        ended_at=ended_at,
        session=session,
        now=now,
    )


def give_extra_time(
    person_id: int, minutes: int, *, session: Session, actor: Actor, now: datetime
) -> None:
    """Give a person ``minutes`` more in every assessment they start from now on."""
    by = decider_of(actor, about=person_id)
    if not 0 <= minutes <= MAX_EXTRA_MINUTES:
        rule = Sentence(
            "%(value)s does not lie between %(least)s and %(most)s",
            value=minutes,
            least=0,
            most=MAX_EXTRA_MINUTES,
        )
        raise BadInput.at("extra_minutes", rule)
    session.add(ExtraTime(person_id=person_id, minutes=minutes, given_at=now, given_by=by))
    session.flush()
    audit.record(
        "attempt.extra_time",
        session=session,
        actor=actor,
        subject=f"person:{session.get_one(Person, person_id).public_id}",
        details={"minutes": minutes},
        now=now,
    )


def extra_minutes_of(person_id: int, *, session: Session) -> int:
    """Return the minutes that a person gets beyond the time of an assessment."""
    query = select(ExtraTime.minutes).where(ExtraTime.person_id == person_id)
    return session.exec(query.order_by(col(ExtraTime.id).desc()).limit(1)).first() or 0


def grade_of(attempt: StandingAttempt, *, session: Session) -> Grade | None:
    """Return the grade of an attempt that has ended, by the keys of now; None while it runs.

    It is computed whenever it is read, so a key that is mended grades every attempt anew, and it is
    given answers and keys alone: nothing of the person can enter it.
    """
    if attempt.state not in ENDED:
        return None
    keys = keys_of(attempt.published.id, session=session)
    return grade(attempt.published.assessment, keys, attempt.answers)


def statistics_of(published: Published, *, session: Session, now: datetime) -> list[ItemStatistics]:
    """Return the statistics of each item over all attempts that ended and were not set aside."""
    keys = keys_of(published.id, session=session)
    positions = range(len(published.assessment.items))
    rows = [
        [is_right(keys[one], attempt.answers.get(one)) for one in positions]
        for attempt in ended_attempts(published, session=session, now=now)
    ]
    return item_statistics(rows, len(positions))


def ended_attempts(
    published: Published, *, session: Session, now: datetime
) -> Iterator[StandingAttempt]:
    """Yield the attempts at a version that ended and were not set aside, the first first."""
    query = select(Attempt).where(Attempt.assessment_id == published.id)
    for row in session.exec(query.order_by(col(Attempt.id))):
        attempt = _standing(row, session=session, now=now, published=published)
        if attempt.state in ENDED:
            yield attempt


def _running(person_id: int, domain: str, *, session: Session, now: datetime) -> StandingAttempt:
    """Return the attempt that runs, held: an answer and handing in must not cross."""
    lock(f"attempts of {person_id} in {domain}", session=session)
    attempt = find_attempt(person_id, domain, session=session, now=now)
    if attempt is None or attempt.state is AttemptState.RESET:
        raise Conflict(Sentence("You have not started this assessment."))
    if attempt.state is AttemptState.HANDED_IN:
        raise Conflict(Sentence("You have handed this assessment in."))
    if attempt.state is AttemptState.TIMED_OUT:
        raise Conflict(
            Sentence("The time of this assessment is over. What you had answered counts.")
        )
    return attempt


def _standing(
    row: Attempt, *, session: Session, now: datetime, published: Published | None = None
) -> StandingAttempt:
    events = {
        event.kind: event
        for event in session.exec(select(AttemptEvent).where(AttemptEvent.attempt_id == row.id))
    }
    handed_in = events.get(AttemptEventKind.HANDED_IN)
    state = state_of(
        row.ends_at,
        handed_in_at=handed_in.happened_at if handed_in else None,
        is_reset=AttemptEventKind.RESET in events,
        now=now,
    )
    saved = session.exec(
        select(AttemptAnswer)
        .where(AttemptAnswer.attempt_id == row.id)
        .order_by(col(AttemptAnswer.id))
    )
    return StandingAttempt(
        id=row.id,
        number=row.number,
        published=published or get_assessment(row.assessment_id, session=session),
        started_at=row.started_at,
        ends_at=row.ends_at,
        state=state,
        answers={answer.position: answer.preference for answer in saved},
    )


def _add_event(
    attempt_id: int,
    kind: AttemptEventKind,
    reason: str,
    *,
    session: Session,
    by: int,
    now: datetime,
) -> None:
    session.add(
        AttemptEvent(attempt_id=attempt_id, kind=kind, reason=reason, happened_at=now, caused_by=by)
    )
    session.flush()


def _record(
    action: str,
    row: Attempt,
    details: Mapping[str, str | int],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    person = session.get_one(Person, row.person_id)
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"person:{person.public_id}",
        details={"domain": row.domain, **details},
        now=now,
    )
