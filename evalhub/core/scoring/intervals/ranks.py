"""Say which ranks the judgments allow each model, all pairs considered together.

A model's best rank is 1 plus the models that are surely better, its worst the number of models
minus those that are surely worse. "Surely" means that the interval of the difference excludes 0
with a quantile wide enough for all pairs at once: the maximum of the absolute t statistics, drawn
from the estimated covariance (max-t), and never wider than Bonferroni's.

Source: Hothorn, Bretz and Westfall 2008 (max-t); Mogstad, Romano, Shaikh and Wilhelm 2024 (ranks).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy

from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.core.scoring.intervals.covariance import ClusteredCovariance

N_DRAWS = 2_000
# Beyond this many drawn differences (about 450 models) the simulation would take seconds.
_MAX_DRAWN = 200_000_000
_JITTER = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class RankIntervals:
    """Hold the best and the worst rank of each model (1 is the top) and the quantile used.

    ``n_draws`` is 0 where there were too many pairs to simulate, or where two-way clustering gave
    a covariance that nothing can be drawn from: then the quantile is Bonferroni's.
    """

    best: IntArray
    worst: IntArray
    quantile: float
    n_draws: int

    @property
    def method(self) -> str:
        """Return the method in words."""
        how = f"max-t, {self.n_draws} draws" if self.n_draws else "Bonferroni, t(G-1)"
        return f"simultaneous over all pairs, {how}"


def rank_intervals(
    strengths: FloatArray,
    spread: ClusteredCovariance,
    *,
    level: float,
    rng: np.random.Generator,
    n_draws: int = N_DRAWS,
) -> RankIntervals:
    """Return simultaneous rank intervals at ``level``, for all pairs of models at once.

    Models without an interval are neither surely better nor surely worse than any other.
    """
    errors = spread.difference_errors()
    comparable = comparable_pairs(errors, spread)
    bound = bonferroni_quantile(comparable, spread.n_clusters - 1, level)
    drawn = drawn_quantile(errors, comparable, spread, level=level, rng=rng, n_draws=n_draws)
    if drawn is None:
        return ranks_at(bound, strengths, errors, comparable, n_draws=0)
    return ranks_at(min(bound, drawn), strengths, errors, comparable, n_draws=n_draws)


def drawn_quantile(
    errors: FloatArray,
    comparable: BoolArray,
    spread: ClusteredCovariance,
    *,
    level: float,
    rng: np.random.Generator,
    n_draws: int = N_DRAWS,
) -> float | None:
    """Return the max-t quantile at ``level``; None where nothing can be drawn."""
    n_pairs = int(comparable.sum()) // 2
    factor = _factor(spread.covariance) if 0 < n_pairs * n_draws <= _MAX_DRAWN else None
    if factor is None:
        return None
    df = spread.n_clusters - 1
    drawn = _max_t_draws(factor, errors, comparable, df, rng=rng, n_draws=n_draws)
    return float(np.quantile(drawn, level))


def ranks_at(
    quantile: float,
    strengths: FloatArray,
    errors: FloatArray,
    comparable: BoolArray,
    *,
    n_draws: int,
) -> RankIntervals:
    """Return the ranks that differences beyond ``quantile`` standard errors leave open."""
    gap = strengths[:, np.newaxis] - strengths
    surely_above = comparable & (gap > quantile * errors)
    return RankIntervals(
        best=1 + surely_above.sum(axis=0).astype(np.int64),
        worst=len(strengths) - surely_above.sum(axis=1).astype(np.int64),
        quantile=quantile,
        n_draws=n_draws,
    )


def bonferroni_quantile(comparable: BoolArray, df: int, level: float) -> float:
    """Return the t quantile that holds for all pairs marked in ``comparable`` (symmetric)."""
    return _upper_quantile((1 - level) / 2 / max(int(comparable.sum()) // 2, 1), df)


@lru_cache(maxsize=256)
def _upper_quantile(share: float, df: int) -> float:
    return float(-scipy.special.stdtrit(df, share))


def error_floor(spread: ClusteredCovariance) -> float:
    """Return the standard error that a difference must exceed to be more than rounding."""
    return 1e-6 * float(np.max(spread.standard_errors, initial=0.0))


def comparable_pairs(errors: FloatArray, spread: ClusteredCovariance) -> BoolArray:
    """Mark the pairs whose difference has a standard error that is more than rounding."""
    usable = spread.has_interval
    marked: BoolArray = usable[:, np.newaxis] & usable & (errors > error_floor(spread))
    return marked


def _factor(covariance: FloatArray) -> FloatArray | None:
    """Return a factor to draw with; None for a two-way covariance that is not one."""
    n = len(covariance)
    # The covariance is singular along (1, ..., 1); the jitter is far below any quantile's error.
    jitter = _JITTER * np.trace(covariance) / n
    try:
        return np.asarray(scipy.linalg.cholesky(covariance + jitter * np.eye(n), lower=True))
    except np.linalg.LinAlgError:
        return None


def _max_t_draws(
    factor: FloatArray,
    errors: FloatArray,
    comparable: BoolArray,
    df: int,
    *,
    rng: np.random.Generator,
    n_draws: int,
) -> FloatArray:
    """Draw the largest absolute t statistic over the comparable pairs, were all models equal."""
    n = len(factor)
    # A draw is a column, so that a model's draws lie together; single precision is ample here.
    draws = (factor @ rng.standard_normal((n, n_draws))).astype(np.float32)
    weights = np.zeros((n, n), dtype=np.float32)
    weights[comparable] = 1 / errors[comparable]
    largest = np.zeros(n_draws, dtype=np.float32)
    for i in range(1, n):
        gaps = np.abs(draws[:i] - draws[i])
        gaps *= weights[:i, i, np.newaxis]
        np.maximum(largest, gaps.max(axis=0), out=largest)
    return largest / np.sqrt(rng.chisquare(df, n_draws) / df)
