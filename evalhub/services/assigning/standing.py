"""Tell how the lease of a page that is still open stands."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import AssignmentStatus
from evalhub.db import tables as t


class LeaseStanding(StrEnum):
    """Whose a comparison is now, as its page tells the person who has it open."""

    HELD = "held"
    """The person holds it, or has judged it."""
    FREE = "free"
    """The lease ran out and nobody else has taken the place; submitting takes it again."""
    AGAIN = "again"
    """The lease ran out and the person has the same pair under a later lease."""
    WITH_ANOTHER = "with_another"
    """The lease ran out and somebody else is working on the pair; it may come back."""
    JUDGED = "judged"
    """The lease ran out and as many have judged the pair as are wanted."""

    @property
    def can_submit(self) -> bool:
        """Tell whether a judgment from this page would be taken."""
        return self in {LeaseStanding.HELD, LeaseStanding.FREE}


def standing_of(lease: Lease, *, session: Session, now: datetime) -> LeaseStanding:
    """Return how ``lease`` stands at ``now``.

    A lease whose time is over keeps its place until somebody claims work, and then it is
    marked as expired. Both count as over here, this one's and other people's alike.
    """
    if lease.status is AssignmentStatus.SUBMITTED or (
        lease.status is AssignmentStatus.LEASED and lease.expires_at > now
    ):
        return LeaseStanding.HELD
    # Over, but nobody has swept it up: its place is still reserved, and submitting finds it there.
    if lease.status is AssignmentStatus.LEASED:
        return LeaseStanding.FREE
    others = _others(lease, session)
    if any(other.person_id == lease.person_id and _holds(other, now) for other in others):
        return LeaseStanding.AGAIN
    # What checks quality has no place that somebody else could have taken.
    if not lease.purpose.holds_place:
        return LeaseStanding.FREE
    # Places of leases that ran out count as free: submitting sweeps before it takes one.
    n_over = sum(not _holds(other, now) for other in others)
    if _n_free(lease, session) + n_over > 0:
        return LeaseStanding.FREE
    is_worked_on = any(other.status is AssignmentStatus.LEASED for other in others)
    return LeaseStanding.WITH_ANOTHER if is_worked_on else LeaseStanding.JUDGED


def _others(lease: Lease, session: Session) -> "Sequence[sa.Row[*tuple[Any, ...]]]":
    """Return the pair's other assignments that were given out for the same and are not over."""
    query = sa.select(
        t.assignment.c.person_id, t.assignment.c.status, t.assignment.c.expires_at
    ).where(
        t.assignment.c.pair_id == lease.pair_id,
        t.assignment.c.id != lease.id,
        t.assignment.c.purpose == lease.purpose,
        t.assignment.c.occasion == lease.occasion,
        t.assignment.c.status.in_((AssignmentStatus.LEASED, AssignmentStatus.SUBMITTED)),
    )
    return session.connection().execute(query).all()


def _holds(row: "sa.Row[*tuple[Any, ...]]", now: datetime) -> bool:
    return row.status is AssignmentStatus.SUBMITTED or row.expires_at > now


def _n_free(lease: Lease, session: Session) -> int:
    query = sa.select(t.pair.c.overlap - t.pair.c.n_taken).where(t.pair.c.id == lease.pair_id)
    n_free: int = session.connection().execute(query).scalar_one()
    return n_free
