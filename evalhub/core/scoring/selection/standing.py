"""Estimate where models stand now, for the choice of the next comparison only.

The estimate is Bradley-Terry with ties as half wins and a small ridge lambda: it maximises
sum of S_ij * log P_ij - lambda / 2 * sum of theta squared, which has one finite maximum whatever
the judgments. V = (H + lambda * I)^-1 is the covariance that goes with it, H the information.
Boards use neither: the ridge would shrink their strengths, and V knows nothing of prompts.

Every array may have leading axes, one entry a simulated repetition.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.ties.half_win import HalfWin
from evalhub.errors import NotConverged

EARLY_RIDGE = 0.25
"""The ridge while some model has few judgments: a normal prior with standard deviation 2."""
LATE_RIDGE = 0.01
"""The ridge once every model has ``WELL_JUDGED`` judgments; then it only keeps V finite."""
WELL_JUDGED = 20
TOLERANCE = 1e-8
"""The largest gradient, per judgment of a model; the choice of a pair needs no more digits."""
_MAX_ITERATIONS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Hold strengths (..., n), natural log and mean 0, and their covariance V (..., n, n).

    V includes the common level of all strengths, which no judgment can tell; it cancels in
    every difference, and nothing but differences is read from V.
    """

    strengths: FloatArray
    covariance: FloatArray

    def differences(self) -> FloatArray:
        """Return all theta_i - theta_j, shape (..., n, n)."""
        return self.strengths[..., :, np.newaxis] - self.strengths[..., np.newaxis, :]

    def difference_variances(self) -> FloatArray:
        """Return the variances of all differences, shape (..., n, n)."""
        return contrasts(self.covariance)


def contrasts(matrix: FloatArray) -> FloatArray:
    """Return A_ii + A_jj - 2 A_ij for all i and j of a symmetric A, shape (..., n, n)."""
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    total = diagonal[..., :, np.newaxis] + diagonal[..., np.newaxis, :]
    return np.asarray(total - 2 * matrix, dtype=np.float64)


def inverse(matrix: FloatArray) -> FloatArray:
    """Return the inverse of positive definite matrices (..., n, n)."""
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def n_by_model(scores: FloatArray) -> FloatArray:
    """Return how many judgments each model took part in, shape (..., n)."""
    return np.asarray((scores + np.swapaxes(scores, -1, -2)).sum(axis=-1), dtype=np.float64)


def ridge_of(scores: FloatArray) -> FloatArray:
    """Return the ridge for ``scores`` (S, shape (..., n, n)), one for each leading entry."""
    is_early = n_by_model(scores).min(axis=-1) < WELL_JUDGED
    return np.where(is_early, EARLY_RIDGE, LATE_RIDGE)


def estimate_standing(
    scores: FloatArray, *, start: FloatArray | None = None, max_iterations: int = _MAX_ITERATIONS
) -> Standing:
    """Fit strengths and V to ``scores`` (S: wins plus half ties, shape (..., n, n)).

    ``start`` are strengths (..., n) to begin from, as those of the last batch; they change the
    number of steps and not the result. Newton's method, each step halved until the objective does
    not fall. Raise ``NotConverged`` when the tolerance is not met.
    """
    ridge = ridge_of(scores)[..., np.newaxis]
    judgments = np.maximum(n_by_model(scores), 1.0)
    shape = scores.shape[:-1]
    theta = np.zeros(shape) if start is None else np.broadcast_to(start, shape).copy()
    largest = np.inf
    for _ in range(max_iterations):
        gradient = _gradient(theta, scores, ridge)
        hessian = _hessian(theta, scores, ridge)
        largest = float(np.max(np.abs(gradient) / judgments))
        if largest <= TOLERANCE:
            centred = theta - theta.mean(axis=-1, keepdims=True)
            return Standing(centred, inverse(hessian))
        step = np.asarray(np.linalg.solve(hessian, gradient[..., np.newaxis])[..., 0], np.float64)
        theta = _advance(theta, step, scores=scores, ridge=ridge)
    raise NotConverged(
        f"The selection fit stopped after {max_iterations} iterations with gradient "
        f"{largest:.3g}; the tolerance is {TOLERANCE:g} per judgment of a model.",
        gradient=largest,
        n_iterations=max_iterations,
    )


def _gradient(theta: FloatArray, scores: FloatArray, ridge: FloatArray) -> FloatArray:
    surprise = scores * scipy.special.expit(theta[..., np.newaxis, :] - theta[..., :, np.newaxis])
    pulled = (surprise - np.swapaxes(surprise, -1, -2)).sum(axis=-1)
    return np.asarray(pulled - ridge * theta, dtype=np.float64)


def _hessian(theta: FloatArray, scores: FloatArray, ridge: FloatArray) -> FloatArray:
    """Return minus the second derivative of the objective, shape (..., n, n)."""
    probability = scipy.special.expit(theta[..., :, np.newaxis] - theta[..., np.newaxis, :])
    n_judgments = scores + np.swapaxes(scores, -1, -2)
    weight = n_judgments * probability * (1 - probability)
    hessian = -weight
    diagonal = np.arange(theta.shape[-1])
    hessian[..., diagonal, diagonal] += weight.sum(axis=-1) + ridge
    return np.asarray(hessian, dtype=np.float64)


def _objective(theta: FloatArray, scores: FloatArray, ridge: FloatArray) -> FloatArray:
    gap = theta[..., :, np.newaxis] - theta[..., np.newaxis, :]
    reached = (scores * scipy.special.log_expit(gap)).sum(axis=(-2, -1))
    return np.asarray(reached - ridge[..., 0] / 2 * (theta**2).sum(axis=-1))


def _advance(
    theta: FloatArray, step: FloatArray, *, scores: FloatArray, ridge: FloatArray
) -> FloatArray:
    """Take the steps; those that would lower their own objective are halved, the others stand."""
    if float(np.ptp(step, axis=-1).max(initial=0.0)) <= HalfWin().sure_reach:
        return np.asarray(theta + step, dtype=np.float64)
    value = _objective(theta, scores, ridge)
    # A fall in the last digits is rounding; halving for it would never end.
    floor = value - 1e-12 * np.abs(value)
    # The loop ends: a step halved often enough no longer changes strengths or objective.
    while (falls := _objective(theta + step, scores, ridge) < floor).any():
        step = np.where(falls[..., np.newaxis], step / 2, step)
    return np.asarray(theta + step, dtype=np.float64)
