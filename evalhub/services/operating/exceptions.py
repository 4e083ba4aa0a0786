"""Find what went wrong without anybody saying so, and keep what people do about it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.free_words import plain_words
from evalhub.core.operating.exceptions import (
    TOLD_FOR,
    ExceptionKind,
    ExceptionMove,
    ExceptionStanding,
    exception_key,
    standing_of,
)
from evalhub.core.people import Actor, Origin, Role
from evalhub.core.qualifying.credentials import check_reason
from evalhub.core.responses import ResponseStatus
from evalhub.db import tables as t
from evalhub.db.models import ExceptionStep
from evalhub.errors import BadInput, Conflict, Forbidden, Sentence
from evalhub.services.audit import record
from evalhub.services.locks import lock

ANSWERERS = (Role.COORDINATOR, Role.ADMIN)
"""Who reads exceptions and answers them."""
MOST_LISTED = 200
"""As many of a kind as somebody reads; the oldest come first."""


@dataclass(frozen=True, slots=True)
class OpenException:
    """Hold one exception that nobody has answered.

    ``about`` is what it happened in, a project's title or an endpoint's name, and ``path`` where
    that is looked at. ``n`` counts the prompts without an answer, or is 1.
    """

    key: str
    kind: ExceptionKind
    about: str
    path: str
    who: str
    n: int
    since: datetime
    standing: ExceptionStanding


def list_exceptions(*, session: Session, now: datetime) -> list[OpenException]:
    """Return what nobody has answered, what is due first before the rest; each once.

    It is read from claims and responses of the last ``TOLD_FOR``: a claim that was judged late, by
    whoever had it or who got it then, or a prompt answered in another run, is none any more.
    """
    found = [*_claims(session, now), *_failures(session, now)]
    moves = _moves([one.key for one in found], session)
    listed = [replace(one, standing=standing_of(one.since, moves[one.key], now)) for one in found]
    return sorted(listed, key=lambda one: (one.standing.due_at, one.key))


def take_exceptions(keys: Sequence[str], *, session: Session, actor: Actor, now: datetime) -> None:
    """Take exceptions in hand; raise as ``answer_exceptions`` does."""
    _move(keys, "", is_answer=False, session=session, actor=actor, now=now)


def answer_exceptions(
    keys: Sequence[str], words: str, *, session: Session, actor: Actor, now: datetime
) -> None:
    """Answer exceptions with what was done about them.

    Raise ``BadInput`` without words and for none or an unknown one, ``Conflict`` for one that
    somebody else has in hand, and ``Forbidden`` for who may not.
    """
    if problems := check_reason(words):
        raise BadInput(problems)
    _move(keys, plain_words(words), is_answer=True, session=session, actor=actor, now=now)


def _move(
    keys: Sequence[str],
    words: str,
    *,
    is_answer: bool,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    if not actor.has(*ANSWERERS) or actor.person_id is None:
        raise Forbidden(Sentence("Exceptions are answered by coordinators and admins."))
    if not keys:
        raise BadInput.at("keys", Sentence("choose at least one"))
    # Of two who answer at once the second must find it answered.
    lock("exceptions", session=session)
    open_by_key = {one.key: one for one in list_exceptions(session=session, now=now)}
    if not open_by_key.keys() >= set(keys):
        raise Conflict(Sentence("This exception is answered already, or none any more."))
    moves = _moves(keys, session)
    for key in dict.fromkeys(keys):
        standing = open_by_key[key].standing
        if standing.is_overdue and not is_answer:
            # It would hold nobody back, and let its taker believe that they have more time.
            raise Conflict(
                Sentence("This exception is overdue: whoever can answer it answers it now.")
            )
        if standing.owner_id not in (None, actor.person_id):
            raise Conflict(Sentence("Somebody else has this exception in hand."))
        session.add(
            ExceptionStep(
                key=key,
                number=len(moves[key]) + 1,
                is_answer=is_answer,
                words=words,
                made_at=now,
                made_by=actor.person_id,
            )
        )
        session.flush()
        record(
            "exception.answer" if is_answer else "exception.take",
            session=session,
            actor=actor,
            subject=f"exception:{key}",
            details={"reason": words} if words else {},
            now=now,
        )


def _claims(session: Session, now: datetime) -> Iterator[OpenException]:
    a, kind = t.assignment.c, ExceptionKind.EXPIRED_CLAIM
    later = t.assignment.alias("later")
    # Given out again once it ran out, to the same person or another, and judged.
    is_judged = sa.exists().where(
        later.c.pair_id == a.pair_id,
        later.c.purpose == a.purpose,
        later.c.status == AssignmentStatus.SUBMITTED,
        later.c.leased_at >= a.expires_at,
    )
    rows = session.connection().execute(
        sa.select(a.id, a.expires_at, t.person.c.name, t.project.c.slug, t.project.c.title)
        .join(t.person, t.person.c.id == a.person_id)
        .join(t.project, t.project.c.id == a.project_id)
        .where(
            # One that ran out is only marked so by the next claim that needs its place.
            a.status.in_([AssignmentStatus.LEASED, AssignmentStatus.EXPIRED]),
            a.expires_at < now,
            a.expires_at >= now - TOLD_FOR,
            t.person.c.origin != Origin.SIMULATED,
            sa.not_(is_judged),
            _is_unanswered(kind, a.id),
        )
        .order_by(a.expires_at, a.id)
        .limit(MOST_LISTED)
    )
    for row in rows:
        path = f"/operations/{row.slug}"
        key = exception_key(kind, row.id)
        at, standing = row.expires_at, standing_of(row.expires_at, (), now)
        yield OpenException(key, kind, row.title, path, row.name, 1, at, standing)


def _failures(session: Session, now: datetime) -> Iterator[OpenException]:
    pull, response, kind = t.pull.c, t.response.c, ExceptionKind.ENDPOINT_FAILURE
    rows = session.connection().execute(
        sa.select(
            pull.id,
            pull.public_id,
            pull.finished_at,
            t.endpoint.c.id.label("endpoint_id"),
            t.endpoint.c.slug,
            sa.func.count().label("n"),
        )
        .join(t.response, response.pull_id == pull.id)
        .join(t.endpoint, t.endpoint.c.id == response.endpoint_id)
        .where(
            pull.finished_at >= now - TOLD_FOR,
            response.status == ResponseStatus.ERROR,
            _is_unanswered(kind, pull.id, t.endpoint.c.id),
        )
        .group_by(pull.id, pull.public_id, pull.finished_at, t.endpoint.c.id, t.endpoint.c.slug)
        .order_by(pull.finished_at, pull.id, t.endpoint.c.id)
        .limit(MOST_LISTED)
    )
    for row in rows:
        path = f"/pulls/{row.public_id}"
        key = exception_key(kind, row.id, row.endpoint_id)
        at, standing = row.finished_at, standing_of(row.finished_at, (), now)
        yield OpenException(key, kind, row.slug, path, "", row.n, at, standing)


def _is_unanswered(kind: ExceptionKind, *ids: "sa.Column[int]") -> "sa.ColumnElement[bool]":
    # Asked in the statement: two hundred answered ones would otherwise hide the next.
    key: sa.ColumnElement[str] = sa.literal(kind.value)
    for one in ids:
        key = key + ":" + sa.cast(one, sa.String)
    step = t.exception_step.c
    return ~sa.exists().where(step.key == key, step.is_answer.is_(True))


def _moves(keys: Collection[str], session: Session) -> defaultdict[str, list[ExceptionMove]]:
    step = t.exception_step.c
    rows = session.connection().execute(
        sa.select(step.key, step.is_answer, step.words, step.made_at, step.made_by, t.person.c.name)
        .join(t.person, t.person.c.id == step.made_by)
        .where(step.key.in_(keys))
        .order_by(step.key, step.number)
    )
    found = defaultdict[str, list[ExceptionMove]](list)
    for row in rows:
        move = ExceptionMove(row.made_by, row.name, row.words, row.made_at, row.is_answer)
        found[row.key].append(move)
    return found
