"""Statistics of the items of an assessment: how hard each is, and whether it tells people apart.

Source of the interval of a correlation: Fisher 1921, On the probable error of a coefficient of
correlation deduced from a small sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh

from evalhub.core.scoring.intervals.shares import Share, normal_quantile, share_of
from evalhub.core.scoring.results import Interval
from evalhub.errors import Sentence

MIN_ATTEMPTS = 5
"""The interval of Fisher's transformation divides by n - 3; below this it says nothing."""
TOO_FEW = Sentence("fewer than %(least)s attempts", least=MIN_ATTEMPTS)
ALL_ALIKE = Sentence("all answers, or all other scores, are alike")


@dataclass(frozen=True, slots=True)
class Discrimination:
    """Hold how an item goes with the rest, from -1 to 1; ``reason`` says why there is none.

    Near 0 or below, the item tells nothing or the wrong thing: its key deserves a look.
    """

    value: float | None
    n: int
    interval: Interval | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """Hold the pass rate of one item with Wilson's interval, and its discrimination."""

    pass_rate: Share
    discrimination: Discrimination


def item_statistics(rows: Sequence[Sequence[bool]], n_items: int) -> list[ItemStatistics]:
    """Return the statistics of each item from ``rows``, one an attempt, of right or not.

    Discrimination is Pearson's correlation of an item with the number of the *other* items that
    were right; with the item itself in the sum it would be above 0 by chance alone. The attempts
    are of different people, so they are taken as independent.
    """
    return [
        ItemStatistics(
            share_of(sum(row[item] for row in rows), len(rows)),
            _discrimination([(row[item], sum(row) - row[item]) for row in rows]),
        )
        for item in range(n_items)
    ]


def _discrimination(points: Sequence[tuple[bool, int]]) -> Discrimination:
    n = len(points)
    if n < MIN_ATTEMPTS:
        return Discrimination(None, n, None, TOO_FEW)
    mean_x = sum(x for x, _y in points) / n
    mean_y = sum(y for _x, y in points) / n
    spread_x = sum((x - mean_x) ** 2 for x, _y in points)
    spread_y = sum((y - mean_y) ** 2 for _x, y in points)
    if spread_x == 0 or spread_y == 0:
        return Discrimination(None, n, None, ALL_ALIKE)
    together = sum((x - mean_x) * (y - mean_y) for x, y in points)
    # Rounding may leave it a hair outside, where the transformation has no value.
    value = min(1.0, max(-1.0, together / sqrt(spread_x * spread_y)))
    return Discrimination(value, n, _fisher(value, n), None)


def _fisher(value: float, n: int) -> Interval | None:
    """Return the interval; None for a perfect correlation, which has none of finite width."""
    if abs(value) == 1.0:
        return None
    half = normal_quantile(0.95) / sqrt(n - 3)
    return Interval(tanh(atanh(value) - half), tanh(atanh(value) + half))
