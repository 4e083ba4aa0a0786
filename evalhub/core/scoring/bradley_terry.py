"""Estimate Bradley-Terry strengths with ties as half wins.

The probability that model i is preferred to model j is 1 / (1 + exp(-(theta_i - theta_j))). With
S_ij the wins of i over j plus half their ties, the estimate maximises
sum over i, j of S_ij * log P_ij. The sum is concave, and it has a finite maximum exactly when the
graph of "beat or tied" is strongly connected (Ford 1957); ``evalhub.core.scoring.existence``
looks at that graph first.

Source: Bradley and Terry 1952; Ford 1957.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse.csgraph import connected_components
from scipy.special import expit, log_expit

from evalhub.core.scoring.arrays import FloatArray
from evalhub.errors import EstimationError, NotConverged

GRADIENT_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class BradleyTerryFit:
    """Hold strengths (natural log, mean 0), what they reach and how.

    ``log_likelihood`` is that of the judgments alone, without the ridge; ``gradient`` is the
    largest absolute entry of the gradient, divided by the judgments of its model.
    """

    strengths: FloatArray
    log_likelihood: float
    ridge: float
    gradient: float
    n_iterations: int


def fit_bradley_terry(
    scores: FloatArray, *, ridge: float = 0.0, max_iterations: int = 100
) -> BradleyTerryFit:
    """Fit strengths to ``scores`` (S above, shape (n, n)) by Newton's method.

    ``ridge`` (lambda) subtracts lambda / 2 * sum of theta squared, which makes the maximum finite
    whatever the judgments; it is for that case only. The search ends when every entry of the
    gradient is below 1e-10 per judgment of its model, and a step that lowers the objective is
    halved. Raise ``EstimationError`` when no finite maximum exists and ``NotConverged`` when the
    search stops short of the tolerance.
    """
    _require_finite_maximum(scores, ridge)
    per_model = np.maximum((scores + scores.T).sum(axis=1), 1.0)
    theta = np.zeros(len(scores))
    value = _objective(theta, scores, ridge)
    largest = np.inf
    for iteration in range(max_iterations):
        gradient = _gradient(theta, scores, ridge)
        largest = float(np.max(np.abs(gradient) / per_model))
        if largest <= GRADIENT_TOLERANCE:
            return BradleyTerryFit(
                strengths=theta - theta.mean(),
                log_likelihood=log_likelihood(theta, scores),
                ridge=ridge,
                gradient=largest,
                n_iterations=iteration,
            )
        try:
            step = _newton_step(theta, scores, ridge, gradient=gradient)
        except LinAlgError as error:
            raise _not_converged(largest, iteration) from error
        theta, value = _advance(theta, step, value, scores=scores, ridge=ridge)
    raise _not_converged(largest, max_iterations)


def log_likelihood(strengths: FloatArray, scores: FloatArray) -> float:
    """Return sum of S_ij * log P_ij at ``strengths``."""
    return float(np.sum(scores * log_expit(_differences(strengths))))


def information(strengths: FloatArray, scores: FloatArray) -> FloatArray:
    """Return minus the second derivative of the log-likelihood, (n, n), with rows summing to 0."""
    probability = expit(_differences(strengths))
    weight = (scores + scores.T) * probability * probability.T
    return np.diag(weight.sum(axis=1)) - weight


def pseudo_inverse(matrix: FloatArray) -> FloatArray:
    """Invert an information matrix on the strengths that sum to 0.

    With n models and s the mean of the diagonal, H+ = inv(H + s/n * 11') - 11' / (s * n). No
    ridge is added, so variances built on it are not shrunk. Raise ``EstimationError`` where the
    matrix is singular beyond that, to the precision of the machine.
    """
    n = len(matrix)
    scale = np.trace(matrix) / n
    try:
        factor = cho_factor(matrix + scale / n)
    except LinAlgError as error:
        raise EstimationError("The judgments carry no information on some difference.") from error
    return np.asarray(cho_solve(factor, np.eye(n)) - 1.0 / (scale * n), dtype=np.float64)


def _require_finite_maximum(scores: FloatArray, ridge: float) -> None:
    if ridge > 0:
        return
    n_groups, _ = connected_components(scores > 0, connection="strong")
    if n_groups != 1:
        raise EstimationError(
            f"Bradley-Terry has no finite maximum: the models fall into {n_groups} groups that "
            "are not linked by wins or ties in both directions."
        )


def _differences(strengths: FloatArray) -> FloatArray:
    return strengths[:, np.newaxis] - strengths


def _objective(theta: FloatArray, scores: FloatArray, ridge: float) -> float:
    return log_likelihood(theta, scores) - ridge / 2 * float(theta @ theta)


def _gradient(theta: FloatArray, scores: FloatArray, ridge: float) -> FloatArray:
    # S_ij * P_ji - S_ji * P_ij equals S_ij - N_ij * P_ij without its loss of digits near P = 1.
    surprise = scores * expit(-_differences(theta))
    return np.asarray((surprise - surprise.T).sum(axis=1) - ridge * theta)


def _newton_step(
    theta: FloatArray, scores: FloatArray, ridge: float, *, gradient: FloatArray
) -> FloatArray:
    hessian = information(theta, scores) + ridge * np.eye(len(theta))
    # The likelihood does not change along (1, ..., 1); a constant makes the matrix definite and,
    # as the gradient sums to 0, leaves the step unchanged.
    gauge = np.trace(hessian) / len(theta) ** 2
    return np.asarray(cho_solve(cho_factor(hessian + gauge), gradient), dtype=np.float64)


def _advance(
    theta: FloatArray, step: FloatArray, value: float, *, scores: FloatArray, ridge: float
) -> tuple[FloatArray, float]:
    """Take the step, halved until the objective does not fall.

    The loop ends: a step halved often enough no longer changes ``theta`` or the objective.
    """
    # Close to the maximum the objective is flat to its last digit; a fall of that size is rounding.
    floor = value - 1e-12 * abs(value)
    while (reached := _objective(theta + step, scores, ridge)) < floor:
        step = step / 2
    return theta + step, reached


def _not_converged(gradient: float, n_iterations: int) -> NotConverged:
    return NotConverged(
        f"Bradley-Terry stopped after {n_iterations} iterations with gradient {gradient:.3g}; "
        f"the tolerance is {GRADIENT_TOLERANCE:g} per judgment of a model.",
        gradient=gradient,
        n_iterations=n_iterations,
    )
