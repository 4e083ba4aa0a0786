"""Book the time that people spend on being assessed, so that no rate leaves it out."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.db import tables as t
from evalhub.services.paying.booking import book

NO_CURRENCY_YET = "USD"
"""What a project is paid in unless it says otherwise; an entry without money has a currency too."""


def book_assessment(
    attempt_id: int,
    *,
    person_id: int,
    started_at: datetime,
    ended_at: datetime,
    session: Session,
    now: datetime,
) -> None:
    """Book an attempt that has ended as unpaid time of its person, once however often asked.

    It goes with the currency in which the person was last booked: an hourly rate that is to tell
    what the assessment cost them cannot count it among sums of another currency.
    """
    last = (
        sa.select(t.pay_entry.c.currency)
        .where(t.pay_entry.c.person_id == person_id)
        .order_by(t.pay_entry.c.id.desc())
        .limit(1)
    )
    entry = Entry(
        key=f"attempt:{attempt_id}",
        kind=WorkKind.ASSESSMENT,
        seconds=round((ended_at - started_at).total_seconds()),
        minor_units=0,
        currency=session.connection().execute(last).scalar() or NO_CURRENCY_YET,
        unpaid_reason=UnpaidReason.ASSESSMENT,
    )
    book([entry], person_id=person_id, session=session, now=now)
