"""Give estimates standard errors that respect which judgments are alike.

Judgments of one prompt are alike, so they count for less than their number. With s_g the sum over
the judgments of cluster g of the derivative of the log-likelihood, the covariance of the
estimates is V = H+ M H+ with M = G / (G - 1) * sum over g of s_g s_g', H the information without
any ridge and G the number of clusters; quantiles are those of Student's t with G - 1 degrees of
freedom. Clustered two ways, V is that by prompt plus that by annotator less that by both, and G is
the smaller number. Such a V need not be positive: where it is not, there is no interval.

Source: Huber 1967; Liang and Zeger 1986; Cameron, Gelbach and Miller 2011 (two ways); coverage
simulated in docs/methods/intervals.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import scipy

from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.counting.sample import Sample
from evalhub.core.scoring.counting.views import View, ViewBlock
from evalhub.core.scoring.strengths.newton import Estimate, Likelihood
from evalhub.core.scoring.strengths.systems import Bordered, Factored
from evalhub.core.scoring.ties.likelihoods import Terms
from evalhub.errors import EstimationError, TooFewClusters

MIN_CLUSTERS = 5
FEW_CLUSTERS = 15
MAX_MODELS = 3_000
"""So many take 0.4 GB and seconds; 10,000 would take 4 GB, with the square of the models."""
# A sandwich this much narrower than the model's own standard error is rounding noise around 0.
ZERO_RATIO = 1e-6
# A score matrix that is emptier than this share is cheaper sparse.
_DENSE_SHARE = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredCovariance:
    """Hold the covariance of n strengths that sum to 0, and of what was estimated beside them.

    ``covariance`` has shape (n, n), ``others`` (K + q, K + q) that of tie parameters and
    coefficients; ``n_clusters`` is G; ``clusters_by_model`` counts the clusters in which each
    model was judged; ``is_varying`` is False for a model whose variance is not above rounding:
    its judgments balance out within every cluster, or two-way clustering left nothing.
    """

    covariance: FloatArray
    n_clusters: int
    clusters_by_model: IntArray
    is_varying: BoolArray
    others: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def standard_errors(self) -> FloatArray:
        """Return the standard error of each strength, in natural-log units; 0 where not varying."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0))

    @property
    def has_interval(self) -> BoolArray:
        """Tell for which models an interval is honest.

        A model judged in few clusters is refused as a whole board is: its scores sum to 0 over
        its own clusters, so with one cluster the sandwich would call it known exactly.
        """
        return self.is_varying & (self.clusters_by_model >= MIN_CLUSTERS)

    def quantile(self, level: float) -> float:
        """Return the two-sided t(G - 1) quantile for ``level``."""
        return t_quantile(self.n_clusters, level)

    def difference_errors(self) -> FloatArray:
        """Return the standard errors of all differences, shape (n, n); 0 where not positive."""
        variance = np.diag(self.covariance)
        squared = variance[:, np.newaxis] + variance - 2 * self.covariance
        return np.sqrt(np.maximum(squared, 0))


# SciPy takes a tenth of a millisecond for one quantile, and a board asks for the same ones again.
@lru_cache(maxsize=256)
def t_quantile(n_clusters: int, level: float) -> float:
    """Return the two-sided quantile of Student's t with one degree less than the clusters."""
    return float(scipy.special.stdtrit(n_clusters - 1, 0.5 + level / 2))


def require_clusters(sample: Sample) -> None:
    """Raise ``TooFewClusters`` under five clusters."""
    if sample.n_clusters < MIN_CLUSTERS:
        raise TooFewClusters(sample.n_clusters, minimum=MIN_CLUSTERS)


def clustered_covariance(
    sample: Sample, estimate: Estimate, *, penalties: FloatArray | None = None
) -> ClusteredCovariance:
    """Return the sandwich covariance of ``estimate``, clustered as ``sample`` says.

    The estimate must be the maximum over ``sample`` without ridge on the strengths; ``penalties``
    are the ridges on its coefficients. Raise ``TooFewClusters`` under five clusters and
    ``EstimationError`` above 3,000 models.
    """
    require_clusters(sample)
    n = sample.n_models
    if n > MAX_MODELS:
        raise EstimationError(
            f"Intervals are given for up to {MAX_MODELS:,} models; there are {n:,}."
        )
    bread = _information(sample, estimate, penalties).factored()
    covariance = _sandwich(sample, estimate, bread)
    return ClusteredCovariance(
        covariance=covariance[:n, :n],
        n_clusters=sample.n_clusters,
        clusters_by_model=sample.clusters_by_model(),
        is_varying=np.diag(covariance)[:n] > ZERO_RATIO**2 * bread.variance_scales()[:n],
        others=covariance[n:, n:],
    )


def combined_variance(sample: Sample, estimate: Estimate, combination: FloatArray) -> float:
    """Return the variance of one linear ``combination`` (n + K + q) of the estimate.

    Its entries for the strengths sum to 0. The time is that of one linear system, so it serves
    any number of models. It is exactly 0 where it is not above rounding, and may be negative when
    clustered two ways.
    """
    n = sample.n_models
    held = _information(sample, estimate, None).solve(
        combination[:n], combination[n:], tolerance=1e-10
    )
    variance = _variance_along(sample, estimate, held)
    scale = float(held @ combination)
    return 0.0 if abs(variance) <= ZERO_RATIO**2 * scale else variance


def _variance_along(sample: Sample, estimate: Estimate, held: FloatArray) -> float:
    if not sample.views:
        by_cell = _scores_along(_likelihood(sample, estimate, None), estimate, held) ** 2
        return float(sample.n_clusters / (sample.n_clusters - 1) * (sample.cells.n @ by_cell))
    total = 0.0
    for view in sample.views:
        sums = np.zeros(view.n_clusters)
        for block, along in _along(view, sample, estimate, held):
            np.add.at(sums, block.cluster, along * block.cells.n)
        total += view.correction * float(sums @ sums)
    return total


def _along(
    view: View, sample: Sample, estimate: Estimate, held: FloatArray
) -> Iterator[tuple[ViewBlock, FloatArray]]:
    """Yield blocks with the derivative of one judgment of each cell, along ``held``."""
    known = None
    for block in view.blocks():
        if block.place is None:
            own = Likelihood.of(estimate.model, block.cells, sample.n_models)
            yield block, _scores_along(own, estimate, held)
            continue
        if known is None:
            known = _scores_along(_likelihood(sample, estimate, None), estimate, held)
        yield block, known[block.place]


def _likelihood(sample: Sample, estimate: Estimate, penalties: FloatArray | None) -> Likelihood:
    return Likelihood.of(estimate.model, sample.cells, sample.n_models, penalties=penalties)


def _information(sample: Sample, estimate: Estimate, penalties: FloatArray | None) -> Bordered:
    likelihood = _likelihood(sample, estimate, penalties)
    return likelihood.information(likelihood.terms(estimate.strengths, estimate.rest))


def _scores_along(likelihood: Likelihood, estimate: Estimate, held: FloatArray) -> FloatArray:
    """Return the derivative of one judgment of each cell, along ``held``."""
    terms = likelihood.terms(estimate.strengths, estimate.rest)
    strengths, shared, coefficients = np.split(
        held, np.cumsum([likelihood.n_models, len(estimate.shared)])
    )
    gap = likelihood.edges.gaps(strengths) + likelihood.cells.covariates @ coefficients
    return np.asarray(terms.slope * gap + terms.shared_slope @ shared)


def _sandwich(sample: Sample, estimate: Estimate, bread: Factored) -> FloatArray:
    if not sample.views:
        return _between(bread, _judgment_products(sample, estimate))
    parts = []
    for view in sample.views:
        scores = _cluster_scores(view, sample, estimate)
        if view.n_clusters <= scores.shape[1]:
            dense = scores.toarray() if isinstance(scores, scipy.sparse.csr_array) else scores
            held = bread.solve(dense.T)
            parts.append(view.correction * (held @ held.T))
        else:
            parts.append(_between(bread, view.correction * _products(scores)))
    return np.asarray(np.sum(parts, axis=0))


def _products(scores: "FloatArray | scipy.sparse.csr_array") -> FloatArray:
    if isinstance(scores, scipy.sparse.csr_array):
        return np.asarray((scores.T @ scores).toarray())
    return np.asarray(scores.T @ scores)


def _between(bread: Factored, meat: FloatArray) -> FloatArray:
    covariance = bread.solve(bread.solve(meat).T)
    return np.asarray((covariance + covariance.T) / 2)


def _judgment_products(sample: Sample, estimate: Estimate) -> FloatArray:
    """Return the meat when every judgment is a cluster of its own."""
    cells = sample.cells
    likelihood = Likelihood.of(estimate.model, cells, sample.n_models)
    terms = likelihood.terms(estimate.strengths, estimate.rest)
    others = _others(terms, cells.covariates)
    correction = sample.n_clusters / (sample.n_clusters - 1)
    weight = correction * cells.n
    along = (weight * terms.slope)[:, np.newaxis] * others
    sums = [likelihood.edges.sums(column) for column in along.T]
    border = np.stack(sums, axis=1) if sums else np.zeros((sample.n_models, 0))
    corner = others.T @ (weight[:, np.newaxis] * others)
    return Bordered(likelihood.edges, weight * terms.slope**2, border, corner).dense()


def _others(terms: Terms, covariates: FloatArray) -> FloatArray:
    """Return the derivative of each cell by shared parameters and coefficients, (m, K + q)."""
    return np.hstack([terms.shared_slope, terms.slope[:, np.newaxis] * covariates])


def _cluster_scores(
    view: View, sample: Sample, estimate: Estimate
) -> "FloatArray | scipy.sparse.csr_array":
    """Return s_g, one row a cluster, (G, n + K + q)."""
    n_models, n_others = sample.n_models, len(estimate.rest)
    size = view.n_clusters * n_models
    if 2 * view.n_cells < _DENSE_SHARE * size and not n_others:
        return _sparse_scores(view, sample, estimate)
    total, by_cluster = np.zeros(size), np.zeros((view.n_clusters, n_others))
    for block, slope, others in _scores(view, sample, estimate):
        row, values = block.cluster * n_models, block.cells.n * slope
        np.add.at(total, row + block.cells.left, values)
        np.subtract.at(total, row + block.cells.right, values)
        if n_others:
            np.add.at(by_cluster, block.cluster, block.cells.n[:, np.newaxis] * others)
    return np.hstack([total.reshape(view.n_clusters, n_models), by_cluster])


def _sparse_scores(view: View, sample: Sample, estimate: Estimate) -> "scipy.sparse.csr_array":
    rows, columns, values = [], [], []
    for block, slope, _ in _scores(view, sample, estimate):
        along = block.cells.n * slope
        rows += [block.cluster, block.cluster]
        columns += [block.cells.left, block.cells.right]
        values += [along, -along]
    ends = np.concatenate(rows), np.concatenate(columns)
    shape = (view.n_clusters, sample.n_models)
    return scipy.sparse.csr_array((np.concatenate(values), ends), shape=shape)


def _scores(
    view: View, sample: Sample, estimate: Estimate
) -> Iterator[tuple[ViewBlock, FloatArray, FloatArray]]:
    """Yield blocks with the derivative of one judgment of each cell by its gap, and by the rest."""
    known = None
    for block in view.blocks():
        if block.place is None:
            yield block, *_cell_scores(block.cells, sample.n_models, estimate)
            continue
        if known is None:
            known = _cell_scores(sample.cells, sample.n_models, estimate)
        slope, others = known
        yield block, slope[block.place], others[block.place]


def _cell_scores(cells: Cells, n_models: int, estimate: Estimate) -> tuple[FloatArray, FloatArray]:
    likelihood = Likelihood.of(estimate.model, cells, n_models)
    terms = likelihood.terms(estimate.strengths, estimate.rest)
    return terms.slope, _others(terms, cells.covariates)
