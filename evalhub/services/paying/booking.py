"""Write entries of the ledger; each event is booked once, whatever repeats or races."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.pay.ledger import Entry, UnpaidReason, judged, moved, taken_back, unjudged
from evalhub.core.pay.tiers import Price
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared


def book(
    entries: Sequence[Entry],
    *,
    person_id: int,
    session: Session,
    now: datetime,
    project_id: int | None = None,
    assignment_id: int | None = None,
    booked_by: int | None = None,
) -> int:
    """Add ``entries`` to a person's ledger and return how many were not there yet.

    An entry whose key is there changes nothing, so whoever repeats an event after a lost answer
    books nothing twice; the unique key decides between two who book it at the same moment.
    """
    insert = _insert(session.get_bind().dialect.name)
    return sum(
        insert.first(
            {
                "key": entry.key,
                "person_id": person_id,
                "project_id": project_id,
                "assignment_id": assignment_id,
                "kind": entry.kind,
                "seconds": entry.seconds,
                "minor_units": entry.minor_units,
                "currency": entry.currency,
                "unpaid_reason": entry.unpaid_reason,
                "booked_at": now,
                "booked_by": booked_by,
            },
            session=session,
        )
        is not None
        for entry in entries
    )


@lru_cache
def _insert(dialect: str) -> Prepared:
    """Return the statement; the two dialects write the same one with classes of their own."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(t.pay_entry).on_conflict_do_nothing(index_elements=["key"])
    return Prepared(statement.returning(t.pay_entry.c.id))


def book_judgment(
    lease: Lease,
    revision: int,
    price: Price,
    *,
    seconds: float | None,
    session: Session,
    now: datetime,
) -> None:
    """Book a judgment or a change of one, at the terms it was claimed on."""
    moves = _moves(lease, session) if revision == 1 else ()
    before = 0 if revision == 1 else _seconds_of(lease, session)
    entries = judged(lease.id, revision, price, seconds=seconds, seconds_before=before)
    _book(lease, [*moves, *entries], session=session, now=now)


def book_return(
    lease: Lease,
    reason: UnpaidReason,
    *,
    session: Session,
    now: datetime,
    seconds: float | None = None,
) -> None:
    """Book the time that went into a comparison that ends without a judgment.

    It is what the form says, or the kept draft where that says more. Without scripts, and for a
    comparison that was given back at once, nothing tells of any time and nothing is booked.
    """
    longest = max(seconds or 0.0, _seconds_in_draft(lease, session))
    entries = unjudged(lease.id, reason, seconds=longest, currency=lease.pay_currency)
    _book(lease, [*_moves(lease, session), *entries], session=session, now=now)


def book_taken_back(
    lease: Lease, price: Price, *, session: Session, now: datetime, booked_by: int | None
) -> None:
    """Book the time of a comparison that coordination took back, as paid.

    It is what the kept draft counts. A draft whose page counted nothing, as without scripts, tells
    when it was saved: the time from the claim until then is taken.
    """
    seconds = _seconds_in_draft(lease, session)
    if not seconds:
        saved = sa.select(t.draft.c.saved_at).where(t.draft.c.assignment_id == lease.id)
        saved_at: datetime | None = session.connection().execute(saved).scalar()
        seconds = (saved_at - lease.leased_at).total_seconds() if saved_at else 0.0
    entries = taken_back(lease.id, price, seconds=max(seconds, 0.0))
    book(
        [*_moves(lease, session), *entries],
        person_id=lease.person_id,
        project_id=lease.project_id,
        assignment_id=lease.id,
        session=session,
        now=now,
        booked_by=booked_by,
    )


def book_expired(assignment_ids: Collection[int], *, session: Session, now: datetime) -> None:
    """Book the time in the drafts of leases that ran out; whoever judges the pair later moves it.

    The draft stays and may grow, so the time booked here is what stands in it at the moment.
    """
    rows = session.connection().execute(
        sa.select(t.assignment, t.draft.c.active_seconds)
        .join(t.draft, t.draft.c.assignment_id == t.assignment.c.id)
        .where(t.assignment.c.id.in_(assignment_ids))
        # In one order for all, or two sweeps could each wait for the other's keys.
        .order_by(t.assignment.c.id)
    )
    for row in rows.all():
        columns = dict(row._mapping)  # noqa: SLF001 - a documented attribute despite its name
        seconds = columns.pop("active_seconds")
        book_return(
            Lease(**columns), UnpaidReason.EXPIRED, seconds=seconds, session=session, now=now
        )


def carried_seconds(lease: Lease, *, session: Session) -> int:
    """Return the time booked of this person's leases of the pair that ran out, unless it moved."""
    keys = {"pair": lease.pair_id, "person": lease.person_id}
    return int(_CARRIED.scalar(keys, session=session))


def _book(lease: Lease, entries: Sequence[Entry], *, session: Session, now: datetime) -> None:
    book(
        entries,
        person_id=lease.person_id,
        project_id=lease.project_id,
        assignment_id=lease.id,
        session=session,
        now=now,
    )


def _seconds_of(lease: Lease, session: Session) -> int:
    """Return the time that earlier revisions of an assignment's judgment took."""
    p = t.pay_entry.c
    taken = sa.select(sa.func.coalesce(sa.func.sum(p.seconds), 0)).where(
        p.assignment_id == lease.id, p.key.like("%:judgment:%")
    )
    return int(session.connection().execute(taken).scalar_one())


def _seconds_in_draft(lease: Lease, session: Session) -> float:
    """Return the longest time that a kept draft of the person's for the pair counts."""
    kept = (
        sa.select(sa.func.max(t.draft.c.active_seconds))
        .join(t.assignment, t.assignment.c.id == t.draft.c.assignment_id)
        .where(t.assignment.c.pair_id == lease.pair_id, t.assignment.c.person_id == lease.person_id)
    )
    return session.connection().execute(kept).scalar() or 0.0


def _moves(lease: Lease, session: Session) -> list[Entry]:
    """Return what takes back the expired time of the pair's leases to this person.

    What was taken back before is among them and is not booked again: its key is there.
    """
    keys = {"pair": lease.pair_id, "person": lease.person_id}
    return [moved(Entry(*row)) for row in _EXPIRED.all(keys, session=session)]


_ENTRY = t.pay_entry.c
_OF_EXPIRED = (
    t.assignment.c.pair_id == sa.bindparam("pair"),
    t.assignment.c.person_id == sa.bindparam("person"),
    _ENTRY.unpaid_reason == UnpaidReason.EXPIRED,
)
# Built once: each submission runs both, and building one costs more than running it.
_CARRIED = Prepared(
    sa.select(sa.func.coalesce(sa.func.sum(_ENTRY.seconds), 0))
    .join(t.assignment, t.assignment.c.id == _ENTRY.assignment_id)
    .where(*_OF_EXPIRED)
)
_EXPIRED = Prepared(
    sa.select(
        _ENTRY.key,
        _ENTRY.kind,
        _ENTRY.seconds,
        _ENTRY.minor_units,
        _ENTRY.currency,
        _ENTRY.unpaid_reason,
    )
    .join(t.assignment, t.assignment.c.id == _ENTRY.assignment_id)
    .where(*_OF_EXPIRED, _ENTRY.seconds > 0)
    .order_by(_ENTRY.id)
)
