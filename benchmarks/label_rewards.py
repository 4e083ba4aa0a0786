"""Train a linear reward model on labels, and say how many held-out pairs it orders right."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from benchmarks.label_worlds import Responses
from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray

RIDGES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
_STEPS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """Hold what a reward model is fitted to: soft labels, and the pairs that are used."""

    label: FloatArray
    is_used: BoolArray


def fit_reward(difference: FloatArray, label: FloatArray, ridge: float) -> FloatArray:
    """Fit weights to soft labels of feature differences by Newton's method."""
    weights = np.zeros(difference.shape[1])
    for _ in range(_STEPS):
        p = expit(difference @ weights)
        gradient = difference.T @ (label - p) - ridge * weights
        hessian = (difference * (p * (1 - p))[:, np.newaxis]).T @ difference
        weights = weights + np.linalg.solve(hessian + ridge * np.eye(len(weights)), gradient)
    return weights


def reward_accuracy(
    responses: Responses,
    pairs: tuple[IntArray, IntArray],
    training: Training,
    *,
    held_out: tuple[Responses, tuple[IntArray, IntArray]],
) -> float:
    """Return the best share of held-out pairs ordered right over the ridges.

    The ridge is chosen on the test itself, for every label alike: it compares labels at their
    best, and the level it reaches is not one to expect.
    """
    first, second = pairs
    difference = (responses.features[second] - responses.features[first])[training.is_used]
    test, (one, other) = held_out
    unseen = test.features[other] - test.features[one]
    is_second = test.worth[other] > test.worth[one]
    label = training.label[training.is_used]
    return max(
        float(np.mean((unseen @ fit_reward(difference, label, ridge) > 0) == is_second))
        for ridge in RIDGES
    )
