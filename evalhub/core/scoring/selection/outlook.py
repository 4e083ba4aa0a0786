"""Foresee how sure the order and the winner would be after more judgments.

A preposterior analysis by simulation under normal approximations. Today the true strengths are
N(theta, k V), with V from the selection fit and k the factor by which the prompt-clustered
variance of the board exceeds the model's own. One more judgment, drawn with the present
probabilities pi, adds the information A = sum of pi_ij w_ij (e_i - e_j)(e_i - e_j)' on average,
w = p (1 - p). After N more the covariance is k V_N with V_N = (V^-1 + N A)^-1; the estimate of
that day is drawn from N(theta, k (V - V_N)) and the truth around it from N(estimate, k V_N).

Assumed: the model holds, pi stays as it is, judges and prompts stay as alike as they were. There
is no word on the width of intervals here, because no rule of asking makes them narrower than
asking at random does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.selection.lots import ModelPairs
from evalhub.core.scoring.selection.standing import Standing, inverse

N_DRAWS = 2_000
"""Draws a horizon; the standard error of a probability is at most 0.012."""
METHOD = f"normal approximation, {N_DRAWS:,} draws a horizon; the rule of asking held as it is now"


@dataclass(frozen=True, slots=True)
class OutlookPoint:
    """Hold what is expected after ``n_more`` further judgments.

    ``winner`` is the probability that the model then first is the best; ``neighbours`` the expected
    share of neighbours on the board whose order is right; ``places_off`` the mean distance between
    a model's place on the board and its true place.
    """

    n_more: int
    winner: float
    neighbours: float
    places_off: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """Hold the points, the first of them now, and how they were made."""

    points: tuple[OutlookPoint, ...]
    inflation: float
    method: str = METHOD


def foresee(
    standing: Standing,
    pairs: ModelPairs,
    probabilities: FloatArray,
    *,
    horizons: Sequence[int],
    rng: np.random.Generator,
    inflation: float = 1.0,
) -> Outlook:
    """Return what is expected now and after each of ``horizons`` further judgments.

    ``probabilities`` (m,) are those with which ``pairs`` are asked; ``inflation`` is k above. All
    horizons share their draws, so that differences between them are not noise.
    """
    n = len(standing.strengths)
    precision = inverse(standing.covariance)
    added = _information_per_judgment(standing, pairs, probabilities)
    noise = rng.standard_normal((2, N_DRAWS, n))
    points = []
    for n_more in (0, *horizons):
        later = inverse(precision + n_more * added)
        learnt = _root(inflation * (standing.covariance - later))
        left = _root(inflation * later)
        estimate = standing.strengths + noise[0] @ learnt.T
        truth = estimate + noise[1] @ left.T
        points.append(_point(n_more, estimate, truth))
    return Outlook(tuple(points), inflation)


def _information_per_judgment(
    standing: Standing, pairs: ModelPairs, probabilities: FloatArray
) -> FloatArray:
    """Return A above, shape (n, n)."""
    n = len(standing.strengths)
    gap = standing.strengths[pairs.first] - standing.strengths[pairs.second]
    weight = np.zeros((n, n))
    weight[pairs.first, pairs.second] = probabilities * expit(gap) * expit(-gap)
    weight += weight.T
    return np.diag(weight.sum(axis=1)) - weight


def _root(matrix: FloatArray) -> FloatArray:
    """Return B with B B' = matrix, which is positive semidefinite up to rounding."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), dtype=np.float64)


def _point(n_more: int, estimate: FloatArray, truth: FloatArray) -> OutlookPoint:
    order = np.argsort(-estimate, axis=1)
    in_order = np.take_along_axis(truth, order, axis=1)
    true_places = np.argsort(np.argsort(-in_order, axis=1), axis=1)
    shown_places = np.arange(truth.shape[1])
    return OutlookPoint(
        n_more=n_more,
        winner=float((true_places[:, 0] == 0).mean()),
        neighbours=float((in_order[:, :-1] > in_order[:, 1:]).mean()),
        places_off=float(np.abs(true_places - shown_places).mean()),
    )
