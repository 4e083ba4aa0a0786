"""Check the intervals by drawing clusters again: the bootstrap over prompts.

A round draws as many clusters as there are, with replacement, and fits the strengths again to
exact maximum. The spread of the rounds must agree with the sandwich, which costs one fit. Rows
are never drawn singly: that would take the judgments of a prompt for independent.

Source: Efron 1979; Field and Welsh 2007 (clustered data).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalhub.core.deferred import Deferred
from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.counting.clustering import CLUSTER_WORDS, count_by_cluster
from evalhub.core.scoring.existence.boundedness import is_bounded
from evalhub.core.scoring.existence.components import find_components
from evalhub.core.scoring.intervals.covariance import MIN_CLUSTERS
from evalhub.core.scoring.options import Cluster, FitOptions, PositionTerm, Ties, chosen
from evalhub.core.scoring.part import Part
from evalhub.core.scoring.reading.encoding import encode_judgments
from evalhub.core.scoring.results import Interval
from evalhub.core.scoring.strengths.newton import Estimate, Likelihood, maximise
from evalhub.errors import BadInput, EstimationError, TooFewClusters

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

N_ROUNDS = 500
_MOST_FAILED = 0.05


@dataclass(frozen=True, slots=True)
class BootstrapRow:
    """Hold one model's standard deviation over the rounds and its percentile interval."""

    model: str
    strength: float
    se: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Hold the check of one board, the strongest model first.

    ``n_failed`` counts the rounds whose draw left no finite maximum; they are left out.
    """

    method: str
    n_rounds: int
    n_failed: int
    rows: tuple[BootstrapRow, ...]


def bootstrap(
    judgments: pd.DataFrame,
    *,
    ties: Ties | str = Ties.HALF,
    cluster: Cluster | str = Cluster.PROMPT,
    level: float = 0.95,
    n_rounds: int = N_ROUNDS,
    seed: int = 0,
) -> tuple[Bootstrap, ...]:
    """Return a check of the intervals of each board that has a finite maximum.

    The columns and options are those of ``fit``; clusters are prompts or annotators. Raise
    ``TooFewClusters`` under five clusters and ``EstimationError`` where more than 5 % of the
    rounds have no finite maximum, since what is left would be too narrow.
    """
    options = FitOptions(
        ties=chosen(Ties, ties),
        cluster=chosen(Cluster, cluster),
        position=PositionTerm.OFF,
        level=level,
        seed=seed,
    )
    clustered = count_by_cluster(encode_judgments(judgments), options.cluster)
    if clustered.kind not in {Cluster.PROMPT, Cluster.ANNOTATOR}:
        raise BadInput.at("cluster", "the bootstrap draws prompts or annotators; name their column")
    counts = clustered.counts[0]
    components = find_components(counts.cells(is_graded=False).arrows(len(counts.models)))
    parts = [Part.of(component, clustered, options) for component in components]
    return tuple(_check(part, options, n_rounds) for part in parts if part.has_finite_maximum)


def _check(part: Part, options: FitOptions, n_rounds: int) -> Bootstrap:
    sample = part.sample
    if sample.n_clusters < MIN_CLUSTERS:
        raise TooFewClusters(sample.n_clusters, minimum=MIN_CLUSTERS)
    fit = maximise(Likelihood.of(part.choice.model, sample.cells, part.n_models))
    drawn = list(_rounds(part, fit, n_rounds, np.random.default_rng(options.seed)))
    n_failed = n_rounds - len(drawn)
    if n_failed > _MOST_FAILED * n_rounds:
        raise EstimationError(
            f"{n_failed} of {n_rounds} draws of {CLUSTER_WORDS[sample.kind]} leave no finite "
            "maximum."
        )
    strengths = np.array(drawn)
    tail = (1 - options.level) / 2
    low, high = np.quantile(strengths, [tail, 1 - tail], axis=0)
    rows = [
        BootstrapRow(
            name, float(fit.strengths[i]), float(se), Interval(float(low[i]), float(high[i]))
        )
        for i, (name, se) in enumerate(zip(part.names, strengths.std(axis=0, ddof=1), strict=True))
    ]
    rows.sort(key=lambda row: (-row.strength, row.model))
    method = f"{part.choice.model.title}; bootstrap over {CLUSTER_WORDS[sample.kind]}"
    return Bootstrap(method, n_rounds, n_failed, tuple(rows))


def _rounds(
    part: Part, fit: Estimate, n_rounds: int, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """Yield the strengths of each round that has a finite maximum."""
    (view,) = part.sample.views
    cells, n_clusters = part.sample.cells, view.n_clusters
    blocks = list(view.blocks())
    place = np.concatenate([_places(one.cells, cells, part.n_models) for one in blocks])
    cluster = np.concatenate([one.cluster for one in blocks])
    n_judged = np.concatenate([one.cells.n for one in blocks])
    for weights in rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), n_rounds):
        n = np.bincount(place, n_judged * weights[cluster], len(cells.n))
        drawn = cells.weighted(n.astype(np.float64)).chosen(np.flatnonzero(n))
        if _has_maximum(drawn, part):
            likelihood = Likelihood.of(part.choice.model, drawn, part.n_models)
            yield maximise(likelihood, start=fit.strengths).strengths


def _places(of: Cells, among: Cells, n_models: int) -> IntArray:
    """Return where each cell of ``of`` stands in ``among``, which is sorted and has no double."""
    code, known = ((one.left * n_models + one.right) * 16 + one.outcome for one in (of, among))
    return np.searchsorted(known, code).astype(np.int64)


def _has_maximum(drawn: Cells, part: Part) -> bool:
    component, *others = find_components(drawn.arrows(part.n_models))
    has_ties = part.choice.model.n_shared > 0
    return (
        not others
        and component.has_finite_maximum
        and is_bounded(drawn, part.n_models, has_ties=has_ties, has_position=False)
    )
