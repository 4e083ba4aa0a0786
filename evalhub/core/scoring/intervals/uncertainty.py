"""Give every model of a component an interval, or the reason why it has none."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.counting.clustering import CLUSTER_NOUNS, CLUSTER_WORDS
from evalhub.core.scoring.intervals.covariance import (
    FEW_CLUSTERS,
    MIN_CLUSTERS,
    ClusteredCovariance,
    clustered_covariance,
)
from evalhub.core.scoring.intervals.ranks import RankIntervals, rank_intervals
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.part import Outline, Part
from evalhub.core.scoring.results import Interval
from evalhub.core.scoring.strengths.newton import Estimate
from evalhub.errors import EstimationError

NOT_COMPARED = "No judgment compares this model with another."
NO_MAXIMUM = "The models are not linked by wins or ties in both directions: no finite maximum."
_WHERE_JUDGED = {
    Cluster.PROMPT: "Prompts judged",
    Cluster.ANNOTATOR: "Annotators who judged it",
    Cluster.BOTH: "Prompts judged, or annotators who judged it",
    Cluster.NONE: "Judgments",
}


@dataclass(frozen=True, slots=True)
class RowUncertainty:
    """Hold one model's standard error and interval, or the reason for their absence."""

    se: float | None
    interval: Interval | None
    reason: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """Hold what is known of the precision of a component, one row a model.

    ``spread`` is None where there is no interval at all.
    """

    rows: tuple[RowUncertainty, ...]
    ranks: RankIntervals | None
    spread: ClusteredCovariance | None
    warnings: tuple[str, ...]

    @property
    def has_intervals(self) -> bool:
        """Tell whether any model has an interval."""
        return any(row.interval is not None for row in self.rows)


def estimate_uncertainty(
    part: Part, fit: Estimate, *, level: float, rng: np.random.Generator
) -> Uncertainty:
    """Return intervals and rank intervals at ``level``, or reasons, for the models of ``part``."""

    def ranks(spread: ClusteredCovariance) -> RankIntervals:
        return rank_intervals(fit.strengths, spread, level=level, rng=rng)

    return uncertainty_from(
        part, fit, lambda: clustered_covariance(part.sample, fit), ranks, level=level
    )


def uncertainty_from(
    part: Outline,
    fit: Estimate,
    covariance: Callable[[], ClusteredCovariance],
    ranks: Callable[[ClusteredCovariance], RankIntervals],
    *,
    level: float,
) -> Uncertainty:
    """Return intervals built on a ``covariance`` that is asked for only where it can exist."""
    if part.n_models == 1:
        return _without_intervals(part, NOT_COMPARED, warns=False)
    if not part.has_finite_maximum:
        return _without_intervals(part, part.obstacle or NO_MAXIMUM, warns=False)
    try:
        spread = covariance()
    except EstimationError as error:
        return _without_intervals(part, str(error), warns=True)
    rows = row_intervals(spread, fit, part.kind, level=level)
    has_any = any(row.interval is not None for row in rows)
    return Uncertainty(
        rows, ranks(spread) if has_any else None, spread, _warnings(part, spread, rows)
    )


def row_intervals(
    spread: ClusteredCovariance, fit: Estimate, kind: Cluster, *, level: float
) -> tuple[RowUncertainty, ...]:
    """Return the interval of each strength at ``level``, or the reason why there is none."""
    errors, quantile = spread.standard_errors, spread.quantile(level)
    rows = []
    for i, (strength, se) in enumerate(zip(fit.strengths.tolist(), errors.tolist(), strict=True)):
        reason = _reason(spread, i, kind)
        if reason:
            rows.append(RowUncertainty(se=None, interval=None, reason=reason))
        else:
            interval = Interval(strength - quantile * se, strength + quantile * se)
            rows.append(RowUncertainty(se=se, interval=interval, reason=None))
    return tuple(rows)


def _without_intervals(part: Outline, reason: str, *, warns: bool) -> Uncertainty:
    row = RowUncertainty(se=None, interval=None, reason=reason)
    warnings = (f"No intervals. {reason}",) if warns else ()
    return Uncertainty((row,) * part.n_models, None, None, warnings)


def _reason(spread: ClusteredCovariance, model: int, kind: Cluster) -> str | None:
    n = int(spread.clusters_by_model[model])
    if n < MIN_CLUSTERS:
        return f"{_WHERE_JUDGED[kind]}: {n}; an interval needs at least {MIN_CLUSTERS}."
    if spread.is_varying[model]:
        return None
    variance = float(spread.covariance[model, model])
    if kind is Cluster.BOTH:
        return f"Its variance clustered two ways is not positive ({variance:.3g})."
    within = CLUSTER_NOUNS[kind]
    return f"Its judgments balance out within every {within}, which leaves nothing to measure."


def _warnings(
    part: Outline, spread: ClusteredCovariance, rows: tuple[RowUncertainty, ...]
) -> tuple[str, ...]:
    warnings = []
    if spread.n_clusters < FEW_CLUSTERS:
        words = CLUSTER_WORDS[part.kind]
        warnings.append(
            f"The intervals rest on {spread.n_clusters} {words}; under {FEW_CLUSTERS} they are "
            "themselves uncertain."
        )
    bare = [
        f"{name}: {row.reason}" for name, row in zip(part.names, rows, strict=True) if row.reason
    ]
    if bare:
        warnings.append("No interval for " + " ".join(bare))
    return tuple(warnings)
