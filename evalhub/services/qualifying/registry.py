"""Search the registry: who is qualified for what, for those who staff projects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.people import Role
from evalhub.core.qualifying.credentials import CredentialDecision
from evalhub.core.qualifying.levels import LevelDecision
from evalhub.core.searching import LAST, search_words
from evalhub.db import tables as t
from evalhub.errors import NotFound, Sentence
from evalhub.services.paging import PAGE_SIZE, Listing, count_rows, offset_of
from evalhub.services.qualifying.credentials import HeldCredential, credentials_of_people
from evalhub.services.qualifying.languages import languages_of_people
from evalhub.services.qualifying.levels import levels_of_people

COUNTED = 200
"""How far experts are counted."""

FEW = 500
"""The most that are looked at one by one, beside all in the order of their names."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold what is searched for; what is empty is not asked.

    Every word of ``text`` begins one of the name or address. ``domain`` and ``credential_class``
    ask for a credential that is verified now, or with ``is_waiting`` for one that waits for a
    decision. ``min_level`` asks for a level in ``domain``.
    """

    text: str = ""
    domain: str = ""
    credential_class: str = ""
    language: str = ""
    min_level: int = 0
    is_waiting: bool = False

    @property
    def asks_credential(self) -> bool:
        """Tell whether a credential is asked for, and not only a level in the domain."""
        is_domain_alone = bool(self.domain) and not self.min_level
        return bool(self.credential_class) or self.is_waiting or is_domain_alone


@dataclass(frozen=True, slots=True)
class QualifiedPerson:
    """Hold one expert with all they can show."""

    id: int
    public_id: str
    name: str
    email: str | None
    credentials: tuple[HeldCredential, ...]
    levels: tuple[LevelDecision, ...]
    languages: tuple[str, ...]

    def levels_in_force(self, now: datetime) -> tuple[LevelDecision, ...]:
        """Return the latest decision of each domain that gives a level now."""
        latest = {decision.domain: decision for decision in self.levels}
        return tuple(one for one in latest.values() if one.holds_at(now))


def search_registry(
    wanted: Wanted, *, session: Session, now: datetime, page: int = 1
) -> Listing[QualifiedPerson]:
    """Return a page of the experts that fit ``wanted``, by name.

    It takes as long among a hundred experts as among ten thousand: where something that is asked
    leaves few, those few are looked at, and else the first of all by name, who then fit often
    enough. What is found is counted up to ``COUNTED``.
    """
    asked = list(_sources(wanted, now))
    few = next((query for query in asked if _leaves_few(query, session)), None)
    fitting = _experts() if few is None else _among(few)
    fitting = _asking(fitting, [query for query in asked if query is not few])
    # By id as well: people of one name would otherwise change places between two pages.
    ordered = fitting.order_by(sa.func.lower(t.person.c.name), t.person.c.id)
    shown = ordered.limit(PAGE_SIZE).offset(offset_of(page))
    rows = session.connection().execute(shown).all()
    counted = fitting if few is not None or not asked else _begun_at(asked)
    n_found = count_rows(counted.limit(COUNTED + 1), session=session)
    return Listing(
        _people(rows, session, now), page, min(n_found, COUNTED), is_more=n_found > COUNTED
    )


def get_qualified(public_id: str, *, session: Session, now: datetime) -> QualifiedPerson:
    """Return one expert; raise ``NotFound`` for others, who have nothing to be qualified for."""
    return _only(t.person.c.public_id == public_id, session, now)


def own_qualifications(person_id: int, *, session: Session, now: datetime) -> QualifiedPerson:
    """Return what the person with this row can show; raise ``NotFound`` for who is no expert."""
    return _only(t.person.c.id == person_id, session, now)


def _only(condition: "sa.ColumnElement[bool]", session: Session, now: datetime) -> QualifiedPerson:
    rows = session.connection().execute(_experts().where(condition)).all()
    if not rows:
        raise NotFound(Sentence("There is no such expert."))
    return _people(rows, session, now)[0]


def _experts() -> "sa.Select[*tuple[Any, ...]]":
    # Asked of each person and not as a list of experts, which would be read whole.
    is_expert = sa.exists(
        sa.select(t.role_grant.c.person_id).where(
            t.role_grant.c.role == Role.ANNOTATOR, t.role_grant.c.person_id == t.person.c.id
        )
    )
    columns = (t.person.c.id, t.person.c.public_id, t.person.c.name, t.person.c.email)
    return sa.select(*columns).where(is_expert, t.person.c.disabled_at.is_(None))


def _among(few: "sa.Select[int]") -> "sa.Select[*tuple[Any, ...]]":
    """Select the experts among a few people, who are put in order, and not found in the order."""
    # Its own table with a limit: a database that takes it apart walks along all names instead, and
    # asks of each whether it is one of the few.
    begun = few.distinct().limit(FEW).cte("few")
    (who,) = begun.columns
    return _experts().select_from(begun.join(t.person, t.person.c.id == who))


def _asking(
    query: "sa.Select[*tuple[Any, ...]]", asked: "Sequence[sa.Select[int]]"
) -> "sa.Select[*tuple[Any, ...]]":
    for one in asked:
        (who,) = one.selected_columns
        # Correlated by hand: it may look into the table that the whole search begins at as well.
        holds = one.where(who == t.person.c.id).correlate(t.person)
        query = query.where(sa.exists(holds))
    return query


def _begun_at(asked: "Sequence[sa.Select[int]]") -> "sa.Select[int]":
    """Select those who fit, from the first thing that is asked for.

    All of the first fit that far. Walking along names meets many who do not before it has counted
    enough of those who do.
    """
    first, *others = asked
    (who,) = first.selected_columns
    fitting = _asking(_experts().where(t.person.c.id == who), others).correlate(who.table)
    return first.where(sa.exists(fitting)).distinct()


def _leaves_few(query: "sa.Select[int]", session: Session) -> bool:
    return count_rows(query.distinct().limit(FEW + 1), session=session) <= FEW


def _sources(wanted: Wanted, now: datetime) -> "Iterator[sa.Select[int]]":
    """Yield the rows of people that each thing asked for leaves, what leaves fewest first."""
    words = search_words(wanted.text)
    if wanted.text.strip() and not words:
        # Signs alone begin no word of a name.
        yield sa.select(t.person_word.c.person_id).where(sa.false())
    for word in sorted(words, key=len, reverse=True):
        column = t.person_word.c.word
        yield sa.select(t.person_word.c.person_id).where(column >= word, column < word + LAST)
    if wanted.asks_credential:
        yield _holders(wanted, now)
    if wanted.min_level:
        yield _levelled(wanted, now)
    if wanted.language:
        yield sa.select(t.person_language.c.person_id).where(
            t.person_language.c.language == wanted.language
        )


def _holders(wanted: Wanted, now: datetime) -> "sa.Select[int]":
    """Select those with a fitting credential that is verified now, or that waits."""
    credential, decided = t.credential.c, t.credential_decision.c
    later = t.credential_decision.alias("later")
    newest = (
        sa.select(sa.func.max(later.c.number))
        .where(later.c.credential_id == credential.id)
        .correlate(t.credential)
        .scalar_subquery()
    )
    query = sa.select(credential.person_id)
    if wanted.domain:
        query = query.where(credential.domain == wanted.domain)
    if wanted.credential_class:
        query = query.where(credential.credential_class == wanted.credential_class)
    if wanted.is_waiting:
        waits = ~sa.exists(sa.select(decided.id).where(decided.credential_id == credential.id))
        return query.where(waits)
    return query.join(t.credential_decision, decided.credential_id == credential.id).where(
        decided.number == newest,
        decided.decision == CredentialDecision.VERIFIED,
        sa.or_(credential.expires_on.is_(None), credential.expires_on >= now.date()),
    )


def _levelled(wanted: Wanted, now: datetime) -> "sa.Select[int]":
    level, later = t.level_decision.c, t.level_decision.alias("later")
    # The latest decision of a domain counts, or a level that was taken back would still be found.
    newest = (
        sa.select(sa.func.max(later.c.id))
        .where(later.c.person_id == level.person_id, later.c.domain == level.domain)
        .correlate(t.level_decision)
        .scalar_subquery()
    )
    query = sa.select(level.person_id).where(
        level.id == newest, level.level >= wanted.min_level, level.expires_at > now
    )
    return query.where(level.domain == wanted.domain) if wanted.domain else query


def _people(
    rows: "Sequence[sa.Row[*tuple[Any, ...]]]", session: Session, now: datetime
) -> list[QualifiedPerson]:
    ids = [row.id for row in rows]
    credentials = credentials_of_people(ids, session=session, now=now)
    levels = levels_of_people(ids, session=session)
    languages = languages_of_people(ids, session=session)
    return [
        QualifiedPerson(
            id=row.id,
            public_id=row.public_id,
            name=row.name,
            email=row.email,
            credentials=tuple(credentials.get(row.id, ())),
            levels=levels.get(row.id, ()),
            languages=tuple(sorted(languages.get(row.id, ()))),
        )
        for row in rows
    ]
