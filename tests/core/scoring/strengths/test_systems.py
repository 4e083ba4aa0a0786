"""Sparse solutions of the systems of a fit, beside dense ones."""

import numpy as np
import pytest
from scipy.linalg import LinAlgError

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.strengths.systems import DENSE_MODELS, NO_INFORMATION, Bordered, Edges

N_MODELS = DENSE_MODELS + 1


def ring(*, ridge: float = 0.0, weight: float = 1.0) -> Bordered:
    """Return a system of more models than are factored whole, each joined to the next."""
    left = np.arange(N_MODELS)
    edges = Edges(left, (left + 1) % N_MODELS, N_MODELS)
    nothing = np.zeros((N_MODELS, 0))
    return Bordered(edges, np.full(N_MODELS, weight), nothing, np.zeros((0, 0)), ridge=ridge)


def drawn() -> FloatArray:
    values = np.random.default_rng(2).normal(size=N_MODELS)
    return np.asarray(values - values.mean())


@pytest.mark.parametrize("ridge", [0.0, 0.25])
def test_the_sparse_solution_is_the_dense_one(ridge: float) -> None:
    system, right = ring(ridge=ridge), drawn()

    found = system.solve(right, np.zeros(0), tolerance=1e-12)

    expected = np.linalg.lstsq(system.dense(), right, rcond=1e-10)[0]
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_ridge_answers_right_hand_sides_that_do_not_sum_to_zero() -> None:
    system, right = ring(ridge=0.25), drawn() + 1

    found = system.solve(right, np.zeros(0), tolerance=1e-12)

    assert found == pytest.approx(np.linalg.solve(system.dense(), right), abs=1e-6)


def test_models_without_any_weight_are_no_system() -> None:
    with pytest.raises(LinAlgError, match=NO_INFORMATION):
        ring(weight=0.0).solve(drawn(), np.zeros(0), tolerance=1e-8)
