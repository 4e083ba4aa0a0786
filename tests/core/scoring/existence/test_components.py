import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from evalhub.core.scoring import Component, Flag, Group, count_judgments, find_components
from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.counts import half_win_scores
from tests.core.scoring.tables import tables


def _scores(n: int, *beats: tuple[int, int]) -> FloatArray:
    """Return S for n models with one win for each (winner, loser)."""
    scores = np.zeros((n, n))
    for winner, loser in beats:
        scores[winner, loser] += 1
    return scores


def _flags(component: Component) -> dict[int, Flag | None]:
    return {model: group.flag for group in component.groups for model in group.models}


def _levels(component: Component) -> dict[int, int]:
    return {model: group.level for group in component.groups for model in group.models}


def test_a_cycle_of_wins_has_a_finite_maximum() -> None:
    (component,) = find_components(_scores(3, (0, 1), (1, 2), (2, 0)))

    assert component == Component((0, 1, 2), (Group((0, 1, 2), 1, None),))
    assert component.has_finite_maximum


def test_a_tie_links_both_ways() -> None:
    scores = np.array([[0, 0.5], [0.5, 0]])

    (component,) = find_components(scores)

    assert component.has_finite_maximum


def test_models_never_compared_with_each_other_are_apart_the_largest_first() -> None:
    scores = _scores(6, (0, 3), (3, 0), (1, 2), (2, 4), (4, 1))

    components = find_components(scores)

    assert [component.models for component in components] == [(1, 2, 4), (0, 3), (5,)]
    assert _flags(components[2]) == {5: Flag.NOT_COMPARED}
    assert [component.has_finite_maximum for component in components] == [True, True, False]


def test_an_undefeated_model_is_unbounded_above_the_rest() -> None:
    (component,) = find_components(_scores(4, (1, 2), (2, 3), (3, 1), (0, 1)))

    assert not component.has_finite_maximum
    assert component.groups == (
        Group((0,), 1, Flag.UNBOUNDED_ABOVE),
        Group((1, 2, 3), 2, Flag.REGULARISED),
    )


def test_a_winless_model_is_unbounded_below_the_rest() -> None:
    (component,) = find_components(_scores(3, (0, 1), (1, 0), (0, 2), (1, 2)))

    assert component.groups == (
        Group((0, 1), 1, Flag.REGULARISED),
        Group((2,), 2, Flag.UNBOUNDED_BELOW),
    )


def test_of_two_models_and_one_win_neither_is_the_measure_of_the_other() -> None:
    (component,) = find_components(_scores(2, (1, 0)))

    assert _flags(component) == {1: Flag.UNBOUNDED_ABOVE, 0: Flag.UNBOUNDED_BELOW}
    assert _levels(component) == {1: 1, 0: 2}


def test_the_middle_of_a_ladder_is_unbounded_on_both_sides() -> None:
    (component,) = find_components(_scores(3, (0, 1), (1, 2), (0, 2)))

    assert _flags(component) == {
        0: Flag.UNBOUNDED_ABOVE,
        1: Flag.UNBOUNDED,
        2: Flag.UNBOUNDED_BELOW,
    }
    assert _levels(component) == {0: 1, 1: 2, 2: 3}


def test_a_model_without_order_to_the_core_is_unbounded() -> None:
    # 3 beat 2, which the core (0, 1) also beat: nothing orders 3 and the core.
    (component,) = find_components(_scores(4, (0, 1), (1, 0), (0, 2), (3, 2)))

    assert _flags(component) == {
        0: Flag.REGULARISED,
        1: Flag.REGULARISED,
        2: Flag.UNBOUNDED_BELOW,
        3: Flag.UNBOUNDED,
    }


def test_two_groups_of_one_size_leave_no_core() -> None:
    (component,) = find_components(_scores(4, (0, 1), (1, 0), (2, 3), (3, 2), (3, 1)))

    assert component.groups == (
        Group((2, 3), 1, Flag.UNBOUNDED_ABOVE),
        Group((0, 1), 2, Flag.UNBOUNDED_BELOW),
    )


def test_no_models_have_no_components() -> None:
    assert find_components(np.zeros((0, 0))) == ()


@pytest.mark.parametrize("n", [1, 3])
def test_models_without_judgments_stand_alone(n: int) -> None:
    components = find_components(np.zeros((n, n)))

    assert [component.models for component in components] == [(i,) for i in range(n)]


@given(tables(max_models=7, max_rows=12))
def test_groups_partition_the_models_and_levels_respect_every_win(table: pd.DataFrame) -> None:
    scores = half_win_scores(count_judgments(table).table())

    components = find_components(scores)

    members = sorted(model for component in components for model in component.models)
    assert members == list(range(len(scores)))
    for component in components:
        levels = _levels(component)
        assert tuple(sorted(levels)) == component.models
        for winner, loser in np.argwhere(scores > 0).tolist():
            if winner in levels and scores[loser, winner] == 0:
                assert levels[winner] <= levels[loser]


@given(tables(max_models=6, max_rows=12))
def test_finite_maxima_are_found_as_by_walking_every_path(table: pd.DataFrame) -> None:
    scores = half_win_scores(count_judgments(table).table())
    reach = np.eye(len(scores), dtype=bool) | (scores > 0)
    for middle in range(len(scores)):
        reach |= np.outer(reach[:, middle], reach[middle])

    for component in find_components(scores):
        own = reach[np.ix_(component.models, component.models)]
        assert component.has_finite_maximum == (len(own) > 1 and bool(own.all()))
