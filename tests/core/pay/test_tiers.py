"""Floors of pay: how they are written, which tier holds, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.config import DEFAULT_PAY_FLOORS
from evalhub.core.pay.tiers import (
    Floors,
    PayTier,
    Price,
    check_floor,
    least_tier,
    parse_floors,
    tier_of,
)
from evalhub.errors import BadInput

FLOORS = parse_floors(DEFAULT_PAY_FLOORS)


def refusal(tier: PayTier, price: Price, floors: Floors = FLOORS) -> str:
    """Return why a price is refused, or nothing."""
    try:
        check_floor(tier, price, floors)
    except BadInput as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("tier", "amount"),
    [
        (PayTier.GENERAL, 2_000),
        (PayTier.MULTILINGUAL, 2_000),
        (PayTier.CODING_STEM, 4_000),
        (PayTier.PROFESSIONAL, 5_000),
    ],
)
@pytest.mark.parametrize("currency", ["USD", "EUR", "GBP"])
def test_f18_the_shipped_floors_are_those_of_the_tiers(
    tier: PayTier, amount: int, currency: str
) -> None:
    assert FLOORS.find(tier, currency) == amount


def test_f18_pay_under_the_floor_is_refused_with_the_rule() -> None:
    found = refusal(PayTier.PROFESSIONAL, Price(833, "USD", 10))

    assert found == (
        "pay: 8.33 USD for 10 min comes to 49.98 USD an hour; professional work is paid "
        "50.00 USD or more"
    )
    assert not refusal(PayTier.PROFESSIONAL, Price(834, "USD", 10))


@given(
    st.sampled_from([tier for tier in PayTier if tier is not PayTier.VOLUNTEER]),
    st.integers(0, 10**9),
    st.integers(1, 480),
)
def test_f18_what_passes_is_never_a_fraction_short(tier: PayTier, paid: int, minutes: int) -> None:
    floor = FLOORS.find(tier, "USD") or 0

    assert bool(refusal(tier, Price(paid, "USD", minutes))) is (paid * 60 < floor * minutes)


def test_volunteers_are_held_to_no_floor() -> None:
    assert not refusal(PayTier.VOLUNTEER, Price(0, "XTS", 10))


def test_a_currency_without_a_floor_is_refused_with_the_setting_that_mends_it() -> None:
    found = refusal(PayTier.GENERAL, Price(10**6, "KES", 10))

    assert "no floor for general work in KES" in found
    assert "EVALHUB_PAY_FLOORS" in found


def test_floors_are_the_operators_to_set() -> None:
    floors = parse_floors(" general=3000 JPY,professional = 7.5 KWD, ")

    assert floors.find(PayTier.GENERAL, "JPY") == 3_000
    assert floors.find(PayTier.PROFESSIONAL, "KWD") == 7_500
    assert floors.find(PayTier.GENERAL, "USD") is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("general", "not TIER=AMOUNT CURRENCY"),
        ("volunteer=0 USD", "the tiers are general, multilingual"),
        ("general=20", "not TIER=AMOUNT CURRENCY"),
        ("general=20.001 USD", "not an amount of USD"),
        ("general=-1 USD", "not an amount"),
        ("general=20 usd", "not TIER=AMOUNT CURRENCY"),
        ("general=20 USD, general=30 USD", "given twice in USD"),
    ],
)
def test_floors_that_cannot_be_read_are_refused(text: str, rule: str) -> None:
    with pytest.raises(BadInput, match=rule):
        parse_floors(text)


@pytest.mark.parametrize(
    ("domain", "credentials", "verified", "tier"),
    [
        ("general", False, False, PayTier.GENERAL),
        ("medicine", True, True, PayTier.PROFESSIONAL),
        ("coding", True, True, PayTier.CODING_STEM),
        ("robotics", True, False, PayTier.CODING_STEM),
        ("medicine", True, False, PayTier.CODING_STEM),
    ],
)
def test_what_a_rubric_demands_decides_the_least_tier(
    domain: str, *, credentials: bool, verified: bool, tier: PayTier
) -> None:
    assert least_tier(domain, credentials=credentials, is_verified=verified) is tier


@pytest.mark.parametrize(
    ("chosen", "pay", "tier"),
    [
        (None, 0, PayTier.VOLUNTEER),
        (None, 1, PayTier.CODING_STEM),
        (PayTier.VOLUNTEER, 0, PayTier.VOLUNTEER),
        (PayTier.CODING_STEM, 1, PayTier.CODING_STEM),
        (PayTier.PROFESSIONAL, 1, PayTier.PROFESSIONAL),
    ],
)
def test_a_tier_is_the_least_or_a_higher_one(
    chosen: PayTier | None, pay: int, tier: PayTier
) -> None:
    assert tier_of(chosen, PayTier.CODING_STEM, pay_minor_units=pay) is tier


@pytest.mark.parametrize(
    ("chosen", "pay"),
    [(PayTier.GENERAL, 1), (PayTier.VOLUNTEER, 1), (PayTier.PROFESSIONAL, 0)],
    ids=["under the rubric", "volunteers with pay", "a profession without pay"],
)
def test_a_tier_that_does_not_fit_is_refused(chosen: PayTier, pay: int) -> None:
    with pytest.raises(BadInput, match="pay_tier"):
        tier_of(chosen, PayTier.CODING_STEM, pay_minor_units=pay)


def test_an_hour_is_what_the_expected_minutes_come_to() -> None:
    assert Price(1_400, "EUR", 8).per_hour == 10_500
    assert Price(1_400, "EUR", 8).cap_seconds == 480
