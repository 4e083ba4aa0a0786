"""Rules of the ledger: which entries a piece of work makes, each paid or unpaid with its reason.

An entry is never changed. What turns out otherwise is set right by further entries, so that the sum
of a person's entries is always what they worked and what they are owed. Every entry has a key that
says which event made it; the database holds keys unique, so that an event that arrives twice is
booked once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from evalhub.core.pay.tiers import Price

TAKEN_BACK = ":taken_back"
"""Ends the key of what a comparison came to that was taken from who held it."""

MOVED = ":moved"
"""How the key of an entry ends that takes back the time of the entry whose key stands before it."""


class WorkKind(StrEnum):
    """What somebody's time went into."""

    COMPARISON = "comparison"
    """Judging a pair, or finding that it cannot be judged."""
    TRAINING = "training"
    """Learning a rubric, and calibration."""
    ASSESSMENT = "assessment"
    """An exam that decides what somebody may judge."""
    REWORK = "rework"
    """Looking again at a judgment that a review sent back."""
    DISPUTE = "dispute"
    """Arguing against an amount of pay, or time that was not paid."""
    APPEAL = "appeal"
    """Appealing a return or a decision of a review."""
    ADJUSTMENT = "adjustment"
    """Money alone, as a decision set it right."""


class UnpaidReason(StrEnum):
    """Why some time is not paid."""

    RETURNED = "returned"
    """The comparison was given back unjudged."""
    EXPIRED = "expired"
    """The lease ran out over a draft."""
    REMOVED = "removed"
    """The person was taken off the project."""
    OVER_CAP = "over_cap"
    """Longer than the minutes that the price was made for."""
    VOLUNTEER = "volunteer"
    """The project pays nobody."""
    TRAINING = "training"
    """Training that is not paid."""
    ASSESSMENT = "assessment"
    """An assessment that is not paid."""
    REWORK = "rework"
    """Rework that no mistake of ours made necessary."""
    DISPUTE = "dispute"
    """A dispute that was not upheld, or is not decided yet."""
    APPEAL = "appeal"
    """An appeal that was not upheld."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one line of the ledger; ``seconds`` is None where no script counted the time.

    Money is a whole number of the currency's minor unit and never negative: what was promised
    for work done is not taken back. ``unpaid_reason`` is None for time that is paid.
    """

    key: str
    kind: WorkKind
    seconds: int | None
    minor_units: int
    currency: str
    unpaid_reason: UnpaidReason | None = None

    @property
    def is_price_of_judgment(self) -> bool:
        """Tell whether it pays a comparison that was answered.

        One that was taken back is paid as the same type of task, and its expert has judged nothing.
        """
        is_comparison = self.kind is WorkKind.COMPARISON and self.minor_units > 0
        return is_comparison and not self.key.endswith(TAKEN_BACK)


def judged(
    assignment_id: int, revision: int, price: Price, *, seconds: float | None, seconds_before: int
) -> tuple[Entry, ...]:
    """Return the entries of a judgment or one of its changes.

    The price comes with the first revision and never again; the time of later ones is added to
    it. Time up to the expected minutes is paid by the price, and what lies over them is unpaid:
    ``seconds_before`` is what the earlier revisions took. Pay goes by the piece because a page's
    own clock can be changed by whoever has it; the clock only says what the hour came to.
    """
    key = f"assignment:{assignment_id}:judgment:{revision}"
    owed = price.minor_units if revision == 1 else 0
    whole = None if seconds is None else round(seconds)
    if not price.minor_units:
        reason = UnpaidReason.VOLUNTEER
        return (Entry(key, WorkKind.COMPARISON, whole, 0, price.currency, reason),)
    if whole is None:
        return (Entry(key, WorkKind.COMPARISON, None, owed, price.currency),)
    covered = min(whole, max(0, price.cap_seconds - seconds_before))
    paid = Entry(key, WorkKind.COMPARISON, covered, owed, price.currency)
    over = Entry(
        f"{key}:over",
        WorkKind.COMPARISON,
        whole - covered,
        0,
        price.currency,
        UnpaidReason.OVER_CAP,
    )
    return (paid, over) if over.seconds else (paid,)


def unjudged(
    assignment_id: int, reason: UnpaidReason, *, seconds: float, currency: str
) -> tuple[Entry, ...]:
    """Return the entry of time spent on a comparison that ended without a judgment, if any."""
    whole = round(seconds)
    key = f"assignment:{assignment_id}:{reason.value}"
    return (Entry(key, WorkKind.COMPARISON, whole, 0, currency, reason),) if whole else ()


def taken_back(assignment_id: int, price: Price, *, seconds: float) -> tuple[Entry, ...]:
    """Return the entries of a comparison that was taken from who held it, if it took any time.

    Nobody pays for a decision of ours: up to the expected minutes the time is paid by its part of
    the price, rounded up to a minor unit, and what lies over them is unpaid as in a judgment.
    """
    key, whole = f"assignment:{assignment_id}{TAKEN_BACK}", round(seconds)
    if not whole:
        return ()
    if not price.minor_units:
        reason = UnpaidReason.VOLUNTEER
        return (Entry(key, WorkKind.COMPARISON, whole, 0, price.currency, reason),)
    covered = min(whole, price.cap_seconds)
    owed = -(-price.minor_units * covered // price.cap_seconds)
    paid = Entry(key, WorkKind.COMPARISON, covered, owed, price.currency)
    if whole == covered:
        return (paid,)
    over, reason = f"{key}:over", UnpaidReason.OVER_CAP
    return (paid, Entry(over, WorkKind.COMPARISON, whole - covered, 0, price.currency, reason))


def moved(entry: Entry) -> Entry:
    """Return the entry that takes expired time back, because it is booked again with the pair.

    A draft outlives its lease, and so does the page's clock: who goes on with the pair after all
    sends all of the time, which would otherwise be counted twice. Its key has no more parts than
    that of ``entry``, so the same time is taken back once.
    """
    seconds = -(entry.seconds or 0)
    return Entry(f"{entry.key}{MOVED}", entry.kind, seconds, 0, entry.currency, entry.unpaid_reason)


def is_of_elsewhere(entry: Entry, keys: Collection[str]) -> bool:
    """Tell whether an entry takes back time that none of the entries with ``keys`` has booked.

    So it is when time moved over the end of a month. Taken off the month it lands in, it would
    leave less time there than was worked, and an hour that nobody earned.
    """
    return entry.key.endswith(MOVED) and entry.key.removesuffix(MOVED) not in keys
