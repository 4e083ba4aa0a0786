"""Say how much the side matters: how often the left won, and its advantage in log-odds.

The share is a plain description. The advantage delta is estimated in the model, with
d = theta_left - theta_right + delta, so that strong models shown more often on the left do not
pass for an advantage of the left side.
"""

from math import sqrt

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.clustering import CLUSTER_WORDS, ClusteredCounts
from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.counting.sample import Sample
from evalhub.core.scoring.existence.confounding import position_obstacle
from evalhub.core.scoring.intervals.covariance import (
    MIN_CLUSTERS,
    combined_variance,
    require_clusters,
    t_quantile,
)
from evalhub.core.scoring.intervals.shares import normal_quantile, wilson
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, N_OUTCOMES, PLAIN
from evalhub.core.scoring.results import Effect, Interval, PositionCount
from evalhub.core.scoring.strengths.newton import Estimate, Likelihood, maximise
from evalhub.core.scoring.ties.likelihoods import TieModel
from evalhub.errors import EstimationError

NAME = "left side"
NO_VARIATION = "The judgments balance out within every cluster, which leaves nothing to measure."


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
    # Of the type of what is added: numpy adds to another type thirty times more slowly.
    total = np.zeros(n_clusters * N_OUTCOMES, dtype=np.int64)
    for block in counts.blocks():
        np.add.at(total, block.cluster * N_OUTCOMES + block.outcome, block.n)
    table = total.reshape(n_clusters, N_OUTCOMES)
    plain = [table[:, outcome == PLAIN].sum(axis=1) for outcome in range(3)]
    return np.stack(plain, axis=1).astype(np.float64)


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


def _one_way(kind: Cluster) -> Cluster:
    return Cluster.PROMPT if kind is Cluster.BOTH else kind
