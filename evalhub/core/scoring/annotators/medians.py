"""State a median with an interval that assumes no shape of the distribution.

With the values in order, the k-th smallest and the k-th largest hold the median with probability
1 - 2 P(B < k), B binomial(n, 1/2). The largest k that keeps 95 % is taken; fewer than 6 values
cannot reach it, so they have no interval. Times are skewed, which a normal interval would ignore.

Source: Conover 1999, Practical nonparametric statistics, section 3.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import scipy

from evalhub.core.scoring.results import Interval

TAIL = 0.025
MEDIAN_METHOD = "95 % interval from order statistics"
_FEWEST = 6


@dataclass(frozen=True, slots=True)
class Median:
    """Hold the median of ``n`` values with its interval, or the reason why there is none."""

    value: float | None
    n: int
    interval: Interval | None
    reason: str | None
    method: str = MEDIAN_METHOD


def median_of(values: Sequence[float], *, reason: str) -> Median:
    """Return the median of ``values``; ``reason`` says why there are none."""
    n = len(values)
    if not n:
        return Median(None, 0, None, reason)
    middle = float(median(values))
    if n < _FEWEST:
        return Median(middle, n, None, f"Values: {n}; an interval needs at least {_FEWEST}.")
    # The first count whose lower tail passes 2.5 %: P(B < k) <= 2.5 % for it and not for k + 1.
    # Named in full, stats is imported when it is first used: every command would wait for it.
    k = int(scipy.stats.binom.ppf(TAIL, n, 0.5))
    ordered = sorted(values)
    low, high = ordered[k - 1], ordered[n - k]
    if not low < high:
        return Median(middle, n, None, "The values do not differ enough to bound the median.")
    return Median(middle, n, Interval(low, high), None)
