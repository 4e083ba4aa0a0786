"""Reckon what tokens cost, in whole millionths of a currency."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.core.money import is_currency
from evalhub.errors import BadInput, Problem

MILLION = 10**6
"""Tokens that a price is for, and parts of the currency in which amounts are whole."""
MAXIMUM_PRICE = 100_000 * MILLION
MAXIMUM_BUDGET = 1_000_000_000 * MILLION
_AMOUNT = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,6}))?")


@dataclass(frozen=True, slots=True)
class Price:
    """Hold what a million tokens of prompts and of answers cost, in millionths of ``currency``."""

    prompt: int
    completion: int
    currency: str


@dataclass(frozen=True, slots=True)
class Amount:
    """Hold a sum of money, in millionths of ``currency``."""

    micro: int
    currency: str

    def __str__(self) -> str:
        """Return the sum with two digits, or with more where two would show nothing of it."""
        whole, rest = divmod(self.micro, MILLION)
        digits = f"{rest:06}"
        shown = (
            digits[:2] if self.micro >= MILLION or not rest else digits.rstrip("0").ljust(2, "0")
        )
        return f"{whole:,}.{shown} {self.currency}"


def cost_of(price: Price, *, n_prompt: int, n_completion: int) -> int:
    """Return what the tokens cost in millionths, rounded up: a budget must not be outspent."""
    exact = n_prompt * price.prompt + n_completion * price.completion
    return -(-exact // MILLION)


def summed(amounts: Sequence[Amount]) -> tuple[Amount, ...]:
    """Return one sum for each currency in ``amounts``, in the order of the codes."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.micro
    return tuple(Amount(micro, currency) for currency, micro in sorted(sums.items()))


def parse_micro(text: str, *, where: str, most: int) -> int:
    """Return the millionths of an amount such as ``0.15``; raise ``BadInput``.

    It is read by digits and never as a float: 0.1 has no float, and costs are added up.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise BadInput.at(where, f"{text[:40]!r} is not an amount such as 0.15")
    micro = int(match[1] + (match[2] or "").ljust(6, "0"))
    if micro > most:
        raise BadInput.at(where, f"{text[:40]!r} is more than {most // MILLION:,}")
    return micro


def parse_budget(text: str) -> int:
    """Return the millionths of a budget such as ``5.00``; raise ``BadInput``."""
    return parse_micro(text, where="budget", most=MAXIMUM_BUDGET)


def parse_price(prompt: str, completion: str, currency: str) -> Price | None:
    """Return the price that three texts give, or None when all are empty.

    Raise ``BadInput`` naming each of them that is wrong.
    """
    if not (prompt or completion or currency):
        return None
    problems: list[Problem] = []
    if not is_currency(currency):
        problems.append(Problem("price_currency", f"{currency[:40]!r} is not a code such as USD"))
    micro: list[int] = []
    for where, text in (("prompt_price", prompt), ("completion_price", completion)):
        try:
            micro.append(parse_micro(text, where=where, most=MAXIMUM_PRICE))
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    prompt_micro, completion_micro = micro
    return Price(prompt_micro, completion_micro, currency)


def written_micro(micro: int) -> str:
    """Return an amount as a person would type it, such as ``0.15``."""
    whole, rest = divmod(micro, MILLION)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".")
