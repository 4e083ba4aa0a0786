import numpy as np
import pytest
from scipy.optimize import minimize

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.strengths.newton import GRADIENT_TOLERANCE, Likelihood, maximise
from evalhub.core.scoring.ties.davidson import Davidson
from evalhub.core.scoring.ties.half_win import HalfWin
from evalhub.core.scoring.ties.likelihoods import TieModel
from evalhub.core.scoring.ties.rao_kupper import RaoKupper
from evalhub.errors import NotConverged
from tests.core.scoring.designs import cells_of, objective, random_cells


@pytest.mark.parametrize("name", ["half", "davidson", "graded"])
def test_a_general_optimiser_finds_the_same_maximum(name: str) -> None:
    cells = random_cells(6, 80, seed=8, n_outcomes=9 if name == "graded" else 3).with_position()
    models: dict[str, TieModel] = {
        "half": HalfWin(),
        "davidson": Davidson.of(cells),
        "graded": RaoKupper.of(cells),
    }
    likelihood = Likelihood.of(models[name], cells, 6)
    start = np.concatenate([np.zeros(6), models[name].start(), [0.0]])

    def loss(at: FloatArray) -> float:
        is_inside = models[name].is_inside(at[6:-1])
        return -objective(likelihood, at) if is_inside else 1e9

    found = minimize(loss, start, method="BFGS")
    estimate = maximise(likelihood)

    assert estimate.log_likelihood == pytest.approx(-found.fun, abs=1e-6)
    assert estimate.log_likelihood >= -found.fun - 1e-9
    assert estimate.strengths == pytest.approx(found.x[:6] - found.x[:6].mean(), abs=1e-3)
    assert estimate.rest == pytest.approx(found.x[6:], abs=1e-3)
    assert estimate.gradient <= GRADIENT_TOLERANCE


@pytest.mark.parametrize("name", ["half", "davidson"])
def test_many_models_take_the_sparse_way_to_the_same_maximum(name: str) -> None:
    # 501 models are solved by conjugate gradients; the same with a part of them densely.
    cells = random_cells(501, 4000, seed=5).with_position()
    model: TieModel = HalfWin() if name == "half" else Davidson.of(cells)
    likelihood = Likelihood.of(model, cells, 501)

    estimate = maximise(likelihood)

    assert estimate.gradient <= GRADIENT_TOLERANCE
    information = likelihood.information(likelihood.terms(estimate.strengths, estimate.rest))
    right = np.random.default_rng(1).normal(size=501 + len(estimate.rest))
    right[:501] -= right[:501].mean()
    sparse = information.solve(right[:501], right[501:], tolerance=1e-13)
    dense = information.factored().solve(right)
    assert sparse == pytest.approx(dense, abs=1e-9)


def test_a_start_changes_the_way_and_not_the_end() -> None:
    likelihood = Likelihood.of(HalfWin(), random_cells(6, 80, seed=2), 6)

    cold, warm = maximise(likelihood), maximise(likelihood, start=np.linspace(-2, 2, 6))

    assert warm.strengths == pytest.approx(cold.strengths, abs=1e-9)


def test_a_penalty_shrinks_its_coefficient_alone() -> None:
    cells = random_cells(4, 60, seed=4).with_position()

    free = maximise(Likelihood.of(HalfWin(), cells, 4))
    held = maximise(Likelihood.of(HalfWin(), cells, 4, penalties=np.array([1e6])))
    without = maximise(Likelihood.of(HalfWin(), random_cells(4, 60, seed=4), 4))

    assert abs(held.coefficients[0]) < 1e-3 < abs(free.coefficients[0])
    assert held.strengths == pytest.approx(without.strengths, abs=1e-3)


def test_running_out_of_iterations_names_the_model_and_the_gradient() -> None:
    likelihood = Likelihood.of(HalfWin(), cells_of((0, 1, 2, 5.0), (0, 1, 0, 1.0)), 2)

    with pytest.raises(
        NotConverged, match="ties as half wins: the search stopped after 2"
    ) as caught:
        maximise(likelihood, max_iterations=2)

    assert caught.value.gradient > GRADIENT_TOLERANCE


def test_a_short_step_is_taken_unmeasured_and_never_lowers_the_likelihood() -> None:
    likelihood = Likelihood.of(HalfWin(), random_cells(6, 80, seed=3), 6)
    theta, none = np.linspace(-1, 1, 6), np.zeros(0)
    terms = likelihood.terms(theta, none)
    by_theta, _ = likelihood.gradient(terms, theta, none)
    step = likelihood.information(terms).solve(by_theta, none, tolerance=1e-12)
    # Scaled to the farthest that is taken unmeasured, from a point of the same direction.
    step *= HalfWin().sure_reach / likelihood.reach(step)

    there = likelihood.terms(theta + step, none)

    assert likelihood.reach(step) == pytest.approx(1)
    assert likelihood.log_likelihood(there) >= likelihood.log_likelihood(terms)


def test_reach_counts_the_coefficients_by_their_largest_covariate() -> None:
    cells = random_cells(6, 80, seed=3).with_position()
    likelihood = Likelihood.of(HalfWin(), cells, 6)

    assert likelihood.reach(np.array([0.5, 0, 0, 0, 0, -0.25, -0.1])) == pytest.approx(0.85)


@pytest.mark.parametrize("threshold", [0.01, 5.0, 12.0])
def test_a_start_whose_first_step_leaves_the_thresholds_order_still_arrives(
    threshold: float,
) -> None:
    cells = random_cells(4, 30, seed=0)
    likelihood = Likelihood.of(RaoKupper.of(cells), cells, 4)

    found = maximise(likelihood, start=np.zeros(4), start_rest=np.array([threshold]))

    expected = maximise(likelihood)
    assert found.shared == pytest.approx(expected.shared, abs=1e-6)
    assert found.strengths == pytest.approx(expected.strengths, abs=1e-6)


def test_a_start_with_a_mean_arrives_under_a_ridge() -> None:
    """What was left of a board that fell in two starts the search, and its mean is not 0."""
    likelihood = Likelihood.of(HalfWin(), random_cells(4, 6, seed=5), 4, ridge=0.25)
    start = np.array([-0.3, 0.6, -0.2, -0.9])

    found = maximise(likelihood, start=start, tolerance=1e-12)

    assert found.strengths == pytest.approx(maximise(likelihood).strengths, abs=1e-9)
