"""What a ledger comes to, by hand and by property."""

from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.money import hourly_rate
from evalhub.core.pay.earnings import earnings_of
from evalhub.core.pay.ledger import UnpaidReason, WorkKind
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
