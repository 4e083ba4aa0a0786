"""Check every tie model against differences of its own log-likelihood."""

import numpy as np
import pytest
from scipy.special import expit, log_expit

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.strengths.newton import Likelihood
from evalhub.core.scoring.ties.davidson import Davidson
from evalhub.core.scoring.ties.half_win import HalfWin
from evalhub.core.scoring.ties.likelihoods import Logistic, TieModel
from evalhub.core.scoring.ties.rao_kupper import RaoKupper
from tests.core.scoring.designs import objective, random_cells, slope

STEP = 1e-6
MODELS = ["half", "davidson", "rao-kupper", "graded"]


def _likelihood(name: str) -> tuple[Likelihood, FloatArray]:
    """Return a likelihood with position as covariate, and a point inside its bounds."""
    cells = random_cells(5, 60, seed=3, n_outcomes=9 if name == "graded" else 3).with_position()
    model: TieModel = HalfWin()
    if name == "davidson":
        model = Davidson.of(cells)
    elif name != "half":
        model = RaoKupper.of(cells)
    shared = {"half": [], "davidson": [0.3], "rao-kupper": [0.7], "graded": [0.4, 1.1, 2.0]}[name]
    theta = np.array([0.5, -0.2, 0.1, 0.9, -1.3])
    point = np.concatenate([theta, np.array(shared), [0.25]])
    return Likelihood.of(model, cells, 5, ridge=0.1), point


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_is_that_of_the_objective(name: str) -> None:
    likelihood, point = _likelihood(name)

    numeric = [
        (objective(likelihood, point + e) - objective(likelihood, point - e)) / (2 * STEP)
        for e in np.eye(len(point)) * STEP
    ]

    assert slope(likelihood, point) == pytest.approx(np.array(numeric), abs=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_the_information_is_minus_the_difference_of_the_gradient(name: str) -> None:
    likelihood, point = _likelihood(name)
    theta, rest = np.split(point, [5])

    matrix = likelihood.information(likelihood.terms(theta, rest)).dense()

    numeric = [
        (slope(likelihood, point - e) - slope(likelihood, point + e)) / (2 * STEP)
        for e in np.eye(len(point)) * STEP
    ]
    assert matrix == pytest.approx(np.array(numeric), abs=1e-6)
    assert np.linalg.eigvalsh(matrix).min() > 0


@pytest.mark.parametrize("name", ["davidson", "rao-kupper", "graded"])
@pytest.mark.parametrize("gap", [-3.0, 0.0, 0.4, 25.0])
def test_the_probabilities_of_all_outcomes_sum_to_one(name: str, gap: float) -> None:
    likelihood, point = _likelihood(name)
    outcomes = np.array([1, 3, 4, 5, 6, 7, 8] if name == "graded" else [0, 1, 2])
    shared = point[5:-1]

    terms = likelihood.model.terms(np.full(len(outcomes), gap), outcomes, shared)

    assert np.exp(terms.value).sum() == pytest.approx(1, abs=1e-12)


def test_a_win_without_grade_is_one_by_any_grade() -> None:
    likelihood, point = _likelihood("graded")
    gap, shared = np.full(4, 0.6), point[5:-1]

    plain, *by_grade = np.exp(likelihood.model.terms(gap, np.array([2, 6, 7, 8]), shared).value)

    assert plain == pytest.approx(sum(by_grade))
    assert plain == pytest.approx(float(expit(0.6 - 0.4)))


def test_swapping_the_sides_mirrors_every_model() -> None:
    for name in MODELS:
        likelihood, point = _likelihood(name)
        shared, gap = point[5:-1], np.array([0.7, 0.7, 0.7])

        left = likelihood.model.terms(gap, np.array([2, 1, 0]), shared)
        right = likelihood.model.terms(-gap, np.array([0, 1, 2]), shared)

        assert left.value == pytest.approx(right.value)
        assert left.slope == pytest.approx(-right.slope)


def test_grades_that_nobody_gave_have_no_threshold() -> None:
    cells = Cells.plain(
        np.zeros(4, dtype=int), np.ones(4, dtype=int), np.array([1, 4, 7, 8]), np.ones(4, dtype=int)
    )

    model = RaoKupper.of(cells)

    # Grades 2 and 3 were given: the lesser one stands for a win at all.
    assert model.grades == (1, 3)
    assert model.title == "Rao-Kupper with 2 graded thresholds"
    assert model.is_inside(model.start())


def test_without_ties_the_first_threshold_is_zero() -> None:
    cells = Cells.plain(
        np.zeros(2, dtype=int), np.ones(2, dtype=int), np.array([0, 2]), np.ones(2, dtype=int)
    )

    model = RaoKupper.of(cells)

    assert model.n_shared == 0
    assert model.thresholds(np.zeros(0)).tolist() == [0]
    gap = np.array([0.4])
    win = model.terms(gap, np.array([2]), np.zeros(0))
    assert win.value == pytest.approx(HalfWin().terms(gap, np.array([2]), np.zeros(0)).value)


@pytest.mark.parametrize("shared", [[0.0], [-0.1], [np.nan]])
def test_a_threshold_stays_above_zero(shared: list[float]) -> None:
    assert not RaoKupper((1,), has_ties=True, shares=(0.7,)).is_inside(np.array(shared))


def test_thresholds_ascend() -> None:
    model = RaoKupper((1, 2), has_ties=True, shares=(0.7, 0.3))

    assert model.is_inside(np.array([0.2, 0.3]))
    assert not model.is_inside(np.array([0.3, 0.2]))


@pytest.mark.parametrize("gap", [-800.0, -2.0, 0.0, 2.0, 800.0])
def test_the_logistic_keeps_its_digits_at_both_ends(gap: float) -> None:
    found = Logistic.of(np.array([gap]))

    assert found.at == pytest.approx(expit(gap), rel=1e-14)
    assert found.opposite == pytest.approx(expit(-gap), rel=1e-14)
    assert found.log_at == pytest.approx(log_expit(gap), rel=1e-14)
    assert found.log_opposite == pytest.approx(log_expit(-gap), rel=1e-14)
