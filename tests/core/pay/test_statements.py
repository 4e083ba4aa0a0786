"""A month's statement: where months begin, what stands in the file, what it comes to."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.pay.ledger import UnpaidReason, WorkKind, moved
from evalhub.core.pay.statements import (
    Month,
    Statement,
    month_csv,
    month_of,
    parse_month,
    statement_csv,
)
from evalhub.core.pay.words import KIND_WORDS, REASON_WORDS, duration
from evalhub.errors import BadInput
from tests.core.pay.booked import NOON, booked

NOVEMBER = Month(2026, 11)


def statement(*entries: object, name: str = "Ada Example") -> Statement:
    """Return Ada's November."""
    return Statement("a1b2", name, NOVEMBER, is_open=False, booked=entries)  # type: ignore[arg-type]  # entries of ``booked``


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))


@given(st.datetimes(timezones=ZONES).filter(lambda moment: 2 <= moment.year <= 9997))
def test_every_moment_lies_in_one_month_whatever_its_clock(local: datetime) -> None:
    month = month_of(local)

    assert month.has(local)
    assert month_of(month.end) > month
    assert not month.has(month.end)
    assert parse_month(str(month)) == month


def test_the_year_ends_with_december() -> None:
    assert Month(2026, 12).end == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-11", "2026-11-01", "", "9999-12", "x"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="not a month"):
        parse_month(text)


def test_the_file_has_every_entry_with_its_reason() -> None:
    text = statement_csv(
        statement(booked(10, 1_400), booked(5, reason=UnpaidReason.RETURNED), booked(None, 1_400))
    )

    first, second, third = rows_of(text)
    assert (first["amount"], first["currency"], first["seconds"]) == ("14.00", "USD", "600")
    assert (second["amount"], second["unpaid_reason"]) == ("0.00", "returned")
    assert (third["seconds"], third["unpaid_reason"]) == ("", "")
    assert first["booked_at"] == "2026-11-21T12:00:00+00:00"


def test_the_file_of_everybody_names_whose_each_entry_is() -> None:
    text = month_csv([statement(booked(10, 5)), statement(booked(20, 7), name="=Grace()")])

    assert [(row["person"], row["name"], row["amount"]) for row in rows_of(text)] == [
        ("a1b2", "Ada Example", "0.05"),
        ("a1b2", "'=Grace()", "0.07"),
    ]


def test_lines_add_entries_up_by_project_task_and_currency() -> None:
    found = statement(
        booked(10, 1_000),
        booked(20, 1_000),
        booked(5, reason=UnpaidReason.OVER_CAP),
        booked(60, kind=WorkKind.TRAINING, reason=UnpaidReason.TRAINING, title=""),
    ).lines

    assert [(one.project, one.kind, one.n, one.sums.minor_units) for one in found] == [
        ("", WorkKind.TRAINING, 0, 0),
        ("acute", WorkKind.COMPARISON, 2, 2_000),
    ]
    assert found[1].sums.seconds == 35 * 60


def test_every_kind_and_reason_has_words() -> None:
    assert set(KIND_WORDS) == set(WorkKind)
    assert set(REASON_WORDS) == set(UnpaidReason)
    assert duration(3_725) == "1 h 02 min"
    assert NOVEMBER.has(NOON)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3_900, "1 h 05 min"),
        (59, "0 h 00 min"),
        (-59, "0 h 00 min"),
        (-600, "-0 h 10 min"),
        (-3_900, "-1 h 05 min"),
    ],
)
def test_time_that_moved_is_said_with_its_sign_before_the_whole(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_a_month_into_which_time_moved_lists_the_entry_and_counts_the_work() -> None:
    draft, judgment = booked(10, reason=UnpaidReason.EXPIRED), booked(12, 1_000)
    november = statement(replace(draft, entry=moved(draft.entry)), judgment)

    (line,) = november.lines
    assert (line.sums.seconds, line.n) == (720, 1)
    assert [row["seconds"] for row in rows_of(statement_csv(november))] == ["-600", "720"]
