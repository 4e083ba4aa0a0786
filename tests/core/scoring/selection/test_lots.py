import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.scoring.selection.lots import ModelPairs, gain_weights, pair_probabilities
from evalhub.errors import BadInput


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=30),
    st.floats(0, 1),
)
def test_probabilities_sum_to_one_and_keep_the_floor(weights: list[float], floor: float) -> None:
    chances = pair_probabilities(np.array(weights), floor=floor)

    assert chances.sum() == pytest.approx(1)
    assert chances.min() >= floor / len(weights) * (1 - 1e-12)


def test_beyond_the_floor_the_weights_decide() -> None:
    chances = pair_probabilities(np.array([3.0, 1.0, 0.0, 0.0]), floor=0.4)

    assert chances == pytest.approx([0.55, 0.25, 0.1, 0.1])


def test_weights_that_are_all_zero_prefer_nothing() -> None:
    assert pair_probabilities(np.zeros(4)) == pytest.approx([0.25] * 4)


def test_each_repetition_has_its_own_probabilities() -> None:
    chances = pair_probabilities(np.array([[1.0, 0.0], [0.0, 0.0]]), floor=0.2)

    assert chances == pytest.approx(np.array([[0.9, 0.1], [0.5, 0.5]]))


@pytest.mark.parametrize(
    ("weights", "floor", "rule"),
    [
        ([], 0.3, "no pair"),
        ([1.0, -0.1], 0.3, "negative"),
        ([1.0, np.nan], 0.3, "not finite"),
        ([np.inf, 1.0], 0.3, "not finite"),
        ([1.0], 1.2, "between 0 and 1"),
        ([1.0], -0.1, "between 0 and 1"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(
    weights: list[float], floor: float, rule: str
) -> None:
    with pytest.raises(BadInput, match=rule):
        pair_probabilities(np.array(weights), floor=floor)


def test_gains_count_to_the_eighth_power() -> None:
    gains = np.array([[0, 2, 1], [2, 0, 4], [1, 4, 0]], dtype=float)

    weights = gain_weights(gains, ModelPairs.every(3))

    assert weights == pytest.approx([2.0**-8, 4.0**-8, 1.0])


def test_tiny_gains_do_not_vanish_in_their_power() -> None:
    gains = np.array([[0, 1e-60], [1e-60, 0]])

    assert gain_weights(gains, ModelPairs.every(2)) == pytest.approx([1.0])


def test_gains_that_are_all_zero_stay_zero() -> None:
    assert not gain_weights(np.zeros((3, 3)), ModelPairs.every(3)).any()


def test_pairs_are_named_once_whichever_way_they_are_written() -> None:
    pairs = ModelPairs.of(4, [(3, 0), (0, 3), (1, 2)])

    assert list(zip(pairs.first, pairs.second, strict=True)) == [(0, 3), (1, 2)]


@pytest.mark.parametrize("pair", [(1, 1), (0, 4), (-1, 2)])
def test_what_names_no_two_models_is_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match="two of 4 models"):
        ModelPairs.of(4, [pair])


def test_every_two_models_are_half_of_the_square() -> None:
    assert len(ModelPairs.every(20)) == 190
