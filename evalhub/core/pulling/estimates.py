"""Say beforehand how many tokens a pull may take, and on what the guess rests."""

from dataclasses import dataclass
from enum import StrEnum

from evalhub.core.pulling.costs import Amount, Price, cost_of
from evalhub.core.pulling.pacing import FIRST_GUESS, guessed_tokens


class Basis(StrEnum):
    """On what the expected length of an answer rests."""

    EARLIER = "earlier answers"
    """The mean of what the endpoint has answered before."""
    LIMIT = "limit"
    """The limit that its parameters set, which it may not reach."""
    GUESS = "guess"
    """Nothing but a rule of thumb."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hold the tokens and the cost that are expected, and the most that they can be.

    The most is None where no limit of tokens is set; costs are None without a price.
    """

    n_prompt_tokens: int
    n_completion_tokens: int
    most_completion_tokens: int | None
    basis: Basis
    cost: Amount | None
    most_cost: Amount | None


def estimate(
    n_requests: int,
    *,
    mean_characters: float,
    mean_answer: float | None,
    limit: int | None,
    price: Price | None,
) -> Estimate:
    """Return what ``n_requests`` may take.

    ``mean_characters`` is the length of a prompt; ``mean_answer`` the tokens of the
    endpoint's earlier answers; ``limit`` the most that it may write.
    """
    expected, basis = _expected(mean_answer, limit)
    n_prompt = round(n_requests * guessed_tokens(mean_characters, 0))
    n_completion = round(n_requests * expected)
    most = None if limit is None else n_requests * limit
    return Estimate(
        n_prompt_tokens=n_prompt,
        n_completion_tokens=n_completion,
        most_completion_tokens=most,
        basis=basis,
        cost=_cost(price, n_prompt, n_completion),
        most_cost=_cost(price, n_prompt, most),
    )


def _expected(mean_answer: float | None, limit: int | None) -> tuple[float, Basis]:
    if mean_answer is not None:
        return (mean_answer if limit is None else min(mean_answer, limit)), Basis.EARLIER
    return (float(FIRST_GUESS), Basis.GUESS) if limit is None else (float(limit), Basis.LIMIT)


def _cost(price: Price | None, n_prompt: int, n_completion: int | None) -> Amount | None:
    if price is None or n_completion is None:
        return None
    return Amount(cost_of(price, n_prompt=n_prompt, n_completion=n_completion), price.currency)
