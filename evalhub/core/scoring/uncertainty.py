"""Give every model of a component an interval, or the reason why it has none."""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.bradley_terry import BradleyTerryFit
from evalhub.core.scoring.intervals import (
    FEW_CLUSTERS,
    MIN_CLUSTERS,
    ClusteredCovariance,
    clustered_covariance,
)
from evalhub.core.scoring.part import Part
from evalhub.core.scoring.ranks import RankIntervals, rank_intervals
from evalhub.core.scoring.results import Interval
from evalhub.errors import EstimationError

NOT_COMPARED = "No judgment compares this model with another."
NO_MAXIMUM = "The models are not linked by wins or ties in both directions: no finite maximum."
NO_VARIATION = "Its judgments balance out within every prompt, which leaves nothing to measure."


@dataclass(frozen=True, slots=True)
class RowUncertainty:
    """Hold one model's standard error and interval, or the reason for their absence."""

    se: float | None
    interval: Interval | None
    reason: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """Hold what is known of the precision of a component, one row a model."""

    rows: tuple[RowUncertainty, ...]
    ranks: RankIntervals | None
    warnings: tuple[str, ...]

    @property
    def has_intervals(self) -> bool:
        """Tell whether any model has an interval."""
        return any(row.interval is not None for row in self.rows)


def estimate_uncertainty(
    part: Part, fit: BradleyTerryFit, *, level: float, rng: np.random.Generator
) -> Uncertainty:
    """Return intervals and rank intervals at ``level``, or reasons, for the models of ``part``."""
    if len(part.component.models) == 1:
        return _without_intervals(part, NOT_COMPARED, warns=False)
    if not part.component.has_finite_maximum:
        return _without_intervals(part, NO_MAXIMUM, warns=False)
    try:
        spread = clustered_covariance(part.counts, fit.strengths, part.scores)
    except EstimationError as error:
        return _without_intervals(part, str(error), warns=True)
    rows = _rows(spread, fit, level)
    ranks = rank_intervals(fit.strengths, spread, level=level, rng=rng)
    has_any = any(row.interval is not None for row in rows)
    return Uncertainty(rows, ranks if has_any else None, _warnings(part, spread, rows))


def _without_intervals(part: Part, reason: str, *, warns: bool) -> Uncertainty:
    row = RowUncertainty(se=None, interval=None, reason=reason)
    warnings = (f"No intervals. {reason}",) if warns else ()
    return Uncertainty((row,) * len(part.component.models), None, warnings)


def _rows(
    spread: ClusteredCovariance, fit: BradleyTerryFit, level: float
) -> tuple[RowUncertainty, ...]:
    errors, quantile = spread.standard_errors, spread.quantile(level)
    rows = []
    for i, (strength, se) in enumerate(zip(fit.strengths.tolist(), errors.tolist(), strict=True)):
        reason = _reason(spread, i)
        if reason:
            rows.append(RowUncertainty(se=None, interval=None, reason=reason))
        else:
            interval = Interval(strength - quantile * se, strength + quantile * se)
            rows.append(RowUncertainty(se=se, interval=interval, reason=None))
    return tuple(rows)


def _reason(spread: ClusteredCovariance, model: int) -> str | None:
    n = int(spread.clusters_by_model[model])
    if n < MIN_CLUSTERS:
        return f"Prompts judged: {n}; an interval needs at least {MIN_CLUSTERS}."
    return None if spread.is_varying[model] else NO_VARIATION


def _warnings(
    part: Part, spread: ClusteredCovariance, rows: tuple[RowUncertainty, ...]
) -> tuple[str, ...]:
    warnings = []
    if spread.n_clusters < FEW_CLUSTERS:
        warnings.append(
            f"The intervals rest on {spread.n_clusters} prompts; under {FEW_CLUSTERS} they are "
            "themselves uncertain."
        )
    names = zip(part.counts.models, rows, strict=True)
    bare = [f"{name}: {row.reason}" for name, row in names if row.reason]
    if bare:
        warnings.append("No interval for " + " ".join(bare))
    return tuple(warnings)
