"""Find leases, and keep the one in work from running out."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import LONGEST_LEASE, Lease
from evalhub.core.campaigns import AssignmentStatus
from evalhub.db import tables as t
from evalhub.errors import NotFound, Sentence

_BY_TOKEN = sa.select(t.assignment).where(
    t.assignment.c.token == sa.bindparam("token"),
    t.assignment.c.person_id == sa.bindparam("person"),
)
_OPEN = sa.select(t.assignment).where(
    t.assignment.c.project_id == sa.bindparam("project"),
    t.assignment.c.person_id == sa.bindparam("person"),
    t.assignment.c.status == AssignmentStatus.LEASED,
)
_BY_TOKEN_HELD, _OPEN_HELD = _BY_TOKEN.with_for_update(), _OPEN.with_for_update()
"""Built once: every request of a comparison runs some, and building one costs more than running
it."""

TAKEN_BACK = Sentence(
    "Coordination took this comparison back to give it to somebody else. The time that you put "
    "into it until then is paid, and nothing counts against you."
)
"""What the page of a comparison says that was reassigned while it was open."""


def get_lease(token: str, *, person_id: int, session: Session, for_update: bool = False) -> Lease:
    """Return the assignment with this token if it is this person's.

    With ``for_update`` nobody else changes it until the transaction ends. Raise
    ``NotFound`` for an unknown token and for another person's alike.
    """
    query = _BY_TOKEN_HELD if for_update else _BY_TOKEN
    row = session.connection().execute(query, {"token": token, "person": person_id}).first()
    if row is None:
        raise NotFound(Sentence("This comparison does not exist, or it is not yours."))
    return lease_of(row)


def find_open_lease(
    project_id: int, *, person_id: int, session: Session, for_update: bool = False
) -> Lease | None:
    """Return the lease the person holds in a project, or None."""
    query = _OPEN_HELD if for_update else _OPEN
    row = session.connection().execute(query, {"project": project_id, "person": person_id}).first()
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


def lease_of(row: "sa.Row[*tuple[Any, ...]]") -> Lease:
    """Return a row of ``assignment`` as a lease."""
    return Lease(**row._mapping)  # noqa: SLF001 - a documented attribute despite its name
