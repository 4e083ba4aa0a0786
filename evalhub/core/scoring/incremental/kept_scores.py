"""Keep cluster scores at the point where they were last evaluated, and know how far that is off.

The score of cluster g is s_g = sum over its judgments of (y - p) x, with x = e_left - e_right and,
with a position effect, a last entry 1. y is exact at any time; p rests on the estimate. Scores
evaluated at a point that is D away from the estimate, used with the information H of the estimate,
give each standard error within

    sqrt(G / (G - 1) * max over g of (D' H_g D)) * e^(r / 2)

of the exact one, in units of the model-based error sqrt(c' H+ c), where r is the largest |x'D| and
D' H_g D is at most the sum of 1/4 (x'D)^2 over the judgments of g. (By Cauchy and Schwarz in the
sum over one cluster; the curvature p (1 - p) changes by at most e^|z| when its gap changes by z.)
So the scores are evaluated anew when this bound exceeds ``MAX_DRIFT``, and never otherwise.
"""

from dataclasses import dataclass
from math import exp, inf, sqrt

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.incremental.sums import Sums
from evalhub.core.scoring.ties.likelihoods import Logistic

MAX_DRIFT = 0.01
"""How far kept scores may move a standard error, as a share of the model-based one."""


@dataclass(slots=True, eq=False)
class KeptScores:
    """Hold the cluster scores of one component, evaluated at ``theta`` (and ``delta``).

    ``products`` is the sum of s_g s_g', (n + q, n + q), kept current judgment by judgment.
    """

    models: IntArray
    has_position: bool
    theta: FloatArray
    delta: float
    scores: FloatArray
    products: FloatArray

    @classmethod
    def evaluated(
        cls,
        sums: Sums,
        models: IntArray,
        theta: FloatArray,
        delta: float | None,
        *,
        before: "KeptScores | None" = None,
    ) -> "KeptScores":
        """Evaluate the scores of ``models`` at their strengths, by passing over the cells.

        The room of the scores ``before`` is taken for the new ones, which ends those.
        """
        shift = delta or 0.0
        gap = theta[:, np.newaxis] - theta
        chance = among_all(sums, models, Logistic.of(gap + shift).at)
        n, n_clusters = len(models), len(sums.seen)
        shape = (n_clusters, n + (delta is not None))
        is_fitting = before is not None and before.scores.shape == shape
        scores = before.scores if before is not None and is_fitting else np.empty(shape)
        scores[:, :n] = sums.net_score if n == sums.n_models else sums.net_score[:, models]
        if delta is not None:
            expected = sums.cells.sums(chance, n_clusters)
            np.subtract(scored(sums, models), expected, out=scores[:, n])
        place = np.zeros(sums.n_models, dtype=np.int64)
        place[models] = np.arange(n)
        sums.cells.take_from(scores, chance, place)
        return cls(models, delta is not None, theta, shift, scores, scores.T @ scores)

    def add(self, cluster: int, left: int, right: int, score: float, times: int) -> None:
        """Add judgments of two of its models, by their positions in ``models``."""
        gap = self.theta[left] - self.theta[right] + self.delta
        pull = times * (score - 1 / (1 + exp(-gap)))
        if cluster >= len(self.scores):
            grown = np.zeros((2 * cluster, self.scores.shape[1]))
            grown[: len(self.scores)] = self.scores
            self.scores = grown
        row = self.scores[cluster]
        change = [(left, pull), (right, -pull)]
        if self.has_position:
            change.append((-1, pull))
        # (s + u)(s + u)' - s s' is u s' + s u' + u u', one row and column for each entry of u.
        for at, amount in change:
            self.products[at, :] += amount * row
            self.products[:, at] += amount * row
            row[at] += amount
            self.products[at, at] += amount * amount

    def drift(self, sums: Sums, theta: FloatArray, delta: float, n_clusters: int) -> float:
        """Return the bound on what the distance to ``theta`` and ``delta`` does to an error."""
        moved = theta - self.theta
        # Only differences matter; most models stay where they are relative to the median.
        moved = moved - np.median(moved)
        shift = delta - self.delta
        largest = float(np.ptp(moved)) + abs(shift)
        if largest > 1 or n_clusters < 2:  # noqa: PLR2004 - G - 1 degrees; far off, nothing is kept
            return inf
        whole = len(self.models) == sums.n_models
        seen = sums.seen if whole else sums.seen[:, self.models]
        # (a - b)^2 is at most 2 a^2 + 2 b^2, so a sum over models replaces one over pairs.
        factor = 1.0 if self.has_position else 0.5
        by_cluster = factor * (seen @ moved**2)
        if shift:
            by_cluster = by_cluster + seen.sum(axis=1) / 4 * shift**2
        correction = n_clusters / (n_clusters - 1)
        return sqrt(correction * float(by_cluster.max(initial=0.0))) * exp(largest / 2)


def scores_along(
    sums: Sums, models: IntArray, chance: FloatArray, direction: FloatArray
) -> FloatArray:
    """Return s_g' u of each cluster for one ``direction`` u (n + 1), by a pass over the cells.

    ``chance`` (n, n) is the left side's expected score. For a few ten thousand cells this takes
    less time than to learn whether kept scores still hold.
    """
    along, own = direction[:-1], float(direction[-1])
    expected = among_all(sums, models, (along[:, np.newaxis] - along + own) * chance)
    net = sums.net_score if len(models) == sums.n_models else sums.net_score[:, models]
    found = net @ along + own * scored(sums, models)
    return np.asarray(found - sums.cells.sums(expected, len(sums.seen)), dtype=np.float64)


def scored(sums: Sums, models: IntArray) -> FloatArray:
    """Return the left side's score in each cluster, over the judgments of ``models``."""
    columns = sums.left_score if len(models) == sums.n_models else sums.left_score[:, models]
    return np.asarray(columns.sum(axis=1), dtype=np.float64)


def among_all(sums: Sums, models: IntArray, table: FloatArray) -> FloatArray:
    """Return ``table`` of ``models`` as one of all models, with 0 for the others."""
    if len(models) == sums.n_models:
        return table
    whole = np.zeros((sums.n_models, sums.n_models))
    whole[np.ix_(models, models)] = table
    return whole
