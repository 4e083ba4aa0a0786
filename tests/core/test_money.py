"""Money is a whole number of minor units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.money import MAX_MINOR_UNITS, amount, format_money, is_currency, parse_money
from evalhub.errors import BadInput
from tests.core.reading.outcomes import outcome


@pytest.mark.parametrize(
    ("minor_units", "currency", "text"),
    [
        (1400, "USD", "14.00 USD"),
        (1_234_505, "EUR", "12,345.05 EUR"),
        (0, "EUR", "0.00 EUR"),
        (1500, "JPY", "1,500 JPY"),
        (1500, "KWD", "1.500 KWD"),
    ],
    ids=["plain", "thousands", "nothing", "no-minor-unit", "three-digits"],
)
def test_amounts_are_written_in_their_currency(minor_units: int, currency: str, text: str) -> None:
    assert format_money(minor_units, currency) == text


@pytest.mark.parametrize(
    ("minor_units", "currency", "text"),
    [(1_234_505, "EUR", "12345.05"), (1500, "JPY", "1500"), (7, "KWD", "0.007")],
)
def test_programs_read_amounts_without_signs_between(
    minor_units: int, currency: str, text: str
) -> None:
    assert amount(minor_units, currency) == text


@given(st.integers(0, MAX_MINOR_UNITS), st.sampled_from(["USD", "JPY", "KWD"]))
def test_an_amount_that_is_written_is_read_again(minor_units: int, currency: str) -> None:
    assert parse_money(amount(minor_units, currency), currency, where="pay") == minor_units


@pytest.mark.parametrize(
    ("text", "currency", "minor_units"),
    [
        ("14", "USD", 1400),
        ("14.5", "USD", 1450),
        (" 0.07 ", "EUR", 7),
        ("900", "JPY", 900),
        ("14,5", "EUR", 1450),
        ("1014,07", "EUR", 101_407),
        ("1,50", "KWD", 1500),
    ],
    ids=["whole", "one digit", "cents", "no minor unit", "comma", "comma and cents", "of three"],
)
def test_amounts_are_read(text: str, currency: str, minor_units: int) -> None:
    assert parse_money(text, currency, where="pay") == minor_units


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "USD"),
        ("-1", "USD"),
        ("1,234", "USD"),
        ("1,234", "KWD"),
        ("1.014,50", "EUR"),
        ("1,5", "JPY"),
        ("1.234", "USD"),
        ("1.5", "JPY"),
        ("1e3", "USD"),
        ("٣", "USD"),
        ("9999999999", "USD"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_place(text: str, currency: str) -> None:
    with pytest.raises(BadInput, match="pay"):
        parse_money(text, currency, where="pay")


def test_a_currency_is_three_capitals() -> None:
    assert is_currency("EUR")
    assert not is_currency("euro")


@given(st.integers(0, MAX_MINOR_UNITS), st.sampled_from(["USD", "JPY", "KWD"]))
def test_what_is_written_is_read_back(minor_units: int, currency: str) -> None:
    amount = format_money(minor_units, currency).removesuffix(f" {currency}").replace(",", "")

    assert parse_money(amount, currency, where="pay") == minor_units


@given(st.text(max_size=20), st.sampled_from(["USD", "JPY", "KWD"]))
def test_any_text_is_an_amount_or_bad_input(text: str, currency: str) -> None:
    found = outcome(lambda: parse_money(text, currency, where="pay"))

    assert isinstance(found, BadInput) or 0 <= found <= MAX_MINOR_UNITS
