import numpy as np
import pytest
from scipy.stats import norm

from evalhub.core.scoring.selection.lots import ModelPairs
from evalhub.core.scoring.selection.standing import Standing
from evalhub.core.scoring.selection.thompson import top_two_weights
from tests.core.scoring.selection.worlds import rng, standing


def test_clear_leaders_are_always_the_pair() -> None:
    now = standing(np.array([0.0, 5.0, 6.0, 0.5]), np.full(4, 0.01))

    weights = top_two_weights(now, ModelPairs.every(4), rng=rng(), n_draws=200)

    named = dict(zip(_names(ModelPairs.every(4)), weights.tolist(), strict=True))
    assert named[1, 2] == 1.0
    assert sum(named.values()) == 1.0


def test_the_second_place_is_shared_as_the_normal_distribution_says() -> None:
    now = standing(np.array([9.0, 0.3, 0.0]), np.full(3, 0.09))

    weights = top_two_weights(now, ModelPairs.every(3), rng=rng(), n_draws=40_000)

    expected = norm.cdf(0.3 / np.sqrt(0.18))
    assert weights.tolist() == pytest.approx([expected, 1 - expected, 0.0], abs=0.01)


def test_correlated_strengths_are_drawn_together() -> None:
    shared = np.array([[1.0, 0.9999, 0.0], [0.9999, 1.0, 0.0], [0.0, 0.0, 1e-6]])
    now = Standing(np.array([0.1, 0.0, 0.0]), shared)

    weights = top_two_weights(now, ModelPairs.every(3), rng=rng(), n_draws=10_000)

    # The first two move as one, so the third is above both or below both.
    assert weights[0] == pytest.approx(0.5, abs=0.06)
    assert weights[2] < 0.05


def test_leaders_that_cannot_meet_are_asked_against_the_next() -> None:
    now = standing(np.array([4.0, 3.0, 2.0, 0.0]), np.full(4, 1e-4))
    pairs = ModelPairs.of(4, [(0, 2), (1, 2), (0, 3)])

    weights = top_two_weights(now, pairs, rng=rng(), n_draws=50)

    assert dict(zip(_names(pairs), weights.tolist(), strict=True)) == {
        (0, 2): 1.0,
        (0, 3): 0.0,
        (1, 2): 0.0,
    }


def test_each_repetition_has_its_own_draws() -> None:
    strengths = np.array([[5.0, 4.0, 0.0], [0.0, 4.0, 5.0]])
    now = Standing(strengths, np.stack([np.eye(3) * 1e-4] * 2))

    weights = top_two_weights(now, ModelPairs.every(3), rng=rng(), n_draws=20)

    assert weights.tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]


def test_the_same_seed_gives_the_same_weights() -> None:
    now = standing(np.array([0.1, 0.0, 0.0]), np.ones(3))
    pairs = ModelPairs.every(3)

    one, other = (top_two_weights(now, pairs, rng=rng(8), n_draws=100) for _ in range(2))

    assert one.tolist() == other.tolist()


def _names(pairs: ModelPairs) -> list[tuple[int, int]]:
    return list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
