"""Hold comparisons in the form that likelihoods are computed from."""

from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.outcomes import SCORES


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Hold m kinds of comparison, each with its number.

    ``left`` and ``right`` are positions of models, ``outcome`` is one of
    ``evalhub.core.scoring.outcomes``, ``n`` is how many judgments the cell holds (any weight from
    0), and ``covariates`` (m, q) is what shifts the gap between the two sides besides their
    strengths.
    """

    left: IntArray
    right: IntArray
    outcome: IntArray
    n: FloatArray
    covariates: FloatArray

    @classmethod
    def plain(cls, left: IntArray, right: IntArray, outcome: IntArray, n: IntArray) -> "Cells":
        """Return cells without covariates."""
        return cls(left, right, outcome, n.astype(np.float64), np.zeros((len(left), 0)))

    def with_position(self) -> "Cells":
        """Return the cells with one covariate more, before the others: the left side's advantage.

        It is 1 for every cell, because a cell is written from its left side.
        """
        ones = np.ones((len(self.left), 1))
        return Cells(
            self.left, self.right, self.outcome, self.n, np.hstack([ones, self.covariates])
        )

    def weighted(self, n: FloatArray) -> "Cells":
        """Return the same cells with other numbers of judgments."""
        return Cells(self.left, self.right, self.outcome, n, self.covariates)

    def chosen(self, rows: IntArray) -> "Cells":
        """Return the cells at ``rows``."""
        return Cells(
            self.left[rows],
            self.right[rows],
            self.outcome[rows],
            self.n[rows],
            self.covariates[rows],
        )

    def arrows(self, n_models: int) -> "scipy.sparse.csr_array":
        """Return the half-win scores as a sparse matrix: entry (i, j) where i beat or tied j."""
        score = SCORES[self.outcome]
        won, lost = self.n * score, self.n * (1 - score)
        values = np.concatenate([won, lost])
        ends = np.concatenate([self.left, self.right]), np.concatenate([self.right, self.left])
        used = values > 0
        shape = (n_models, n_models)
        arrows = scipy.sparse.csr_array((values[used], (ends[0][used], ends[1][used])), shape=shape)
        arrows.sum_duplicates()
        return arrows
