"""Say how much the side matters: how often the left won, and its advantage in log-odds.

The share is a plain description. The advantage delta is estimated in the model, with
d = theta_left - theta_right + delta, so that strong models shown more often on the left do not
pass for an advantage of the left side.
"""

from functools import lru_cache
from math import sqrt

import numpy as np
from scipy.stats import norm

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.boundedness import is_bounded
from evalhub.core.scoring.cells import Cells
from evalhub.core.scoring.clustering import CLUSTER_WORDS, ClusteredCounts
from evalhub.core.scoring.counts import Counts
from evalhub.core.scoring.intervals import (
    MIN_CLUSTERS,
    combined_variance,
    require_clusters,
    t_quantile,
)
from evalhub.core.scoring.likelihoods import TieModel
from evalhub.core.scoring.newton import Estimate, Likelihood, maximise
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, N_OUTCOMES, PLAIN
from evalhub.core.scoring.results import Effect, Interval, PositionCount
from evalhub.core.scoring.sample import Sample
from evalhub.core.scoring.systems import Bordered, Edges
from evalhub.errors import EstimationError

NAME = "left side"
CONFOUNDED = "Sides and models go together, so the effect of position cannot be told apart."
UNBOUNDED = "The effect of position has no finite maximum in these judgments."
NO_VARIATION = "The judgments balance out within every cluster, which leaves nothing to measure."
_ZERO_SHARE = 1e-9


def count_sides(clustered: ClusteredCounts, *, level: float) -> PositionCount:
    """Return how often the left side won, with an interval of the share.

    It is Wilson's, with as many judgments as the variance between clusters leaves (never more
    than there are) and a quantile of t(G - 1); that of independent judgments where clusters are
    under five or there are none.
    """
    counts = clustered.counts[0]
    n_clusters = len(counts.clusters)
    table = _by_outcome(counts)
    wins, losses = table[:, LEFT_WON], table[:, LEFT_LOST]
    return sides_of(wins, losses, clustered.kind, n_clusters=n_clusters, level=level)


def sides_of(
    wins: FloatArray,
    losses: FloatArray,
    kind: Cluster,
    *,
    n_clusters: int,
    level: float,
) -> PositionCount:
    """Return how often the left side won, from its wins and losses by cluster.

    Clusters without either count among ``n_clusters``; ``wins`` and ``losses`` may leave them out.
    """
    left_wins, n = int(wins.sum()), int((wins + losses).sum())
    if not n:
        return PositionCount(0, 0)
    share = left_wins / n
    effective, quantile = float(n), normal_quantile(level)
    method = f"Wilson {level * 100:g} % interval, judgments taken for independent"
    if kind is not Cluster.NONE and n_clusters >= MIN_CLUSTERS:
        by_cluster = wins - share * (wins + losses)
        variance = float(by_cluster @ by_cluster) * n_clusters / (n_clusters - 1) / n**2
        if variance > 0:
            effective = min(effective, share * (1 - share) / variance)
        quantile = t_quantile(n_clusters, level)
        words = CLUSTER_WORDS[_one_way(kind)]
        method = f"Wilson {level * 100:g} % interval, n reduced by the variance between {words}"
    return PositionCount(left_wins, n, wilson(share, max(effective, 1.0), quantile), method)


def _by_outcome(counts: Counts) -> FloatArray:
    """Return the judgments of each cluster by their plain outcome, (clusters, 3)."""
    n_clusters = len(counts.clusters)
    code = counts.cluster * N_OUTCOMES + counts.outcome
    table = np.bincount(code, counts.n, n_clusters * N_OUTCOMES).reshape(n_clusters, N_OUTCOMES)
    return np.stack([table[:, plain == PLAIN].sum(axis=1) for plain in range(3)], axis=1)


@lru_cache(maxsize=16)
def normal_quantile(level: float) -> float:
    """Return the two-sided quantile of the normal distribution."""
    return float(norm.ppf(0.5 + level / 2))


def wilson(share: float, n: float, quantile: float) -> Interval:
    """Return Wilson's score interval of a share of ``n`` (from 1, not always whole)."""
    squared = quantile**2
    centre = (share + squared / (2 * n)) / (1 + squared / n)
    half = quantile / (1 + squared / n) * sqrt(share * (1 - share) / n + squared / (4 * n * n))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def estimate_position(
    sample: Sample, model: TieModel, strengths: Estimate, *, level: float
) -> Effect:
    """Return the advantage of the left side in a model that has it beside the strengths.

    ``strengths`` are where the search starts.
    """
    reason = position_obstacle(sample.cells, sample.n_models, has_ties=model.n_shared > 0)
    if reason is not None:
        return Effect(NAME, None, None, None, reason)
    positioned = sample.with_position()
    likelihood = Likelihood.of(model, positioned.cells, sample.n_models)
    estimate = maximise(likelihood, start=strengths.strengths)
    value = float(estimate.coefficients[0])
    direction = np.zeros(sample.n_models + len(estimate.rest))
    direction[-1] = 1
    try:
        require_clusters(sample)
        variance = combined_variance(positioned, estimate, direction)
    except EstimationError as error:
        return Effect(NAME, value, None, None, str(error))
    return effect_of(NAME, value, variance, quantile=t_quantile(sample.n_clusters, level))


def effect_of(name: str, value: float, variance: float, *, quantile: float) -> Effect:
    """Return an effect with its interval; without one where the variance is not positive."""
    if variance <= 0:
        return Effect(name, value, None, None, f"{NO_VARIATION} Variance {variance:.3g}.")
    se = sqrt(variance)
    return Effect(name, value, se, Interval(value - quantile * se, value + quantile * se))


def position_obstacle(cells: Cells, n_models: int, *, has_ties: bool) -> str | None:
    """Say why the advantage of the left side cannot be estimated; None where it can."""
    if _is_confounded(cells, n_models):
        return CONFOUNDED
    if not is_bounded(cells, n_models, has_ties=has_ties, has_position=True):
        return UNBOUNDED
    return None


def _is_confounded(cells: Cells, n_models: int) -> bool:
    """Tell whether some strengths alone say which side each model stood on.

    The advantage is then a difference of strengths: if a always stood left of b, no judgment can
    tell that a is better from that the left is. Least squares on the sides finds such strengths.
    """
    edges = Edges(cells.left, cells.right, n_models)
    system = Bordered(edges, cells.n, np.zeros((n_models, 0)), np.zeros((0, 0)))
    found = system.solve(edges.sums(cells.n), np.zeros(0), tolerance=1e-10)
    rest = 1 - edges.gaps(found)
    return bool(cells.n @ rest**2 <= _ZERO_SHARE * cells.n.sum())


def _one_way(kind: Cluster) -> Cluster:
    return Cluster.PROMPT if kind is Cluster.BOTH else kind
