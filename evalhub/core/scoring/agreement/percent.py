"""Percent agreement: how often two annotators of one pair say the same.

    value = sum over pairs of agreeing comparisons / sum over pairs of all comparisons

A pair with m answers has m (m - 1) / 2 comparisons, so pairs with more answers weigh more. It is
not corrected for chance and rises when fewer answers are offered.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.agreement.ratings import Ratings
from evalhub.core.scoring.agreement.vocabulary import Statistic
from evalhub.core.scoring.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Percent:
    """Compute percent agreement over all comparisons."""

    statistic: Statistic = Statistic.PERCENT
    convention: str = (
        "share of all pairs of judgments on one pair by two annotators that agree; "
        "not corrected for chance"
    )
    counts_lone_answers: bool = False

    def sums(self, ratings: Ratings) -> FloatArray:
        """Return agreeing and all comparisons of each unit."""
        counts = ratings.unit_counts()
        total = counts.sum(axis=1)
        same = (counts * (counts - 1)).sum(axis=1) // 2
        return np.stack([same, total * (total - 1) // 2], axis=1).astype(np.float64)

    def ratio(self, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return agreeing and all comparisons."""
        return totals[..., 0], totals[..., 1]
