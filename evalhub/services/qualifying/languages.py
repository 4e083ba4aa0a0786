"""Keep in which languages people work."""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.people import Actor
from evalhub.core.qualifying.languages import check_languages
from evalhub.db import tables as t
from evalhub.db.models import Person
from evalhub.errors import BadInput, Forbidden, Sentence
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.qualifying.deciding import QUALIFIERS


def set_languages(
    person_id: int, languages: Iterable[str], *, session: Session, actor: Actor, now: datetime
) -> None:
    """Make ``languages`` the ones in which a person works, by the first part of each tag.

    People set their own, coordinators and admins also those of others. The audit log keeps what
    they were before. Raise ``BadInput`` with every tag that is none, ``Forbidden`` for others.
    """
    if not (actor.person_id == person_id or actor.has(*QUALIFIERS)):
        raise Forbidden(Sentence("Languages of others are set by coordinators and admins."))
    wanted, problems = check_languages(languages)
    if problems:
        raise BadInput(problems)
    lock(f"languages of {person_id}", session=session)
    before = languages_of(person_id, session=session)
    if wanted == before:
        return
    connection, column = session.connection(), t.person_language.c
    connection.execute(sa.delete(t.person_language).where(column.person_id == person_id))
    for language in sorted(wanted):
        connection.execute(
            sa.insert(t.person_language).values(person_id=person_id, language=language)
        )
    person = session.get_one(Person, person_id)
    audit.record(
        "person.languages",
        session=session,
        actor=actor,
        subject=f"person:{person.public_id}",
        details={"before": sorted(before), "languages": sorted(wanted)},
        now=now,
    )


def languages_of(person_id: int, *, session: Session) -> frozenset[str]:
    """Return the primary tags of the languages in which a person works."""
    return languages_of_people([person_id], session=session).get(person_id, frozenset())


def languages_of_people(
    person_ids: Collection[int], *, session: Session
) -> dict[int, frozenset[str]]:
    """Return the languages of several people in one query, for lists of people."""
    rows = session.connection().execute(
        sa.select(t.person_language.c.person_id, t.person_language.c.language).where(
            t.person_language.c.person_id.in_(person_ids)
        )
    )
    found: dict[int, frozenset[str]] = {}
    for row in rows:
        found[row.person_id] = found.get(row.person_id, frozenset()) | {row.language}
    return found
