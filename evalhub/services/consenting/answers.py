"""Keep what people answer about the use of their judgments, and find where they stand."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.canonical import canonical_json
from evalhub.core.consent import (
    ConsentAnswer,
    ConsentMethod,
    ConsentPurpose,
    ordered,
    purposes_from_json,
)
from evalhub.core.people import Actor
from evalhub.db import tables as t
from evalhub.db.models import ConsentAnswer as ConsentAnswerRow
from evalhub.db.models import Person
from evalhub.errors import Conflict, Sentence
from evalhub.services import audit
from evalhub.services.consenting.texts import current_text, row_of
from evalhub.services.locks import lock

# A row of four columns has no narrower type in SQLAlchemy.
_Select: TypeAlias = "sa.Select[Any]"


def answer(
    person_id: int,
    purposes: Collection[ConsentPurpose],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    method: ConsentMethod = ConsentMethod.PAGE,
    text_version: int | None = None,
) -> None:
    """Keep an answer of a person: all ``purposes`` are granted, every other one is not.

    ``text_version`` is the one that was read; raise ``Conflict`` where a newer one is in force,
    since nobody consents to words they have not seen. Judging goes on whatever the answer is.
    """
    text = current_text(session=session)
    if text_version not in (None, text.version):
        raise Conflict(
            Sentence(
                "Version %(new)s of the text was published while you read version %(read)s. "
                "Read it, then answer again.",
                new=text.version,
                read=text_version,
            )
        )
    person = session.get_one(Person, person_id)
    told = ordered(purposes)
    row = row_of(text, session=session, now=now)
    session.add(
        ConsentAnswerRow(
            person_id=person.id,
            consent_text_id=row.id,
            purposes=canonical_json(told),
            method=method,
            answered_at=now,
            recorded_by=actor.person_id,
        )
    )
    session.flush()
    audit.record(
        "consent.answer",
        session=session,
        actor=actor,
        subject=f"person:{person.public_id}",
        details={"purposes": told, "text_version": text.version, "method": method.value},
        now=now,
    )


def withdraw(
    person_id: int,
    purposes: Collection[ConsentPurpose] = tuple(ConsentPurpose),
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a person's consent to ``purposes`` back, all of them by default; once is enough.

    Who never answered thereby refuses. Nothing is granted here: to grant, a person reads the
    text on its page, and to take back they need not have read anything.
    """
    # Two requests that take back different purposes each write down all that is left: without
    # the lock the later one would grant again what the earlier one took back.
    lock(f"consent of person {person_id}", session=session)
    answers = answers_of(person_id, session=session)
    granted = answers[-1].purposes if answers else frozenset()
    if answers and granted.isdisjoint(purposes):
        return
    answer(person_id, granted.difference(purposes), session=session, actor=actor, now=now)


def answers_of(person_id: int, *, session: Session) -> tuple[ConsentAnswer, ...]:
    """Return every answer of a person, the latest last."""
    query = _query().where(t.consent_answer.c.person_id == person_id)
    found = _by_person(query, session)
    return next(iter(found.values()), ())


def is_concerned(person_id: int, *, session: Session) -> bool:
    """Tell whether a person was ever given a comparison, or has said what theirs may be used for.

    Whoever is no expert any more still has judgments to take a consent back for.
    """
    given = sa.exists().where(t.assignment.c.person_id == person_id)
    answered = sa.exists().where(t.consent_answer.c.person_id == person_id)
    return bool(session.connection().execute(sa.select(sa.or_(given, answered))).scalar_one())


def answers_in_project(
    project_id: int, *, session: Session
) -> dict[str, tuple[ConsentAnswer, ...]]:
    """Return the answers of those who judged in a project, by public id, the latest last."""
    judged = sa.select(t.judgment.c.person_id).where(t.judgment.c.project_id == project_id)
    return _by_person(_query().where(t.consent_answer.c.person_id.in_(judged)), session)


def answers_in_release(
    release_id: int, *, session: Session
) -> dict[str, tuple[ConsentAnswer, ...]]:
    """Return the answers of those who stand in a release, by public id, the latest last."""
    r = t.release_annotator.c
    standing = sa.select(r.person_id).where(r.release_id == release_id)
    return _by_person(_query().where(t.consent_answer.c.person_id.in_(standing)), session)


def _query() -> _Select:
    a = t.consent_answer
    return (
        sa.select(t.person.c.public_id, a.c.purposes, t.consent_text.c.version, a.c.answered_at)
        .join(t.person, t.person.c.id == a.c.person_id)
        .join(t.consent_text, t.consent_text.c.id == a.c.consent_text_id)
        # By row and not by time: two answers of one second have an order, too.
        .order_by(a.c.id)
    )


def _by_person(query: _Select, session: Session) -> dict[str, tuple[ConsentAnswer, ...]]:
    found: defaultdict[str, list[ConsentAnswer]] = defaultdict(list)
    for row in session.connection().execute(query):
        granted = purposes_from_json(row.purposes)
        found[row.public_id].append(ConsentAnswer(granted, row.version, row.answered_at))
    return {person: tuple(answers) for person, answers in found.items()}
