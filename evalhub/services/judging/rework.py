"""Book the time that a case takes its experts, at the terms of the comparison it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.core.pay.ledger import Entry, UnpaidReason
from evalhub.core.pay.tiers import Price
from evalhub.core.people import Origin
from evalhub.core.reviewing.rework import (
    appeal_rejected,
    appeal_upheld,
    revised,
    rework_key,
)
from evalhub.db import tables as t
from evalhub.services.judging.cases import StoredCase
from evalhub.services.paying.booking import book


def book_looking_again(
    stored: StoredCase, person_id: int, *, seconds: float | None, session: Session, now: datetime
) -> None:
    """Book a revision, or the time it took to stand by a judgment."""
    of = _matter(stored, person_id, session=session)
    entries = revised(stored.id, person_id, stored.case.kind, of.price, seconds=seconds)
    _book(of, entries, person_id, session=session, now=now)


def book_appeal(
    stored: StoredCase,
    person_id: int,
    *,
    minutes: int,
    is_upheld: bool,
    session: Session,
    now: datetime,
) -> None:
    """Book an appeal that was answered, and the rework that its answer shows was ours to pay."""
    of = _matter(stored, person_id, session=session)
    if is_upheld:
        unpaid = _unpaid_seconds(stored.id, person_id, session=session)
        entries = appeal_upheld(
            stored.id, person_id, of.price, minutes=minutes, unpaid_seconds=unpaid
        )
    else:
        entries = appeal_rejected(stored.id, person_id, minutes=minutes, currency=of.price.currency)
    _book(of, entries, person_id, session=session, now=now)


@dataclass(frozen=True, slots=True)
class _Matter:
    """Hold the comparison of a case: its assignment, its project, its terms, its author's kind."""

    assignment_id: int
    project_id: int
    price: Price
    is_simulated: bool


def _matter(stored: StoredCase, person_id: int, *, session: Session) -> _Matter:
    a, claimed, project = t.assignment.c, t.project_terms.c, t.project.c
    query = (
        sa.select(
            a.id,
            a.project_id,
            a.pay_minor_units,
            a.pay_currency,
            # A claim stays on the terms it was made on, and so does what follows from it.
            sa.func.coalesce(claimed.expected_minutes, project.expected_minutes).label("minutes"),
            t.person.c.origin,
        )
        .join(t.project, project.id == a.project_id)
        .join(t.person, t.person.c.id == a.person_id)
        .outerjoin(
            t.project_terms,
            sa.and_(claimed.project_id == a.project_id, claimed.number == a.terms_number),
        )
        # Cases are about work. A repeat of the same pair is later and may be on other terms.
        .where(a.pair_id == stored.pair_id, a.person_id == person_id, a.purpose == Purpose.WORK)
        .where(a.status.in_((AssignmentStatus.SUBMITTED, AssignmentStatus.RELEASED)))
        # A comparison that was given back and judged later has two; the judged one is meant.
        .order_by((a.status == AssignmentStatus.SUBMITTED).desc(), a.id.desc())
    )
    row = session.connection().execute(query.limit(1)).one()
    price = Price(row.pay_minor_units, row.pay_currency, row.minutes)
    return _Matter(row.id, row.project_id, price, row.origin is Origin.SIMULATED)


def _unpaid_seconds(case_id: int, person_id: int, *, session: Session) -> int:
    p = t.pay_entry.c
    query = sa.select(p.seconds).where(
        p.key == rework_key(case_id, person_id), p.unpaid_reason == UnpaidReason.REWORK
    )
    return session.connection().execute(query).scalar() or 0


def _book(
    of: _Matter, entries: Sequence[Entry], person_id: int, *, session: Session, now: datetime
) -> None:
    # Who is made up is owed nothing: their entries would stand in every sum of what is paid.
    if of.is_simulated:
        return
    book(
        entries,
        person_id=person_id,
        project_id=of.project_id,
        assignment_id=of.assignment_id,
        session=session,
        now=now,
    )
