"""What a ledger comes to, by hand and by property."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.money import hourly_rate
from evalhub.core.pay.earnings import Booked, earnings_of, sums_of
from evalhub.core.pay.ledger import UnpaidReason, WorkKind, moved
from tests.core.pay.booked import booked


def test_f21_sixty_paid_and_thirty_unpaid_minutes_at_sixty_come_to_forty_an_hour() -> None:
    earnings = earnings_of(
        [
            booked(60, 6_000),
            booked(12, reason=UnpaidReason.TRAINING, kind=WorkKind.TRAINING, title=""),
            booked(10, reason=UnpaidReason.RETURNED),
            booked(8, reason=UnpaidReason.OVER_CAP),
        ]
    )

    (total,) = earnings.totals
    assert (total.minor_units, total.per_hour) == (6_000, 4_000)
    assert [(one.reason, one.seconds) for one in earnings.unpaid] == [
        (UnpaidReason.RETURNED, 600),
        (UnpaidReason.OVER_CAP, 480),
        (UnpaidReason.TRAINING, 720),
    ]


def test_money_without_a_known_time_makes_no_hour() -> None:
    (total,) = earnings_of([booked(None, 900), booked(30, 1_000)]).totals

    assert (total.minor_units, total.n_untimed) == (1_900, 1)
    assert total.per_hour == 2_000


@pytest.mark.parametrize(
    ("minutes", "per_hour"), [(0.5, None), (9.9, None), (10, 6_000)], ids=["half", "short", "ten"]
)
def test_an_hour_is_told_from_ten_minutes_of_counted_time_on(
    minutes: float, per_hour: int | None
) -> None:
    (total,) = earnings_of([booked(minutes, 1_000)]).totals

    assert total.per_hour == per_hour
    assert total.seconds > 0


def test_without_any_time_there_is_no_hour() -> None:
    assert earnings_of([booked(None, 900)]).totals[0].per_hour is None
    assert earnings_of([]).totals == ()


def test_currencies_and_types_of_task_stand_apart() -> None:
    earnings = earnings_of(
        [
            booked(60, 100),
            booked(60, 100, currency="EUR"),
            booked(30, 50, kind=WorkKind.REWORK),
        ]
    )

    assert [(one.currency, one.minor_units) for one in earnings.totals] == [
        ("EUR", 100),
        ("USD", 150),
    ]
    assert [(one.kind, one.domain, one.sums.currency) for one in earnings.tasks] == [
        (WorkKind.COMPARISON, "medicine", "EUR"),
        (WorkKind.COMPARISON, "medicine", "USD"),
        (WorkKind.REWORK, "medicine", "USD"),
    ]


def test_an_adjustment_raises_the_hour_without_time() -> None:
    adjustment = booked(0, 500, kind=WorkKind.ADJUSTMENT)

    assert earnings_of([booked(60, 1_000), adjustment]).totals[0].per_hour == 1_500


def moved_on(one: Booked) -> Booked:
    """Return what takes the time of an entry back, as it stands in the ledger."""
    return replace(one, entry=moved(one.entry))


def test_time_that_moved_within_the_entries_counts_once() -> None:
    draft, judgment = booked(10, reason=UnpaidReason.EXPIRED), booked(11, 7_000)

    earnings = earnings_of([draft, moved_on(draft), judgment])

    assert earnings.unpaid == ()
    assert (earnings.totals[0].seconds, earnings.totals[0].per_hour) == (660, 38_181)


def test_time_that_moved_out_of_an_earlier_month_lowers_nothing_in_this_one() -> None:
    draft, judgment = booked(10, reason=UnpaidReason.EXPIRED), booked(12, 1_000)

    earnings = earnings_of([moved_on(draft), judgment])

    (total,) = earnings.totals
    assert (total.paid_seconds, total.unpaid_seconds, total.per_hour) == (720, 0, 5_000)
    assert (earnings.unpaid, earnings.tasks[0].sums) == ((), total)
    assert sums_of([moved_on(draft).entry, judgment.entry], "USD") == total


ENTRIES = st.lists(
    st.one_of(
        st.builds(booked, st.integers(0, 600), st.integers(0, 10_000)),
        st.builds(booked, st.integers(0, 600), reason=st.sampled_from(UnpaidReason)),
        st.builds(booked, st.none(), st.integers(0, 10_000)),
    )
)


@given(ENTRIES)
def test_f21_tasks_and_reasons_add_up_to_the_totals(entries: list[object]) -> None:
    earnings = earnings_of(entries)  # type: ignore[arg-type]  # drawn by ``booked``

    total_s = sum(one.seconds for one in earnings.totals)
    unpaid_s = sum(one.unpaid_seconds for one in earnings.totals)
    assert sum(task.sums.seconds for task in earnings.tasks) == total_s
    assert sum(one.seconds for one in earnings.unpaid) == unpaid_s
    for one in earnings.totals:
        if one.per_hour is not None:
            assert one.per_hour == hourly_rate(one.timed_minor_units, one.seconds)


@given(ENTRIES, st.data())
def test_no_part_of_a_ledger_has_less_than_no_time(
    entries: list[Booked], data: st.DataObject
) -> None:
    # A key stands once in a ledger.
    whole = [replace(one, entry=replace(one.entry, key=str(n))) for n, one in enumerate(entries)]
    whole += [moved_on(one) for one in whole if one.entry.unpaid_reason is UnpaidReason.EXPIRED]
    part = (
        data.draw(st.lists(st.sampled_from(whole), unique_by=lambda one: one.entry.key))
        if whole
        else []
    )

    earnings = earnings_of(part)

    assert all(one.paid_seconds >= 0 and one.unpaid_seconds >= 0 for one in earnings.totals)
    assert all(one.seconds > 0 for one in earnings.unpaid)
    assert UnpaidReason.EXPIRED not in {one.reason for one in earnings_of(whole).unpaid}
