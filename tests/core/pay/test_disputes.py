"""The clock of a dispute, its levels, and what its answers book."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.pay.disputes import (
    RESPONSE_TIME,
    DisputeEvent,
    DisputeLevel,
    DisputeState,
    DisputeStep,
    settled,
    standing_of,
    unbooked,
)
from evalhub.core.pay.ledger import UnpaidReason, WorkKind
from tests.core.pay.booked import NOON

DAY = timedelta(days=1)


def event(step: DisputeStep, days: float) -> DisputeEvent:
    return DisputeEvent(step, "Words.", 0, NOON + days * DAY)


@pytest.mark.parametrize(
    ("days", "level", "due", "overdue"),
    [
        (0, DisputeLevel.COORDINATION, 5, False),
        (5, DisputeLevel.COORDINATION, 5, False),
        (5.01, DisputeLevel.ADMINISTRATION, 10, False),
        (10.01, DisputeLevel.ADMINISTRATION, 10, True),
    ],
)
def test_f51_what_is_not_answered_in_time_goes_up_one_level(
    days: float, level: DisputeLevel, due: int, *, overdue: bool
) -> None:
    standing = standing_of(NOON, [], NOON + days * DAY)

    assert (standing.state, standing.level) == (DisputeState.OPEN, level)
    assert (standing.due_at, standing.is_overdue) == (NOON + due * DAY, overdue)


def test_f51_a_refusal_can_be_appealed_once_to_the_next_level() -> None:
    refused = [event(DisputeStep.REJECTED, 1)]
    appealed = [*refused, event(DisputeStep.APPEALED, 2)]
    again = [*appealed, event(DisputeStep.REJECTED, 3)]
    now = NOON + 4 * DAY

    assert standing_of(NOON, refused, now).state is DisputeState.REJECTED
    standing = standing_of(NOON, appealed, now)
    assert (standing.state, standing.level) == (DisputeState.OPEN, DisputeLevel.ADMINISTRATION)
    assert standing.due_at == NOON + 2 * DAY + RESPONSE_TIME
    assert standing_of(NOON, again, now).state is DisputeState.CLOSED


def test_an_upheld_dispute_is_closed() -> None:
    standing = standing_of(NOON, [event(DisputeStep.UPHELD, 1)], NOON + 99 * DAY)

    assert (standing.state, standing.is_overdue) == (DisputeState.CLOSED, False)


def test_f51_an_upheld_dispute_pays_what_is_owed_and_its_own_time() -> None:
    time, adjustment = settled(
        7, DisputeStep.UPHELD, minutes=30, per_hour=6_000, owed=1_400, currency="USD"
    )

    assert (time.kind, time.seconds, time.minor_units) == (WorkKind.DISPUTE, 1_800, 3_000)
    assert (adjustment.kind, adjustment.seconds) == (WorkKind.ADJUSTMENT, 0)
    assert adjustment.minor_units == 1_400


def test_a_refused_dispute_leaves_its_time_unpaid() -> None:
    (time,) = settled(7, DisputeStep.REJECTED, minutes=30, per_hour=6_000, owed=0, currency="USD")

    assert (time.seconds, time.minor_units) == (1_800, 0)
    assert time.unpaid_reason is UnpaidReason.DISPUTE


@given(st.integers(0, 120), st.integers(0, 10**6), st.sampled_from(list(DisputeStep)[:2]))
def test_the_time_of_a_dispute_is_booked_once_whatever_is_answered(
    minutes: int, per_hour: int, last: DisputeStep
) -> None:
    first = settled(
        7, DisputeStep.REJECTED, minutes=minutes, per_hour=per_hour, owed=0, currency="USD"
    )
    second = settled(7, last, minutes=minutes, per_hour=per_hour, owed=0, currency="USD")
    back = [unbooked(7, minutes=minutes, currency="USD")] if last is DisputeStep.UPHELD else []

    ledger = {entry.key: entry for entry in (*first, *back, *second)}
    assert sum(entry.seconds or 0 for entry in ledger.values()) == minutes * 60
