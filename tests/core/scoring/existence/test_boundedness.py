"""Check where tie parameters and the side have a finite maximum."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evalhub.core.scoring.existence.boundedness import is_bounded
from evalhub.core.scoring.existence.components import find_components
from evalhub.core.scoring.strengths.newton import Likelihood, maximise
from evalhub.core.scoring.ties.davidson import Davidson
from evalhub.errors import NotConverged
from tests.core.scoring.designs import cells_of, random_cells

LOST, TIED, WON = 0, 1, 2


def test_a_model_that_wins_or_ties_but_never_loses_has_no_finite_tie_parameter() -> None:
    cells = cells_of((0, 1, WON, 5), (0, 1, TIED, 5))

    assert find_components(cells.arrows(2))[0].has_finite_maximum
    assert not is_bounded(cells, 2, has_ties=True, has_position=False)


@pytest.mark.parametrize("other", [(0, 1, LOST), (1, 0, WON)], ids=["same order", "other order"])
def test_a_pair_that_both_have_won_bounds_the_tie_parameter(other: tuple[int, int, int]) -> None:
    cells = cells_of((0, 1, WON, 5), (0, 1, TIED, 5), (*other, 1))

    assert is_bounded(cells, 2, has_ties=True, has_position=False)


def test_a_circle_of_wins_bounds_the_tie_parameter_without_any_such_pair() -> None:
    cells = cells_of((0, 1, WON, 1), (1, 2, WON, 1), (2, 0, WON, 1), (0, 1, TIED, 9))

    assert is_bounded(cells, 3, has_ties=True, has_position=False)


def test_a_circle_with_more_ties_than_wins_does_not() -> None:
    cells = cells_of((0, 1, WON, 1), (1, 2, TIED, 1), (2, 0, TIED, 1))

    assert not is_bounded(cells, 3, has_ties=True, has_position=False)


def test_a_side_that_always_wins_has_no_finite_effect() -> None:
    cells = cells_of((0, 1, WON, 3), (1, 0, WON, 3))

    assert not is_bounded(cells, 2, has_ties=False, has_position=True)


def test_both_orders_with_both_outcomes_bound_the_side() -> None:
    cells = cells_of((0, 1, WON, 3), (0, 1, LOST, 1), (1, 0, WON, 3), (1, 0, LOST, 1))

    assert is_bounded(cells, 2, has_ties=False, has_position=True)
    assert is_bounded(cells, 2, has_ties=True, has_position=True)


def test_circles_of_either_side_bound_the_side_without_any_pair_in_both_orders() -> None:
    circle = [(0, 1), (1, 2), (2, 0)]
    on_the_left = [(i, j, WON, 1) for i, j in circle]
    on_the_right = [(j, i, LOST, 1) for i, j in circle]

    assert not is_bounded(cells_of(*on_the_left), 3, has_ties=False, has_position=True)
    both = cells_of(*on_the_left, *on_the_right)
    assert is_bounded(both, 3, has_ties=False, has_position=True)
    assert is_bounded(both, 3, has_ties=True, has_position=True)


def test_plain_strengths_need_no_look() -> None:
    assert is_bounded(cells_of((0, 1, WON, 1)), 2, has_ties=False, has_position=False)


def test_many_models_are_settled_by_a_look_at_a_few() -> None:
    assert is_bounded(random_cells(300, 40_000, seed=1), 300, has_ties=True, has_position=True)


_PAIRS = st.sampled_from([(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)])
_ROWS = st.lists(st.tuples(_PAIRS, st.sampled_from([LOST, TIED, WON])), min_size=3, max_size=7)


@given(_ROWS)
def test_the_search_converges_exactly_where_a_maximum_is_promised(
    rows: list[tuple[tuple[int, int], int]],
) -> None:
    cells = cells_of(*((left, right, outcome, 1.0) for (left, right), outcome in rows))
    assume(find_components(cells.arrows(3))[0].models == (0, 1, 2))
    assume(find_components(cells.arrows(3))[0].has_finite_maximum)
    assume(TIED in cells.outcome and (cells.outcome != TIED).any())
    promised = is_bounded(cells, 3, has_ties=True, has_position=False)

    try:
        found = maximise(Likelihood.of(Davidson.of(cells), cells, 3))
    except NotConverged:
        converged = False
    else:
        # Towards infinity the gradient vanishes too, so a far end counts as none.
        largest = max(np.abs(found.strengths).max(), np.abs(found.rest).max())
        converged = bool(largest < 9)

    assert converged == promised


def test_a_left_side_that_never_lost_bounds_neither_ties_nor_side() -> None:
    cells = cells_of((0, 1, 2, 3.0), (0, 1, 1, 2.0), (1, 0, 2, 3.0), (1, 0, 1, 1.0))

    assert not is_bounded(cells, 2, has_ties=True, has_position=True)
