"""State a share of independent trials with an interval that behaves near 0 and 1.

Source: Wilson 1927, Probable inference, the law of succession, and statistical inference.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import scipy

from evalhub.core.scoring.results import Interval

Z_95 = 1.959963984540054
WILSON = "Wilson 95 % interval; judgments counted as independent"
NONE_COUNTED = "There is nothing to count."


@dataclass(frozen=True, slots=True)
class Share:
    """Hold a share of ``n`` trials with its interval, or the reason why there is none."""

    value: float | None
    n: int
    interval: Interval | None
    reason: str | None
    method: str = WILSON


def share_of(n_hits: int, n: int, *, reason: str = NONE_COUNTED) -> Share:
    """Return the share of ``n`` trials that are hits, with its Wilson interval.

    ``reason`` says why there is no share where ``n`` is 0. The interval never has width 0: five
    hits in five trials do not make a certainty.
    """
    if n == 0:
        return Share(None, 0, None, reason)
    share = n_hits / n
    found = wilson(share, n, Z_95)
    # At 0 and 1 the formula ends there exactly; rounding would leave a crack beside the share.
    low = 0.0 if n_hits == 0 else found.low
    high = 1.0 if n_hits == n else found.high
    return Share(share, n, Interval(low, high), None)


@lru_cache(maxsize=16)
def normal_quantile(level: float) -> float:
    """Return the two-sided quantile of the normal distribution."""
    return float(scipy.special.ndtri(0.5 + level / 2))


def wilson(share: float, n: float, quantile: float) -> Interval:
    """Return Wilson's score interval of a share of ``n`` (from 1, not always whole)."""
    squared = quantile**2
    centre = (share + squared / (2 * n)) / (1 + squared / n)
    half = quantile / (1 + squared / n) * sqrt(share * (1 - share) / n + squared / (4 * n * n))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))
