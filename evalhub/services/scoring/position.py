"""State how often the side shown on the left won, with an interval."""

from dataclasses import dataclass
from math import sqrt

from evalhub.core.scoring.results import PositionCount

Z_95 = 1.959963984540054
METHOD = "Wilson 95 % interval; judgments counted as independent"


@dataclass(frozen=True, slots=True)
class PositionShare:
    """Hold the share of decisive judgments that the left side won."""

    share: float
    low: float
    high: float
    n_decisive: int
    method: str


def position_share(count: PositionCount) -> PositionShare | None:
    """Return the share with its Wilson score interval; None without a decisive judgment."""
    n = count.n_decisive
    if count.left_share is None:
        return None
    share, z2 = count.left_share, Z_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return PositionShare(share, max(0.0, centre - half), min(1.0, centre + half), n, METHOD)
