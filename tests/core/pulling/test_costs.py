"""Costs are whole numbers, rounded against the budget, and read without floats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.pulling.costs import (
    MAXIMUM_PRICE,
    Amount,
    Price,
    cost_of,
    parse_budget,
    parse_micro,
    parse_price,
    summed,
    written_micro,
)
from evalhub.errors import BadInput

PRICE = Price(prompt=150_000, completion=600_000, currency="USD")


@pytest.mark.parametrize(
    ("n_prompt", "n_completion", "micro"),
    [(0, 0, 0), (1_000_000, 0, 150_000), (0, 1_000_000, 600_000), (10, 5, 5), (1, 0, 1)],
    ids=["nothing", "prompts", "answers", "4.5 is 5", "a fraction is one"],
)
def test_tokens_cost_what_the_price_says(n_prompt: int, n_completion: int, micro: int) -> None:
    assert cost_of(PRICE, n_prompt=n_prompt, n_completion=n_completion) == micro


@pytest.mark.parametrize(
    ("micro", "text"),
    [
        (0, "0.00 USD"),
        (12_345_678, "12.34 USD"),
        (1_234_000_000, "1,234.00 USD"),
        (450, "0.00045 USD"),
        (500_000, "0.50 USD"),
    ],
)
def test_an_amount_shows_something_of_the_smallest_sum(micro: int, text: str) -> None:
    assert str(Amount(micro, "USD")) == text


@given(st.integers(0, MAXIMUM_PRICE))
def test_what_is_written_is_read_again(micro: int) -> None:
    assert parse_micro(written_micro(micro), where="x", most=MAXIMUM_PRICE) == micro


@pytest.mark.parametrize("text", ["", "-1", "1e3", "0,15", "1.2345678", "nan", "\uff11"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match=r"budget: .* is not an amount such as"):
        parse_budget(text)


def test_an_amount_beyond_all_reason_is_refused() -> None:
    with pytest.raises(BadInput, match="is more than 1,000,000,000"):
        parse_budget("1000000001")


def test_a_price_has_three_parts() -> None:
    assert parse_price("0.15", "0.6", "USD") == PRICE
    assert parse_price("", "", "") is None


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        (("1", "1", "usd"), "price_currency"),
        (("1", "1", ""), "price_currency"),
        (("", "1", "USD"), "prompt_price"),
        (("1", "dear", "USD"), "completion_price"),
    ],
)
def test_half_a_price_is_none(texts: tuple[str, str, str], place: str) -> None:
    with pytest.raises(BadInput, match=f"{place}: "):
        parse_price(*texts)


def test_sums_are_kept_apart_by_currency() -> None:
    amounts = [Amount(1, "USD"), Amount(2, "EUR"), Amount(3, "USD")]

    assert summed(amounts) == (Amount(2, "EUR"), Amount(4, "USD"))


def test_every_part_of_a_price_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        parse_price("NaN", "1e99", "usd")

    assert [str(problem) for problem in caught.value.problems] == [
        "price_currency: 'usd' is not a code such as USD",
        "prompt_price: 'NaN' is not an amount such as 0.15",
        "completion_price: '1e99' is not an amount such as 0.15",
    ]
