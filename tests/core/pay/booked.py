"""Entries as they stand in a ledger, for tests that add them up."""

from datetime import UTC, datetime

from evalhub.core.pay.earnings import Booked
from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def booked(
    minutes: float | None,
    minor_units: int = 0,
    reason: UnpaidReason | None = None,
    *,
    kind: WorkKind = WorkKind.COMPARISON,
    currency: str = "USD",
    title: str = "Acute presentations",
    at: datetime = NOON,
) -> Booked:
    """Return an entry of ``minutes``; without them its time is not known."""
    seconds = None if minutes is None else round(minutes * 60)
    entry = Entry(f"{kind}:{at}:{minutes}", kind, seconds, minor_units, currency, reason)
    project = "acute" if title else ""
    return Booked(entry, project, title, "medicine" if title else "", at)
