import numpy as np
import pytest
from hypothesis import given
from scipy.special import expit
from scipy.stats import norm

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.selection.gains import rank_gains, settling_gains
from evalhub.core.scoring.selection.standing import Standing, contrasts, estimate_standing
from tests.core.scoring.selection.worlds import expected_scores, score_tables, standing

FOUR = np.array([1.0, 0.1, 0.0, -1.1])


def _open_order(now: Standing, later: FloatArray) -> float:
    """Return trace(L V): L from where things stand now, V as it would be then."""
    variance = now.difference_variances() + np.eye(len(later))
    openness = norm.pdf(now.differences() / np.sqrt(variance)) / variance
    np.fill_diagonal(openness, 0)
    laplacian = np.diag(openness.sum(axis=1)) - openness
    return float(np.trace(laplacian @ later))


def test_the_gain_is_what_one_more_judgment_takes_off_the_open_order() -> None:
    now = estimate_standing(expected_scores(FOUR))

    gains = rank_gains(now)

    for i, j in ((0, 1), (1, 2), (0, 3)):
        contrast = np.zeros(4)
        contrast[[i, j]] = 1, -1
        p = expit(now.strengths[i] - now.strengths[j])
        more = np.linalg.inv(now.covariance) + p * (1 - p) * np.outer(contrast, contrast)
        saved = _open_order(now, now.covariance) - _open_order(now, np.linalg.inv(more))
        assert gains[i, j] == pytest.approx(saved, rel=1e-6)


def test_close_neighbours_gain_most() -> None:
    gains = rank_gains(estimate_standing(expected_scores(FOUR, n_each=200)))

    assert gains[1, 2] == gains.max()
    assert gains[0, 3] == gains.min(where=~np.eye(4, dtype=bool), initial=np.inf)


def test_of_two_equal_gaps_the_less_known_gains_more() -> None:
    gains = rank_gains(standing(np.array([3.0, 2.8, -2.8, -3.0]), np.array([0.3, 0.3, 0.1, 0.1])))

    assert gains[0, 1] > gains[2, 3]


def test_a_settled_order_leaves_nothing_to_gain() -> None:
    gains = rank_gains(standing(np.array([9.0, 0.0, -9.0]), np.full(3, 0.01)))

    assert gains.max() < 1e-12
    assert np.isfinite(gains).all()


@given(score_tables())
def test_gains_are_symmetric_and_never_negative(scores: FloatArray) -> None:
    gains = rank_gains(estimate_standing(scores))

    assert (gains >= 0).all()
    assert np.array_equal(gains, gains.T)
    assert not np.diag(gains).any()


@given(score_tables())
def test_the_names_of_the_models_do_not_matter(scores: FloatArray) -> None:
    turned = [2, 0, 3, 1]

    gains = rank_gains(estimate_standing(scores[np.ix_(turned, turned)]))

    expected = rank_gains(estimate_standing(scores))[np.ix_(turned, turned)]
    assert gains == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_many_repetitions_at_once_equal_each_alone() -> None:
    tables = np.stack([expected_scores(FOUR * k) for k in (0.5, 2)])

    together = rank_gains(estimate_standing(tables))

    for i, table in enumerate(tables):
        assert together[i] == pytest.approx(rank_gains(estimate_standing(table)), rel=1e-6)


def test_the_common_level_of_all_models_does_not_matter() -> None:
    now = estimate_standing(expected_scores(FOUR))

    shifted = rank_gains(Standing(now.strengths + 7, now.covariance + 50))

    assert contrasts(now.covariance + 50) == pytest.approx(contrasts(now.covariance), rel=1e-6)
    assert shifted == pytest.approx(rank_gains(now), rel=1e-6)


def test_a_contest_of_all_with_all_is_the_rank_gain() -> None:
    now = estimate_standing(expected_scores(FOUR))

    assert settling_gains(now, np.ones((4, 4))) == pytest.approx(rank_gains(now))


def test_only_open_contests_are_worth_a_question() -> None:
    now = estimate_standing(expected_scores(FOUR, n_each=200))
    contests = np.zeros((4, 4))
    contests[0, 1] = contests[1, 0] = 1.0

    gains = settling_gains(now, contests)

    assert gains[0, 1] == gains.max()
    assert gains[2, 3] < gains[0, 1] / 10


def test_two_who_never_meet_are_told_apart_through_a_third() -> None:
    now = estimate_standing(expected_scores(FOUR, n_each=50))
    contests = np.zeros((4, 4))
    contests[1, 2] = contests[2, 1] = 1.0

    gains = settling_gains(now, contests)

    assert min(gains[0, 1], gains[0, 2]) > gains[0, 3]


def test_no_open_contest_leaves_nothing_to_gain() -> None:
    now = estimate_standing(expected_scores(FOUR))

    assert not settling_gains(now, np.zeros((4, 4))).any()
