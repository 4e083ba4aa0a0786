"""Let people contest a key that graded them, and let others decide by a clock, with a reason."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.free_words import checked_words
from evalhub.core.people import Actor
from evalhub.core.qualifying.contests import (
    DECIDERS,
    MAX_CONTEST_WORDS,
    ContestOutcome,
    ContestStanding,
    check_answer,
    standing_of,
)
from evalhub.core.qualifying.items import Item, Key, is_right
from evalhub.db.models import Attempt, KeyContest, KeyContestAnswer
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.assessing import Published, get_assessment, keys_of
from evalhub.services.qualifying.attempts import ENDED, StandingAttempt, find_attempt
from evalhub.services.qualifying.deciding import decider_of
from evalhub.services.qualifying.mending import check_has_not_sat, mend_key


@dataclass(frozen=True, slots=True)
class Contest:
    """Hold a contest with its item, what was answered and how it stands.

    It names neither the person nor their answer: whoever decides looks at the key alone.
    """

    public_id: str
    published: Published
    position: int
    words: str
    opened_at: datetime
    outcome: ContestOutcome | None
    answer: str
    answered_at: datetime | None
    standing: ContestStanding

    @property
    def item(self) -> Item:
        """Return the pair whose key is contested."""
        return self.published.assessment.items[self.position]


@dataclass(frozen=True, slots=True)
class GradedLine:
    """Hold whether one's answer to an item counted, and what one said of its key."""

    counted: bool
    contest: Contest | None


def contest_key(
    person_id: int,
    domain: str,
    position: int,
    words: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> str:
    """Contest the key of an item of one's own attempt and return the contest's public id.

    Raise ``Conflict`` before the attempt is over and for an item that is contested already,
    ``NotFound`` for an item that is none, ``BadInput`` without a reason.
    """
    lock(f"attempts of {person_id} in {domain}", session=session)
    attempt = find_attempt(person_id, domain, session=session, now=now)
    if attempt is None or attempt.state not in ENDED:
        raise Conflict(Sentence("A key can be contested once the assessment is over."))
    if not 0 <= position < len(attempt.published.assessment.items):
        raise NotFound(Sentence("There is no such item."))
    text = checked_words(words, most=MAX_CONTEST_WORDS)
    if position in {one.position for one in contests_of(attempt.id, session=session, now=now)}:
        raise Conflict(Sentence("You have contested this key already."))
    row = KeyContest(
        public_id=secrets.token_hex(8),
        attempt_id=attempt.id,
        position=position,
        words=text,
        opened_at=now,
    )
    session.add(row)
    session.flush()
    _record("key.contest", row, session=session, actor=actor, now=now)
    return row.public_id


def answer_contest(
    public_id: str,
    outcome: ContestOutcome,
    key: Key,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Uphold or overturn a contested key; ``key`` holds the reason, and what is right from now on.

    Overturning it mends the key, which grades every attempt anew and keeps what each was before.
    Raise ``Conflict`` for one that is answered, ``Forbidden`` for who may not answer at its level
    or would decide about their own case or result, ``BadInput`` and ``NotFound``.
    """
    row = _row(public_id, session)
    lock(f"contest {row.id}", session=session)
    found = get_contest(public_id, session=session, now=now)
    if not found.standing.is_open:
        raise Conflict(Sentence("The contest is answered."))
    by = decider_of(actor, about=session.get_one(Attempt, row.attempt_id).person_id)
    check_has_not_sat(found.published.id, session=session, actor=actor)
    if not actor.has(*DECIDERS[found.standing.level]):
        raise Forbidden(Sentence("This contest was not answered in time; an admin answers now."))
    text = checked_words(key.reason, most=MAX_CONTEST_WORDS)
    present = keys_of(found.published.id, session=session)[row.position]
    problems = list(check_answer(outcome, present, key))
    if problems:
        raise BadInput(problems)
    key_id = None
    if outcome is ContestOutcome.OVERTURNED:
        key_id = mend_key(
            found.published.id, row.position, key, session=session, actor=actor, now=now
        )
    session.add(
        KeyContestAnswer(
            key_contest_id=row.id,
            outcome=outcome,
            words=text,
            assessment_key_id=key_id,
            answered_at=now,
            answered_by=by,
        )
    )
    session.flush()
    _record(f"key.{outcome.value}", row, session=session, actor=actor, now=now)


def get_contest(public_id: str, *, session: Session, now: datetime) -> Contest:
    """Return one contest; raise ``NotFound``."""
    found = _views(col(KeyContest.public_id) == public_id, session, now)
    if not found:
        raise NotFound(Sentence("There is no such contest."))
    return found[0]


def contests_of(attempt_id: int, *, session: Session, now: datetime) -> list[Contest]:
    """Return the contests of one attempt, by item."""
    return _views(col(KeyContest.attempt_id) == attempt_id, session, now)


def graded_lines(attempt: StandingAttempt, *, session: Session, now: datetime) -> list[GradedLine]:
    """Return how each item of an attempt that is over was graded; none while it runs.

    They tell whether an answer counted and not what would have: others may still be assessed.
    """
    if attempt.state not in ENDED:
        return []
    keys = keys_of(attempt.published.id, session=session)
    by_position = {one.position: one for one in contests_of(attempt.id, session=session, now=now)}
    return [
        GradedLine(is_right(keys[one], attempt.answers.get(one)), by_position.get(one))
        for one in range(len(attempt.published.assessment.items))
    ]


def list_contests(*, session: Session, now: datetime) -> list[Contest]:
    """Return every contest: those that wait first, the most urgent of them first."""
    found = _views(sa.true(), session, now)
    waiting = sorted(
        (one for one in found if one.standing.is_open),
        key=lambda one: (one.standing.due_at, one.opened_at, one.public_id),
    )
    answered = sorted(
        (one for one in found if one.answered_at is not None),
        key=lambda one: (one.answered_at or one.opened_at, one.public_id),
        reverse=True,
    )
    return [*waiting, *answered]


def _row(public_id: str, session: Session) -> KeyContest:
    row = session.exec(select(KeyContest).where(KeyContest.public_id == public_id)).first()
    if row is None:
        raise NotFound(Sentence("There is no such contest."))
    return row


def _views(which: "sa.ColumnElement[bool]", session: Session, now: datetime) -> list[Contest]:
    """Return the contests for which a condition holds, by item, and each assessment read once."""
    rows = session.exec(
        select(KeyContest, Attempt.assessment_id, KeyContestAnswer)
        .join(Attempt, col(Attempt.id) == col(KeyContest.attempt_id))
        .outerjoin(KeyContestAnswer, col(KeyContestAnswer.key_contest_id) == col(KeyContest.id))
        .where(which)
        .order_by(col(KeyContest.position), col(KeyContest.id))
    ).all()
    ids = {assessment_id for _row, assessment_id, _answer in rows}
    published = {one: get_assessment(one, session=session) for one in ids}
    return [
        _view(row, published[assessment_id], answer, now) for row, assessment_id, answer in rows
    ]


def _view(
    row: KeyContest,
    published: Published,
    answer: KeyContestAnswer | None,
    now: datetime,
) -> Contest:
    answered_at = answer.answered_at if answer else None
    return Contest(
        public_id=row.public_id,
        published=published,
        position=row.position,
        words=row.words,
        opened_at=row.opened_at,
        outcome=answer.outcome if answer else None,
        answer=answer.words if answer else "",
        answered_at=answered_at,
        standing=standing_of(row.opened_at, answered_at, now),
    )


def _record(action: str, row: KeyContest, *, session: Session, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"contest:{row.public_id}",
        details={"item": row.position + 1},
        now=now,
    )
