"""Give strengths standard errors that respect which judgments share a prompt.

Judgments of one prompt are alike, so they count for less than their number. With s_g the sum over
the judgments of cluster g of (y - p)(e_left - e_right), the covariance of the strengths is
V = H+ M H+ with M = G / (G - 1) * sum over g of s_g s_g', H the information without any ridge and
G the number of clusters; quantiles are those of Student's t with G - 1 degrees of freedom.

Source: Huber 1967; Liang and Zeger 1986; coverage simulated in docs/methods/scoring.md.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.special import expit
from scipy.stats import t as student_t

from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.core.scoring.bradley_terry import information, pseudo_inverse
from evalhub.core.scoring.counts import Counts
from evalhub.errors import TooFewClusters

MIN_CLUSTERS = 5
FEW_CLUSTERS = 15
# A sandwich this much narrower than the model's own standard error is rounding noise around 0.
_ZERO_RATIO = 1e-6
# A score matrix that is emptier than this share is cheaper sparse.
_DENSE_SHARE = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredCovariance:
    """Hold the covariance of n strengths that sum to 0.

    ``covariance`` has shape (n, n); ``n_clusters`` is G; ``clusters_by_model`` counts the
    clusters in which each model was judged; ``is_varying`` is False for a model whose judgments
    balance out within every cluster, so that the sandwich is 0 and says nothing.
    """

    covariance: FloatArray
    n_clusters: int
    clusters_by_model: IntArray
    is_varying: BoolArray

    @property
    def standard_errors(self) -> FloatArray:
        """Return the standard error of each strength, in natural-log units."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def has_interval(self) -> BoolArray:
        """Tell for which models an interval is honest.

        A model judged in few clusters is refused as a whole board is: its scores sum to 0 over
        its own clusters, so with one cluster the sandwich would call it known exactly.
        """
        return self.is_varying & (self.clusters_by_model >= MIN_CLUSTERS)

    def quantile(self, level: float) -> float:
        """Return the two-sided t(G - 1) quantile for ``level``."""
        return float(student_t.ppf(0.5 + level / 2, self.n_clusters - 1))

    def difference_errors(self) -> FloatArray:
        """Return the standard errors of all differences, shape (n, n)."""
        variance = np.diag(self.covariance)
        squared = variance[:, np.newaxis] + variance - 2 * self.covariance
        return np.sqrt(np.maximum(squared, 0))


def clustered_covariance(
    counts: Counts, strengths: FloatArray, scores: FloatArray
) -> ClusteredCovariance:
    """Return the sandwich covariance of ``strengths``, clustered by ``counts.clusters``.

    ``counts`` and ``scores`` (S) hold the judgments that the strengths were fitted to, and the
    strengths must be the maximum without ridge. Raise ``TooFewClusters`` under five clusters.
    """
    n_clusters = len(counts.clusters)
    if n_clusters < MIN_CLUSTERS:
        raise TooFewClusters(n_clusters, minimum=MIN_CLUSTERS)
    bread = pseudo_inverse(information(strengths, scores))
    outer, clusters_by_model = _score_products(counts, strengths)
    meat = outer * (n_clusters / (n_clusters - 1))
    covariance = bread @ meat @ bread
    covariance = (covariance + covariance.T) / 2
    floor = _ZERO_RATIO**2 * np.diag(bread)
    return ClusteredCovariance(
        covariance=covariance,
        n_clusters=n_clusters,
        clusters_by_model=clusters_by_model,
        is_varying=np.diag(covariance) > floor,
    )


def _score_products(counts: Counts, strengths: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the sum over clusters of s_g s_g', and each model's number of clusters."""
    n_models, n_clusters = len(counts.models), len(counts.clusters)
    probability = expit(strengths[:, np.newaxis] - strengths)
    expected = probability.ravel()[counts.left * n_models + counts.right]
    surprise = counts.n * (counts.outcome / 2 - expected)
    row = counts.cluster * n_models
    if 2 * len(surprise) < _DENSE_SHARE * n_models * n_clusters:
        return _sparse_products(counts, surprise)
    size = n_models * n_clusters
    left, right = row + counts.left, row + counts.right
    total = np.bincount(left, surprise, size) - np.bincount(right, surprise, size)
    seen = np.zeros(size, dtype=np.bool_)
    seen[left] = True
    seen[right] = True
    by_cluster = total.reshape(n_clusters, n_models)
    n_seen = seen.reshape(n_clusters, n_models).sum(axis=0)
    return by_cluster.T @ by_cluster, n_seen.astype(np.int64)


def _sparse_products(counts: Counts, surprise: FloatArray) -> tuple[FloatArray, IntArray]:
    shape = (len(counts.clusters), len(counts.models))
    values = np.concatenate([surprise, -surprise])
    rows = np.concatenate([counts.cluster, counts.cluster])
    columns = np.concatenate([counts.left, counts.right])
    by_cluster = csr_array((values, (rows, columns)), shape=shape)
    by_cluster.sum_duplicates()
    n_seen = np.bincount(by_cluster.indices, minlength=shape[1])
    return (by_cluster.T @ by_cluster).toarray(), n_seen.astype(np.int64)
