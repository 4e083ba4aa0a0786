"""A month's statement of one person: every entry, and what they come to.

It is what somebody puts beside an invoice, and what an operator pays by; no money moves in EvalHub.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime

from evalhub.core.money import amount
from evalhub.core.pay.earnings import Booked, Earnings, Sums, earnings_of, sums_of
from evalhub.core.pay.ledger import Entry, WorkKind
from evalhub.errors import BadInput

STATEMENT_COLUMNS = (
    "booked_at",
    "project",
    "task_type",
    "seconds",
    "amount",
    "currency",
    "unpaid_reason",
    "entry",
)

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """Name one calendar month, whose days begin at midnight in UTC for everybody.

    One clock for all, so that no change of a clock on the wall can put an entry into two months
    or into none.
    """

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def start(self) -> datetime:
        """Return its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """Return the first moment after it."""
        following = self.year * _LAST_MONTH + self.number
        return datetime(following // _LAST_MONTH, following % _LAST_MONTH + 1, 1, tzinfo=UTC)

    def has(self, moment: datetime) -> bool:
        """Tell whether ``moment`` lies in it."""
        return self.start <= moment < self.end


def month_of(moment: datetime) -> Month:
    """Return the month in which ``moment`` lies."""
    utc = moment.astimezone(UTC)
    return Month(utc.year, utc.month)


def parse_month(text: str) -> Month:
    """Return the month written as ``2026-11``; raise ``BadInput``."""
    match = _MONTH.fullmatch(text)
    # The last year that a clock can tell would have no end.
    if match is None or not MINYEAR <= int(match[1]) < MAXYEAR:
        raise BadInput.at("month", f"{text[:20]!r} is not a month such as 2026-11")
    return Month(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Hold what one type of task in one project came to in the month; ``n`` counts its prices."""

    project: str
    project_title: str
    kind: WorkKind
    n: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class Statement:
    """Hold one person's month; ``is_open`` while it lasts, when more may be booked."""

    public_id: str
    name: str
    month: Month
    is_open: bool
    booked: tuple[Booked, ...]

    @property
    def earnings(self) -> Earnings:
        """Return what the entries come to."""
        return earnings_of(self.booked)

    @property
    def lines(self) -> tuple[StatementLine, ...]:
        """Return the entries added up by project, type of task and currency."""
        groups: defaultdict[tuple[str, str, WorkKind, str], list[Entry]] = defaultdict(list)
        for one in self.booked:
            entry = one.entry
            groups[one.project, one.project_title, entry.kind, entry.currency].append(entry)
        return tuple(
            StatementLine(
                project,
                title,
                kind,
                sum(1 for entry in entries if entry.minor_units),
                sums_of(entries, currency),
            )
            for (project, title, kind, currency), entries in sorted(groups.items())
        )


def statement_csv(statement: Statement) -> str:
    """Return every entry of a statement as CSV, in the order in which they were booked."""
    return csv_text(STATEMENT_COLUMNS, _rows(statement))


def month_csv(statements: Iterable[Statement]) -> str:
    """Return every entry of everybody's statements of a month as CSV, for a payroll."""
    rows = [(one.public_id, one.name, *row) for one in statements for row in _rows(one)]
    return csv_text(("person", "name", *STATEMENT_COLUMNS), rows)


def _rows(statement: Statement) -> list[tuple[object, ...]]:
    return [
        (
            one.booked_at.astimezone(UTC).isoformat(timespec="seconds"),
            one.project,
            one.entry.kind.value,
            "" if one.entry.seconds is None else one.entry.seconds,
            amount(one.entry.minor_units, one.entry.currency),
            one.entry.currency,
            one.entry.unpaid_reason.value if one.entry.unpaid_reason else "",
            one.entry.key,
        )
        for one in statement.booked
    ]


def csv_text(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table as CSV whose cells no spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: object) -> object:
    # A title that begins with "=" would be run by the spreadsheet of whoever pays the invoice.
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{cell}"
    return cell
