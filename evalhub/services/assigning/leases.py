"""Find leases, and keep the one in work from running out."""

from dataclasses import fields
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import LONGEST_LEASE, Lease
from evalhub.core.campaigns import AssignmentStatus
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared, Row
from evalhub.errors import NotFound, Sentence

LEASE_COLUMNS = tuple(t.assignment.c[field.name] for field in fields(Lease))
"""The columns of ``assignment`` that a lease holds, in its order."""

_BY_TOKEN = sa.select(*LEASE_COLUMNS).where(
    t.assignment.c.token == sa.bindparam("token"),
    t.assignment.c.person_id == sa.bindparam("person"),
)
_OPEN = sa.select(*LEASE_COLUMNS).where(
    t.assignment.c.project_id == sa.bindparam("project"),
    t.assignment.c.person_id == sa.bindparam("person"),
    t.assignment.c.status == AssignmentStatus.LEASED,
)
_LEASE_BY_TOKEN, _HELD_BY_TOKEN = Prepared(_BY_TOKEN), Prepared(_BY_TOKEN.with_for_update())
_OPEN_LEASE, _HELD_LEASE = Prepared(_OPEN), Prepared(_OPEN.with_for_update())
"""Built once: every request of a comparison runs some, and building one costs more than running
it."""

TAKEN_BACK = Sentence(
    "Coordination took this comparison back to give it to somebody else. The time that you put "
    "into it until then is paid, and nothing counts against you."
)
"""What the page of a comparison says that was reassigned while it was open."""


def is_over() -> "tuple[sa.ColumnElement[bool], ...]":
    """Return what holds for a project's leases that ended by ``now`` and were not taken back."""
    return (
        t.assignment.c.project_id == sa.bindparam("project"),
        t.assignment.c.status == AssignmentStatus.LEASED,
        t.assignment.c.expires_at <= sa.bindparam("now", type_=t.assignment.c.expires_at.type),
    )


def get_lease(token: str, *, person_id: int, session: Session, for_update: bool = False) -> Lease:
    """Return the assignment with this token if it is this person's.

    With ``for_update`` nobody else changes it until the transaction ends. Raise
    ``NotFound`` for an unknown token and for another person's alike.
    """
    query = _HELD_BY_TOKEN if for_update else _LEASE_BY_TOKEN
    row = query.first({"token": token, "person": person_id}, session=session)
    if row is None:
        raise NotFound(Sentence("This comparison does not exist, or it is not yours."))
    return lease_of(row)


def find_open_lease(
    project_id: int, *, person_id: int, session: Session, for_update: bool = False
) -> Lease | None:
    """Return the lease the person holds in a project, or None."""
    query = _HELD_LEASE if for_update else _OPEN_LEASE
    row = query.first({"project": project_id, "person": person_id}, session=session)
    return None if row is None else lease_of(row)


def extend(lease: Lease, *, session: Session, now: datetime) -> datetime:
    """Let a lease that is being worked on run its full time from ``now``; return its end.

    Activity carries it at most ``LONGEST_LEASE`` from its claim, so that a page left open
    cannot keep a pair from everybody else; it never brings the end forward. A lease that is
    no longer held keeps its end.
    """
    minutes = (
        session.connection()
        .execute(sa.select(t.project.c.lease_minutes).where(t.project.c.id == lease.project_id))
        .scalar_one()
    )
    # The lease time is read now and not kept with the lease: a coordinator who lengthens it helps
    # those who are at work.
    wanted = min(now + timedelta(minutes=minutes), lease.leased_at + LONGEST_LEASE)
    extended = (
        session.connection()
        .execute(
            sa.update(t.assignment)
            # The status is asked again: a draft that comes late must not revive what was taken
            # back.
            .where(t.assignment.c.id == lease.id, t.assignment.c.status == AssignmentStatus.LEASED)
            .values(expires_at=max(wanted, lease.expires_at))
            .returning(t.assignment.c.expires_at)
        )
        .scalar()
    )
    return lease.expires_at if extended is None else extended


def lease_of(row: Row) -> Lease:
    """Return a row of ``LEASE_COLUMNS`` as a lease."""
    return Lease(*row)
