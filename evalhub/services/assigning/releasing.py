"""Give an assignment back without a judgment, which never counts against anybody."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease, ReleaseReason
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.pay.ledger import UnpaidReason
from evalhub.db import tables as t
from evalhub.db.prepared import Prepared
from evalhub.errors import Conflict, Sentence
from evalhub.services.assigning.expiring import free_places
from evalhub.services.assigning.leases import get_lease
from evalhub.services.paying.booking import book_return


def release(
    token: str,
    *,
    person_id: int,
    reason: ReleaseReason = ReleaseReason.UNSTATED,
    session: Session,
    now: datetime,
    seconds: float | None = None,
) -> Lease:
    """Return the pair to the queue; someone else is asked. Return the lease as it was.

    ``seconds`` is the time that went into it, as far as a form tells. Doing it twice, or after the
    lease ran out, changes nothing: the pair is already back.
    Raise ``NotFound`` for a token that is not this person's, and ``Conflict`` when the pair
    has been judged: a judgment is revised, not given back.
    """
    lease = get_lease(token, person_id=person_id, session=session, for_update=True)
    # Held since the look-up, so a submission at the same moment is either seen here or waits.
    if lease.status is AssignmentStatus.SUBMITTED:
        raise Conflict(Sentence("This comparison has been judged; it cannot be given back."))
    if lease.status is AssignmentStatus.LEASED:
        end_lease(lease, reason=reason, session=session, now=now)
        book_return(lease, UnpaidReason.RETURNED, seconds=seconds, session=session, now=now)
    return lease


def end_lease(lease: Lease, *, reason: ReleaseReason, session: Session, now: datetime) -> None:
    """Mark a lease or a submission as released and free its place."""
    set_status(lease, AssignmentStatus.RELEASED, reason, session=session, now=now)
    if lease.purpose.holds_place:
        free_places(lease.pair_id, session=session)


def set_status(
    lease: Lease,
    status: AssignmentStatus,
    reason: ReleaseReason | None,
    *,
    session: Session,
    now: datetime,
) -> None:
    """Write down how an assignment ended; taking or freeing its place is the caller's."""
    values = {
        "id_": lease.id,
        "status": status,
        "ended_at": now,
        "release_reason": "" if reason is None else reason.value,
    }
    _SET_STATUS.run(values, session=session)


_SET_STATUS = Prepared(sa.update(t.assignment).where(t.assignment.c.id == sa.bindparam("id_")))
"""Built once, as is every statement that a submission runs."""
