"""Give a comparison back from its form, with the time that the form says it took."""

from datetime import datetime

from sqlmodel import Session

from evalhub.core.assigning import Lease, ReleaseReason
from evalhub.services.assigning.leases import get_lease
from evalhub.services.assigning.releasing import release
from evalhub.services.judging.drafts import counted_seconds
from evalhub.services.judging.stored import Fields


def give_back(
    token: str,
    fields: Fields,
    *,
    person_id: int,
    reason: ReleaseReason,
    session: Session,
    now: datetime,
) -> Lease:
    """Return a pair to the queue as ``release`` does, booking the time of its form.

    Half an hour over a comparison that nobody can judge is work too; without the form's count
    only what a saved draft tells of it would be booked.
    """
    # Held before its time is counted: what a sweep books of it meanwhile would be counted twice.
    lease = get_lease(token, person_id=person_id, session=session, for_update=True)
    seconds = counted_seconds(fields, lease, session=session, now=now)
    return release(
        token, person_id=person_id, reason=reason, seconds=seconds, session=session, now=now
    )
