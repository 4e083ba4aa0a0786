"""Rules of disputes about what was booked: who answers, by when, and what follows.

A dispute has a clock. What nobody has answered in time goes up one level by itself, and whoever is
refused may ask the next level once. Nothing about a dispute changes what its author is offered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from evalhub.core.money import SECONDS_AN_HOUR
from evalhub.core.pay.ledger import MOVED, Entry, UnpaidReason, WorkKind
from evalhub.core.people import Role

RESPONSE_TIME = timedelta(days=5)
"""How long a level has for its answer."""
MAX_WORDS = 4_000
MAX_MINUTES = 120


class DisputeStep(StrEnum):
    """What happened in a dispute after it was opened."""

    UPHELD = "upheld"
    """The person is right; what is owed is booked."""
    REJECTED = "rejected"
    """What was booked stands, with the reason."""
    APPEALED = "appealed"
    """The person asks the next level after a refusal."""


class DisputeLevel(StrEnum):
    """Who has to answer."""

    COORDINATION = "coordination"
    """Those who run projects."""
    ADMINISTRATION = "administration"
    """Administrators, once the first level was late or has refused."""


class DisputeState(StrEnum):
    """How a dispute stands."""

    OPEN = "open"
    """Somebody owes an answer."""
    REJECTED = "rejected"
    """Refused, and the next level can still be asked."""
    CLOSED = "closed"
    """Answered for good."""


DECIDERS: dict[DisputeLevel, tuple[Role, ...]] = {
    DisputeLevel.COORDINATION: (Role.COORDINATOR, Role.ADMIN),
    DisputeLevel.ADMINISTRATION: (Role.ADMIN,),
}


@dataclass(frozen=True, slots=True)
class DisputeEvent:
    """Hold one step of a dispute; the money is what an upheld one adds."""

    step: DisputeStep
    words: str
    minor_units: int
    at: datetime
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold how a dispute stands: who owes an answer, by when, and whether that has passed."""

    state: DisputeState
    level: DisputeLevel
    due_at: datetime
    is_overdue: bool


def standing_of(opened_at: datetime, events: Sequence[DisputeEvent], now: datetime) -> Standing:
    """Return how a dispute stands at ``now``.

    The level follows from the clock and is stored nowhere, so no job has to run for a late
    answer to go up.
    """
    appeals = [event for event in events if event.step is DisputeStep.APPEALED]
    started = appeals[-1].at if appeals else opened_at
    due_at = started + RESPONSE_TIME
    level = DisputeLevel.COORDINATION
    if not appeals and now > due_at:
        # The first level had its time; the next one has as much again.
        level, due_at = DisputeLevel.ADMINISTRATION, due_at + RESPONSE_TIME
    elif appeals:
        level = DisputeLevel.ADMINISTRATION
    last = events[-1].step if events else None
    if last is DisputeStep.UPHELD or (last is DisputeStep.REJECTED and appeals):
        return Standing(DisputeState.CLOSED, level, due_at, is_overdue=False)
    if last is DisputeStep.REJECTED:
        return Standing(DisputeState.REJECTED, level, due_at, is_overdue=False)
    return Standing(DisputeState.OPEN, level, due_at, is_overdue=now > due_at)


def refusers(events: Sequence[DisputeEvent]) -> frozenset[int | None]:
    """Return who refused a dispute: they do not hear the appeal against it."""
    return frozenset(event.by for event in events if event.step is DisputeStep.REJECTED)


def settled(
    dispute_id: int, step: DisputeStep, *, minutes: int, per_hour: int, owed: int, currency: str
) -> tuple[Entry, ...]:
    """Return the entries of an answer: what is owed, and the time that the dispute took.

    An upheld dispute pays its own time at the hour that the project offers; a refused one has
    it stand as unpaid. The time is booked with the last answer alone, which is the one that
    stands: an appeal that is upheld turns unpaid time into paid time by a counter-entry.
    """
    seconds, key = minutes * 60, f"dispute:{dispute_id}"
    unpaid = Entry(f"{key}:unpaid", WorkKind.DISPUTE, seconds, 0, currency, UnpaidReason.DISPUTE)
    if step is not DisputeStep.UPHELD:
        return (unpaid,) if seconds else ()
    money = seconds * per_hour // SECONDS_AN_HOUR
    time = Entry(f"{key}:time", WorkKind.DISPUTE, seconds, money, currency)
    adjustment = Entry(f"{key}:adjustment", WorkKind.ADJUSTMENT, 0, owed, currency)
    return tuple(entry for entry in (time, adjustment) if entry.seconds or entry.minor_units)


def unbooked(dispute_id: int, *, minutes: int, currency: str) -> Entry:
    """Return what takes back the unpaid time of a refusal that an appeal has overturned."""
    key = f"dispute:{dispute_id}:unpaid{MOVED}"
    return Entry(key, WorkKind.DISPUTE, -minutes * 60, 0, currency, UnpaidReason.DISPUTE)
