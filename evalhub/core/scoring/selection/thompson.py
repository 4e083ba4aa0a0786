"""Find which contests for the first two places are open (top-two Thompson sampling).

Strengths are drawn from their normal approximation N(theta, V), and each draw names the two models
that come out first. The share of draws that name a pair says how open the contest between the
two for the first place is. ``gains.settling_gains`` then says which comparison settles the open
contests soonest: mostly the two themselves, but a model that both have met may tell more, and two
models that cannot meet are told apart through others.

Asking the named pairs in proportion to their shares, as top-two sampling does by itself, names
the best model later, because it asks as often about contests that are as good as settled.

Source: Russo 2020, "Simple Bayesian algorithms for best-arm identification" (top-two sampling).
"""

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.selection.standing import Standing

N_DRAWS = 400


def open_contests(
    standing: Standing, *, rng: np.random.Generator, n_draws: int = N_DRAWS
) -> FloatArray:
    """Return the share of ``n_draws`` that name each two models first, symmetric (..., n, n)."""
    drawn = _draw(standing, rng=rng, n_draws=n_draws)
    n = drawn.shape[-1]
    best = drawn.argmax(axis=-1)
    np.put_along_axis(drawn, best[..., np.newaxis], -np.inf, axis=-1)
    code = (best * n + drawn.argmax(axis=-1)).reshape(-1, n_draws)
    row = np.arange(len(code))[:, np.newaxis] * n * n
    counts = np.bincount((row + code).ravel(), minlength=len(code) * n * n)
    named = counts.reshape(*best.shape[:-1], n, n)
    return np.asarray((named + np.swapaxes(named, -1, -2)) / n_draws, dtype=np.float64)


def _draw(standing: Standing, *, rng: np.random.Generator, n_draws: int) -> FloatArray:
    """Draw strengths, shape (..., n_draws, n)."""
    factor = np.linalg.cholesky(standing.covariance)
    noise = rng.standard_normal((*standing.strengths.shape[:-1], n_draws, factor.shape[-1]))
    moved = noise @ np.swapaxes(factor, -1, -2)
    return np.asarray(standing.strengths[..., np.newaxis, :] + moved, dtype=np.float64)
