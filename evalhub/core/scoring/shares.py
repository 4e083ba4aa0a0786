"""State a share of independent trials with an interval that behaves near 0 and 1.

    centre = (p + z^2 / 2n) / (1 + z^2 / n)
    half   = z / (1 + z^2 / n) * sqrt(p (1 - p) / n + z^2 / 4 n^2)

Source: Wilson 1927, Probable inference, the law of succession, and statistical inference.
"""

from dataclasses import dataclass
from math import sqrt

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
    share, z2 = n_hits / n, Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # At 0 and 1 the formula ends there exactly; rounding would leave a crack beside the share.
    low = 0.0 if n_hits == 0 else centre - half
    high = 1.0 if n_hits == n else centre + half
    return Share(share, n, Interval(low, high), None)
