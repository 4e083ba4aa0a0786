"""Read a person's ledger: what was booked, in all, lately, or in a month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.pay.earnings import Booked, Sums, sums_of
from evalhub.core.pay.ledger import Entry
from evalhub.core.pay.statements import Month, Statement, month_of
from evalhub.core.pay.tiers import PayTier, Price
from evalhub.core.people import Origin
from evalhub.db import tables as t
from evalhub.db.models import PayEntry, Person
from evalhub.errors import NotFound, Sentence

LATELY = timedelta(days=30)
"""The days over which what a project offers is set beside what it came to."""

# A row of so many columns has no narrower type in SQLAlchemy.
_Row: TypeAlias = sa.Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Offered:
    """Hold what a project offers now beside what a person's time in it came to lately.

    ``n_priced`` counts the comparisons that were paid in those days.
    """

    project: str
    title: str
    tier: PayTier
    price: Price
    lately: Sums
    n_priced: int


def booked_of(
    person_id: int,
    *,
    session: Session,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Booked, ...]:
    """Return a person's entries in the order in which they were booked."""
    p = t.pay_entry.c
    query = _entries().where(p.person_id == person_id)
    if since is not None:
        query = query.where(p.booked_at >= since)
    if until is not None:
        query = query.where(p.booked_at < until)
    return tuple(_booked(row) for row in session.connection().execute(query))


def offered_lately(person_id: int, *, session: Session, now: datetime) -> list[Offered]:
    """Return the projects in which something was booked of a person in the last 30 days."""
    booked = booked_of(person_id, session=session, since=now - LATELY)
    slugs = {one.project for one in booked if one.project}
    rows = session.connection().execute(
        sa.select(t.project).where(t.project.c.slug.in_(slugs)).order_by(t.project.c.title)
    )
    return [_offered(row, [one.entry for one in booked if one.project == row.slug]) for row in rows]


def months_of(person_id: int, *, session: Session) -> list[Month]:
    """Return the months in which something was booked of a person, the newest first."""
    times = session.exec(select(PayEntry.booked_at).where(PayEntry.person_id == person_id))
    return sorted({month_of(moment) for moment in times}, reverse=True)


def statement_of(person_id: int, month: Month, *, session: Session, now: datetime) -> Statement:
    """Return a person's statement of a month; raise ``NotFound`` for one that has not begun."""
    if month.start > now:
        raise NotFound(Sentence("There is no statement of a month that has not begun."))
    person = session.get_one(Person, person_id)
    return Statement(
        public_id=person.public_id,
        name=person.name,
        month=month,
        is_open=month.has(now),
        booked=booked_of(person_id, session=session, since=month.start, until=month.end),
    )


def statements_of(month: Month, *, session: Session, now: datetime) -> Iterator[Statement]:
    """Yield the statement of everybody with an entry in a month, in the order of their ids."""
    p = t.pay_entry.c
    working = sa.select(p.person_id).where(p.booked_at >= month.start, p.booked_at < month.end)
    people = select(Person.id).where(col(Person.id).in_(working), Person.origin != Origin.SIMULATED)
    for person_id in session.exec(people.order_by(Person.public_id)).all():
        yield statement_of(person_id, month, session=session, now=now)


def _entries() -> "sa.Select[*tuple[Any, ...]]":
    return (
        sa.select(t.pay_entry, t.project.c.slug, t.project.c.title, t.project.c.domain)
        .outerjoin(t.project, t.project.c.id == t.pay_entry.c.project_id)
        .order_by(t.pay_entry.c.id)
    )


def _booked(row: _Row) -> Booked:
    entry = Entry(row.key, row.kind, row.seconds, row.minor_units, row.currency, row.unpaid_reason)
    return Booked(entry, row.slug or "", row.title or "", row.domain or "", row.booked_at)


def _offered(row: _Row, entries: list[Entry]) -> Offered:
    return Offered(
        project=row.slug,
        title=row.title,
        tier=row.pay_tier,
        price=Price(row.pay_minor_units, row.pay_currency, row.expected_minutes),
        lately=sums_of(
            [entry for entry in entries if entry.currency == row.pay_currency], row.pay_currency
        ),
        # Of comparisons alone: a training, an appeal and what was taken back are paid, too.
        n_priced=sum(entry.is_price_of_judgment for entry in entries),
    )
