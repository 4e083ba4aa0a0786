"""What a person's ledger comes to: time paid and unpaid, money, and the hour it makes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from evalhub.core.money import effective_hour
from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind, is_of_elsewhere


@dataclass(frozen=True, slots=True)
class Booked:
    """Hold an entry as it stands in the ledger: whose work, on what, and when it was booked."""

    entry: Entry
    project: str
    project_title: str
    domain: str
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class Sums:
    """Hold sums of entries in one currency.

    ``timed_minor_units`` is the money of entries whose time is known, which alone can be set
    against time; ``n_untimed`` counts the others.
    """

    currency: str
    minor_units: int = 0
    timed_minor_units: int = 0
    paid_seconds: int = 0
    unpaid_seconds: int = 0
    n_untimed: int = 0

    @property
    def seconds(self) -> int:
        """Return all time that is known, paid or not."""
        return self.paid_seconds + self.unpaid_seconds

    @property
    def per_hour(self) -> int | None:
        """Return the effective hourly rate in minor units, rounded down.

        Money over all active time, the unpaid included: training, assessment, rework, disputes
        and what was given back are time that the work has cost. None where there is too little
        time to tell, or none at all.
        """
        return effective_hour(self.timed_minor_units, self.seconds)


@dataclass(frozen=True, slots=True)
class TaskSums:
    """Hold what one type of task came to; ``domain`` is empty for work outside projects."""

    kind: WorkKind
    domain: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class ReasonSums:
    """Hold how much time was not paid for one reason."""

    reason: UnpaidReason
    seconds: int


@dataclass(frozen=True, slots=True)
class Earnings:
    """Hold what a person's entries come to: in all, by type of task, and unpaid by reason."""

    totals: tuple[Sums, ...]
    tasks: tuple[TaskSums, ...]
    unpaid: tuple[ReasonSums, ...]


def earnings_of(booked: Sequence[Booked]) -> Earnings:
    """Return the sums of ``booked``; none of them mixes currencies.

    Time that moved away counts where the entry that it takes back is among ``booked`` too; of a
    month, what moved out of an earlier one is left out, and stands in that one as it was known.
    """
    keys = {one.entry.key for one in booked}
    by_currency: defaultdict[str, list[Entry]] = defaultdict(list)
    by_task: defaultdict[tuple[WorkKind, str, str], list[Entry]] = defaultdict(list)
    by_reason: defaultdict[UnpaidReason, int] = defaultdict(int)
    for one in booked:
        entry = one.entry
        if is_of_elsewhere(entry, keys):
            continue
        by_currency[entry.currency].append(entry)
        by_task[entry.kind, one.domain, entry.currency].append(entry)
        if entry.unpaid_reason is not None:
            by_reason[entry.unpaid_reason] += entry.seconds or 0
    return Earnings(
        totals=tuple(
            sums_of(entries, currency) for currency, entries in sorted(by_currency.items())
        ),
        tasks=tuple(
            TaskSums(kind, domain, sums_of(entries, currency))
            for (kind, domain, currency), entries in sorted(by_task.items())
        ),
        unpaid=tuple(
            ReasonSums(reason, by_reason[reason]) for reason in UnpaidReason if by_reason[reason]
        ),
    )


def sums_of(entries: Iterable[Entry], currency: str) -> Sums:
    """Return the sums of entries that are all in ``currency``; what moved as ``earnings_of``."""
    entries = list(entries)
    keys = {entry.key for entry in entries}
    entries = [entry for entry in entries if not is_of_elsewhere(entry, keys)]
    timed = [entry for entry in entries if entry.seconds is not None]
    return Sums(
        currency=currency,
        minor_units=sum(entry.minor_units for entry in entries),
        timed_minor_units=sum(entry.minor_units for entry in timed),
        paid_seconds=sum(entry.seconds or 0 for entry in timed if entry.unpaid_reason is None),
        unpaid_seconds=sum(entry.seconds or 0 for entry in timed if entry.unpaid_reason),
        n_untimed=len(entries) - len(timed),
    )
