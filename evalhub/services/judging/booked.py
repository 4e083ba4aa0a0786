"""Book a judgment for whoever gave it."""

from datetime import datetime

from sqlmodel import Session

from evalhub.core.campaigns import JudgmentOrigin
from evalhub.core.pay.tiers import Price
from evalhub.services.judging.matter import Matter
from evalhub.services.paying import booking


def book_judgment(
    matter: Matter, revision: int, *, seconds: float | None, session: Session, now: datetime
) -> None:
    """Book a judgment or a change of one at the terms that the comparison was claimed on.

    Who is made up is owed nothing: their entries would stand in every sum of what is paid.
    """
    if matter.origin is JudgmentOrigin.SIMULATED:
        return
    lease = matter.lease
    price = Price(lease.pay_minor_units, lease.pay_currency, matter.expected_minutes)
    booking.book_judgment(lease, revision, price, seconds=seconds, session=session, now=now)
