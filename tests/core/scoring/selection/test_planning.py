import numpy as np
import pytest

from evalhub.core.assigning import SelectionPolicy
from evalhub.core.campaigns import SelectionMode
from evalhub.core.scoring.selection.lots import FLOOR, ModelPairs
from evalhub.core.scoring.selection.planning import (
    BATCH,
    SelectionPlan,
    mode_weights,
    plan_selection,
)
from evalhub.core.scoring.selection.standing import estimate_standing
from evalhub.errors import BadInput
from tests.core.scoring.selection.worlds import expected_scores, rng

FOUR = np.array([1.0, 0.1, 0.0, -1.1])
EVERY = ModelPairs.every(4)


def _plan(n_each: float, mode: SelectionMode, pairs: ModelPairs = EVERY) -> SelectionPlan:
    return plan_selection(expected_scores(FOUR, n_each=n_each), pairs, mode, rng=rng())


@pytest.mark.parametrize("mode", list(SelectionMode))
def test_unconnected_models_come_first_in_every_mode(mode: SelectionMode) -> None:
    plan = plan_selection(np.zeros((4, 4)), EVERY, mode, rng=rng())

    assert plan.policy is SelectionPolicy.CONNECT
    assert plan.n_until_next == 4
    assert sorted(set(plan.probabilities.round(6))) == pytest.approx([0.05, 0.225])


@pytest.mark.parametrize("mode", list(SelectionMode))
def test_under_ten_judgments_a_model_the_draw_is_even(mode: SelectionMode) -> None:
    plan = _plan(3.3, mode)

    assert plan.policy is SelectionPolicy.UNIFORM
    assert plan.probabilities == pytest.approx([1 / 6] * 6)
    assert plan.n_until_next == BATCH


@pytest.mark.parametrize("mode", list(SelectionMode))
def test_from_ten_judgments_a_model_the_mode_decides(mode: SelectionMode) -> None:
    plan = _plan(3.34, mode)

    assert plan.policy.value == mode.value
    assert plan.probabilities.sum() == pytest.approx(1)
    assert plan.probabilities.min() >= FLOOR / 6 - 1e-12


def test_rank_asks_neighbours_whose_order_is_open() -> None:
    plan = _plan(100, SelectionMode.RANK)

    assert plan.probabilities.argmax() == 3  # models 1 and 2
    assert plan.probabilities.max() > 0.7


def test_winner_asks_who_may_be_best() -> None:
    strengths = np.array([0.05, 0.0, -2.0, -2.05])

    plan = plan_selection(
        expected_scores(strengths, n_each=100), EVERY, SelectionMode.WINNER, rng=rng()
    )

    assert plan.probabilities.argmax() == 0
    assert plan.probabilities[-1] == pytest.approx(FLOOR / 6)


def test_only_pairs_that_can_be_asked_are_planned() -> None:
    pairs = ModelPairs.of(4, [(0, 1), (0, 2), (0, 3)])

    plan = _plan(100, SelectionMode.RANK, pairs)

    assert len(plan.probabilities) == 3


def test_components_that_no_pair_can_join_do_not_hold_the_rest_up() -> None:
    scores = expected_scores(FOUR, n_each=100)
    scores[3, :] = scores[:, 3] = 0
    pairs = ModelPairs.of(4, [(0, 1), (0, 2), (1, 2)])

    plan = plan_selection(scores, pairs, SelectionMode.RANK, rng=rng())

    assert plan.policy is SelectionPolicy.RANK


def test_a_model_that_cannot_be_asked_any_more_does_not_hold_the_rest_up() -> None:
    scores = expected_scores(FOUR, n_each=100)
    scores[3, :] = scores[:, 3] = 0
    scores[0, 3] = 1
    pairs = ModelPairs.of(4, [(0, 1), (0, 2), (1, 2)])

    plan = plan_selection(scores, pairs, SelectionMode.RANK, rng=rng())

    assert plan.policy is SelectionPolicy.RANK


def test_nothing_to_ask_is_refused() -> None:
    with pytest.raises(BadInput, match="no pair"):
        _plan(100, SelectionMode.RANK, ModelPairs.of(4, []))


def test_the_floor_can_be_raised_to_asking_at_random() -> None:
    plan = plan_selection(
        expected_scores(FOUR, n_each=100), EVERY, SelectionMode.RANK, rng=rng(), floor=1.0
    )

    assert plan.probabilities == pytest.approx([1 / 6] * 6)


def test_asking_at_random_weighs_every_pair_alike_in_each_repetition() -> None:
    standing = estimate_standing(np.stack([expected_scores(np.array([1.0, 0.0, -1.0]))] * 2))

    weights = mode_weights(standing, ModelPairs.every(3), SelectionMode.UNIFORM, rng=rng())

    assert weights.tolist() == [[1.0, 1.0, 1.0]] * 2
