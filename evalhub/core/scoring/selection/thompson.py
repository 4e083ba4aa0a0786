"""Weigh pairs for the question which model is best (top-two Thompson sampling).

Strengths are drawn from their normal approximation N(theta, V), and the two models that come out
first are compared. A pair's weight is the share of draws in which it came out, so the probability
with which it is asked is known exactly, given the draws. The rest of the board stays in the dark:
measured, the order of all models takes more than three times the judgments.

Source: Russo 2020, "Simple Bayesian algorithms for best-arm identification" (top-two sampling).
"""

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.selection.lots import ModelPairs
from evalhub.core.scoring.selection.standing import Standing

N_DRAWS = 400


def top_two_weights(
    standing: Standing, pairs: ModelPairs, *, rng: np.random.Generator, n_draws: int = N_DRAWS
) -> FloatArray:
    """Return the share of ``n_draws`` in which each of ``pairs`` comes first, shape (..., m).

    Where the first two models of a draw cannot be asked, the pair with the best model among those
    that can is taken, and of these the one with the best second.
    """
    drawn = _draw(standing, rng=rng, n_draws=n_draws)
    position = np.full((pairs.n_models, pairs.n_models), -1, dtype=np.int64)
    position[pairs.first, pairs.second] = np.arange(len(pairs))
    best = drawn.argmax(axis=-1)
    np.put_along_axis(drawn, best[..., np.newaxis], drawn.min() - 1, axis=-1)
    second = drawn.argmax(axis=-1)
    chosen = position[np.minimum(best, second), np.maximum(best, second)]
    if (chosen < 0).any():
        chosen[chosen < 0] = _best_allowed(drawn, best, pairs, where=chosen < 0)
    return _shares(chosen, len(pairs))


def _draw(standing: Standing, *, rng: np.random.Generator, n_draws: int) -> FloatArray:
    """Draw strengths, shape (..., n_draws, n)."""
    factor = np.linalg.cholesky(standing.covariance)
    noise = rng.standard_normal((*standing.strengths.shape[:-1], n_draws, factor.shape[-1]))
    moved = noise @ np.swapaxes(factor, -1, -2)
    return np.asarray(standing.strengths[..., np.newaxis, :] + moved, dtype=np.float64)


def _best_allowed(
    drawn: FloatArray,
    best: IntArray,
    pairs: ModelPairs,
    *,
    where: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]",
) -> IntArray:
    """Return the pair to take in the draws marked ``where``; ``drawn`` lacks its best model."""
    rows = drawn[where]
    # The best model was blanked to find the second; its rank is all that is needed here.
    order = rows.argsort(axis=-1).argsort(axis=-1)
    np.put_along_axis(order, best[where][..., np.newaxis], pairs.n_models, axis=-1)
    upper = np.maximum(order[:, pairs.first], order[:, pairs.second])
    lower = np.minimum(order[:, pairs.first], order[:, pairs.second])
    found = (upper * (pairs.n_models + 1) + lower).argmax(axis=-1)
    return np.asarray(found, dtype=np.int64)


def _shares(chosen: IntArray, n_pairs: int) -> FloatArray:
    """Return how often each pair was chosen along the last axis, as shares."""
    n_draws = chosen.shape[-1]
    rows = chosen.reshape(-1, n_draws)
    code = np.arange(len(rows))[:, np.newaxis] * n_pairs + rows
    counts = np.bincount(code.ravel(), minlength=len(rows) * n_pairs)
    return np.asarray(counts.reshape(*chosen.shape[:-1], n_pairs) / n_draws, dtype=np.float64)
