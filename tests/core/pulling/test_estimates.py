"""What a pull may take is said beforehand, with what the guess rests on."""

import pytest

from evalhub.core.pulling.costs import Amount, Price
from evalhub.core.pulling.estimates import Basis, estimate

PRICE = Price(prompt=1_000_000, completion=2_000_000, currency="USD")


@pytest.mark.parametrize(
    ("mean_answer", "limit", "expected", "basis"),
    [
        (300.0, None, 3000, Basis.EARLIER),
        (300.0, 200, 2000, Basis.EARLIER),
        (None, 200, 2000, Basis.LIMIT),
        (None, None, 5000, Basis.GUESS),
    ],
)
def test_the_length_of_answers_rests_on_the_best_there_is(
    mean_answer: float | None, limit: int | None, expected: int, basis: Basis
) -> None:
    found = estimate(10, mean_characters=40, mean_answer=mean_answer, limit=limit, price=None)

    assert (found.n_prompt_tokens, found.n_completion_tokens, found.basis) == (100, expected, basis)
    assert (found.cost, found.most_cost) == (None, None)


def test_a_price_makes_costs_and_a_limit_the_most_of_them() -> None:
    found = estimate(10, mean_characters=40, mean_answer=50.0, limit=200, price=PRICE)

    assert (found.cost, found.most_cost) == (Amount(1100, "USD"), Amount(4100, "USD"))


def test_without_a_limit_nobody_knows_the_most() -> None:
    found = estimate(10, mean_characters=40, mean_answer=50.0, limit=None, price=PRICE)

    assert (found.most_completion_tokens, found.most_cost) == (None, None)
