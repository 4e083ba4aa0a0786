import numpy as np
import pytest
from hypothesis import given
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.selection.standing import (
    EARLY_RIDGE,
    LATE_RIDGE,
    contrasts,
    estimate_standing,
    ridge_of,
)
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry
from evalhub.errors import NotConverged
from tests.core.scoring.selection.worlds import THREE, expected_scores, score_tables


@given(score_tables())
def test_the_estimate_is_that_of_a_general_optimiser(scores: FloatArray) -> None:
    ridge = float(ridge_of(scores))

    def loss(theta: FloatArray) -> float:
        gap = theta[:, np.newaxis] - theta
        return float(-np.sum(scores * log_expit(gap)) + ridge / 2 * theta @ theta)

    def slope(theta: FloatArray) -> FloatArray:
        surprise = scores * expit(theta - theta[:, np.newaxis])
        return np.asarray((surprise.T - surprise).sum(axis=1) + ridge * theta)

    found = minimize(loss, np.zeros(len(scores)), jac=slope, options={"gtol": 1e-9})
    assert estimate_standing(scores).strengths == pytest.approx(found.x, abs=2e-4)


def test_expected_scores_give_the_strengths_back() -> None:
    standing = estimate_standing(expected_scores(THREE, n_each=4_000))

    assert standing.strengths == pytest.approx(THREE, abs=1e-4)


def test_models_without_a_loss_get_a_finite_strength() -> None:
    scores = np.array([[0.0, 9.0], [0.0, 0.0]])

    standing = estimate_standing(scores)

    assert np.isfinite(standing.strengths).all()
    assert standing.strengths[0] > 0
    assert np.isfinite(standing.covariance).all()


@pytest.mark.parametrize(
    ("n_each", "ridge"), [(9.9, EARLY_RIDGE), (10.0, LATE_RIDGE)], ids=["19.8 each", "20 each"]
)
def test_the_ridge_fades_when_every_model_is_well_judged(n_each: float, ridge: float) -> None:
    assert ridge_of(expected_scores(THREE, n_each=n_each)) == ridge


def test_the_ridge_stays_while_one_model_is_not_well_judged() -> None:
    scores = expected_scores(THREE, n_each=500)
    scores[2] = scores[:, 2] = 0

    assert ridge_of(scores) == EARLY_RIDGE


def test_the_variances_are_those_of_the_board_but_for_the_ridge() -> None:
    scores = expected_scores(THREE, n_each=400)

    variances = estimate_standing(scores).difference_variances()

    fit = fit_bradley_terry(scores)
    p = expit(fit.strengths[:, np.newaxis] - fit.strengths)
    weight = (scores + scores.T) * p * p.T
    exact = contrasts(
        np.asarray(np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight), dtype=np.float64)
    )
    assert variances == pytest.approx(exact, rel=1e-3)


def test_many_repetitions_at_once_equal_each_alone() -> None:
    tables = np.stack([expected_scores(THREE * k, n_each=30 * k) for k in (0.3, 1, 3)])

    together = estimate_standing(tables)

    for i, table in enumerate(tables):
        alone = estimate_standing(table)
        assert together.strengths[i] == pytest.approx(alone.strengths, abs=1e-9)
        assert together.covariance[i] == pytest.approx(alone.covariance, rel=1e-6)


def test_the_start_changes_the_way_and_not_the_end() -> None:
    scores = expected_scores(THREE)

    far = estimate_standing(scores, start=np.array([-9.0, 0.0, 9.0]))

    assert far.strengths == pytest.approx(estimate_standing(scores).strengths, abs=1e-7)


def test_one_side_only_judgments_converge_from_a_bad_start() -> None:
    scores = np.array([[0.0, 5_000.0], [0.0, 0.0]])

    standing = estimate_standing(scores, start=np.array([-30.0, 30.0]))

    assert standing.strengths[0] > 3


def test_running_out_of_steps_names_the_gradient() -> None:
    with pytest.raises(NotConverged, match="stopped after 2 iterations with gradient") as error:
        estimate_standing(expected_scores(THREE * 2), max_iterations=2)

    assert error.value.gradient > 0
    assert error.value.n_iterations == 2


def test_a_step_that_leads_too_far_is_halved_until_nothing_falls() -> None:
    scores = expected_scores(THREE, n_each=30)

    far = estimate_standing(scores, start=np.array([40.0, 0.0, -40.0]))

    assert far.strengths == pytest.approx(estimate_standing(scores).strengths, abs=1e-6)
