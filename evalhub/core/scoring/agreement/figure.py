"""Hold one figure of agreement with everything that a reader needs to weigh it."""

from dataclasses import dataclass

from evalhub.core.scoring.agreement.vocabulary import TieRule
from evalhub.core.scoring.results import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Hold a share or coefficient over pairs, with its tie rule, n and interval.

    ``value`` is None where ``reason`` says why; ``interval`` is None where ``interval_reason``
    does. ``n_pairs`` counts the pairs with two answers or more.
    """

    tie_rule: TieRule
    value: float | None
    reason: str | None
    interval: Interval | None
    interval_reason: str | None
    interval_method: str
    n_pairs: int
