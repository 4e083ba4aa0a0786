"""Keep the quantile behind the rank intervals while what it was drawn from has hardly moved.

The quantile is the largest |t| over all pairs under the estimated correlations, by 2,000 draws. A
judgment more changes a correlation by a fraction of what another set of draws would, and drawing
costs more than the rest of a refresh, so the draws are repeated only when a standard error has
moved by ``MAX_CHANGE`` of itself, or the pairs that can be compared are others.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import BoolArray, FloatArray
from evalhub.core.scoring.intervals.covariance import ClusteredCovariance
from evalhub.core.scoring.intervals.ranks import (
    N_DRAWS,
    RankIntervals,
    bonferroni_quantile,
    comparable_pairs,
    drawn_quantile,
    ranks_at,
)
from evalhub.core.scoring.options import FitOptions

MAX_CHANGE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class KeptQuantile:
    """Hold a drawn quantile (None where none can be drawn) with what it rests on."""

    options: FitOptions
    errors: FloatArray
    comparable: BoolArray
    bonferroni: float
    drawn: float | None

    @classmethod
    def of(
        cls,
        spread: ClusteredCovariance,
        errors: FloatArray,
        options: FitOptions,
        kept: "KeptQuantile | None",
    ) -> "KeptQuantile":
        """Return the quantile for ``spread`` with its difference ``errors``.

        It is the one kept before, if that still holds.
        """
        comparable = comparable_pairs(errors, spread)
        bonferroni = bonferroni_quantile(comparable, spread.n_clusters - 1, options.level)
        if kept and kept.holds(errors, comparable, bonferroni, options):
            return kept
        # The same stream each time, as in a fit from the beginning: same input, same intervals.
        rng = np.random.default_rng(options.seed)
        drawn = drawn_quantile(errors, comparable, spread, level=options.level, rng=rng)
        return cls(options, errors, comparable, bonferroni, drawn)

    def intervals(self, strengths: FloatArray, errors: FloatArray) -> RankIntervals:
        """Return the rank intervals of ``strengths`` with the ``errors`` of their differences."""
        if self.drawn is None:
            return ranks_at(self.bonferroni, strengths, errors, self.comparable, n_draws=0)
        quantile = min(self.bonferroni, self.drawn)
        return ranks_at(quantile, strengths, errors, self.comparable, n_draws=N_DRAWS)

    def holds(
        self, errors: FloatArray, comparable: BoolArray, bonferroni: float, options: FitOptions
    ) -> bool:
        """Tell whether the draws still stand for these errors."""
        if options != self.options or not np.array_equal(comparable, self.comparable):
            return False
        # Bonferroni's quantile moves with the degrees of freedom as the drawn one does.
        if abs(bonferroni / self.bonferroni - 1) > MAX_CHANGE / 20:
            return False
        change = np.abs(errors - self.errors)
        return bool((change <= MAX_CHANGE * self.errors)[comparable].all())
