"""The entries that a piece of work makes: money once, every second paid or with its reason."""

from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.pay.ledger import (
    Entry,
    UnpaidReason,
    WorkKind,
    judged,
    moved,
    taken_back,
    unjudged,
)
from evalhub.core.pay.tiers import Price

PRICE = Price(1_000, "USD", 10)


def summed(entries: tuple[Entry, ...]) -> tuple[int, int, int]:
    """Return the paid seconds, the unpaid seconds and the money of ``entries``."""
    paid = sum(entry.seconds or 0 for entry in entries if entry.unpaid_reason is None)
    unpaid = sum(entry.seconds or 0 for entry in entries if entry.unpaid_reason)
    return paid, unpaid, sum(entry.minor_units for entry in entries)


def test_a_judgment_within_the_expected_minutes_is_paid_whole() -> None:
    (entry,) = judged(7, 1, PRICE, seconds=540.4, seconds_before=0)

    assert entry == Entry("assignment:7:judgment:1", WorkKind.COMPARISON, 540, 1_000, "USD")


def test_what_lies_over_the_expected_minutes_is_unpaid_and_says_so() -> None:
    paid, over = judged(7, 1, PRICE, seconds=900, seconds_before=0)

    assert (paid.seconds, paid.minor_units) == (600, 1_000)
    assert (over.seconds, over.minor_units) == (300, 0)
    assert over.unpaid_reason is UnpaidReason.OVER_CAP


def test_a_change_adds_time_and_no_second_price() -> None:
    entries = judged(7, 2, PRICE, seconds=200, seconds_before=500)

    assert summed(entries) == (100, 100, 0)


def test_without_scripts_the_price_is_owed_and_the_time_unknown() -> None:
    (entry,) = judged(7, 1, PRICE, seconds=None, seconds_before=0)

    assert (entry.seconds, entry.minor_units, entry.unpaid_reason) == (None, 1_000, None)


def test_volunteered_time_says_that_nobody_is_paid() -> None:
    (entry,) = judged(7, 1, Price(0, "USD", 10), seconds=3_000, seconds_before=0)

    assert (entry.seconds, entry.unpaid_reason) == (3_000, UnpaidReason.VOLUNTEER)


@given(st.lists(st.floats(0, 86_400), min_size=1, max_size=6), st.integers(1, 480))
def test_f21_the_minutes_of_a_judgment_and_its_changes_add_up(
    sittings: list[float], minutes: int
) -> None:
    price, before = Price(1_000, "USD", minutes), 0
    booked: list[Entry] = []
    for revision, seconds in enumerate(sittings, start=1):
        entries = judged(7, revision, price, seconds=seconds, seconds_before=before)
        before += sum(entry.seconds or 0 for entry in entries)
        booked += entries

    paid, unpaid, money = summed(tuple(booked))
    assert paid + unpaid == sum(map(round, sittings))
    assert paid == min(paid + unpaid, price.cap_seconds)
    assert money == 1_000
    assert len({entry.key for entry in booked}) == len(booked)


def test_time_without_a_judgment_is_unpaid_with_its_reason() -> None:
    (entry,) = unjudged(7, UnpaidReason.RETURNED, seconds=59.6, currency="EUR")

    assert entry.key == "assignment:7:returned"
    assert (entry.seconds, entry.minor_units, entry.currency) == (60, 0, "EUR")


def test_no_time_makes_no_entry() -> None:
    assert unjudged(7, UnpaidReason.EXPIRED, seconds=0.2, currency="EUR") == ()


def test_time_that_is_moved_cancels_what_was_booked() -> None:
    (entry,) = unjudged(7, UnpaidReason.EXPIRED, seconds=300, currency="EUR")

    back = moved(entry)

    assert summed((entry, back)) == (0, 0, 0)
    assert (back.key, back.unpaid_reason) == ("assignment:7:expired:moved", UnpaidReason.EXPIRED)


def test_f53_time_in_a_comparison_taken_back_is_paid_by_its_part_of_the_price() -> None:
    assert taken_back(7, PRICE, seconds=0.4) == ()
    # A third of ten minutes, and never a unit too little.
    (entry,) = taken_back(7, PRICE, seconds=200)
    assert entry == Entry("assignment:7:taken_back", WorkKind.COMPARISON, 200, 334, "USD")
    assert summed(taken_back(7, PRICE, seconds=900)) == (600, 300, 1_000)
    assert summed(taken_back(7, Price(0, "USD", 10), seconds=900)) == (0, 900, 0)
