import numpy as np
import pytest
from scipy.stats import norm

from evalhub.core.scoring.selection.standing import Standing
from evalhub.core.scoring.selection.thompson import open_contests
from tests.core.scoring.selection.worlds import rng, standing


def test_clear_leaders_are_always_the_contest() -> None:
    now = standing(np.array([0.0, 5.0, 6.0, 0.5]), np.full(4, 0.01))

    contests = open_contests(now, rng=rng(), n_draws=200)

    assert contests[1, 2] == contests[2, 1] == 1.0
    assert contests.sum() == 2.0


def test_the_second_place_is_shared_as_the_normal_distribution_says() -> None:
    now = standing(np.array([9.0, 0.3, 0.0]), np.full(3, 0.09))

    contests = open_contests(now, rng=rng(), n_draws=40_000)

    expected = norm.cdf(0.3 / np.sqrt(0.18))
    assert contests[0].tolist() == pytest.approx([0.0, expected, 1 - expected], abs=0.01)
    assert contests[1, 2] == 0.0


def test_correlated_strengths_are_drawn_together() -> None:
    shared = np.array([[1.0, 0.9999, 0.0], [0.9999, 1.0, 0.0], [0.0, 0.0, 1e-6]])
    now = Standing(np.array([0.1, 0.0, 0.0]), shared)

    contests = open_contests(now, rng=rng(), n_draws=10_000)

    # The first two move as one, so the third is above both or below both.
    assert contests[0, 1] == pytest.approx(0.5, abs=0.06)
    assert contests[1, 2] < 0.05


def test_each_repetition_has_its_own_draws() -> None:
    strengths = np.array([[5.0, 4.0, 0.0], [0.0, 4.0, 5.0]])
    now = Standing(strengths, np.stack([np.eye(3) * 1e-4] * 2))

    contests = open_contests(now, rng=rng(), n_draws=20)

    assert contests[:, 0, 1].tolist() == [1.0, 0.0]
    assert contests[:, 1, 2].tolist() == [0.0, 1.0]


def test_the_same_seed_gives_the_same_contests() -> None:
    now = standing(np.array([0.1, 0.0, 0.0]), np.ones(3))

    one, other = (open_contests(now, rng=rng(8), n_draws=100) for _ in range(2))

    assert one.tolist() == other.tolist()
    assert one.sum() == pytest.approx(2.0)
    assert not np.diagonal(one).any()
