import numpy as np
import pandas as pd
from hypothesis import given

from evalhub.core.scoring import LinkPurpose, find_components, fit
from evalhub.core.scoring.existence.linking import SuggestedPair, suggest_pairs
from tests.core.scoring.tables import judgments, tables


def test_one_strong_component_needs_nothing() -> None:
    components = find_components(np.array([[0.0, 1.0], [1.0, 0.0]]))

    assert suggest_pairs(components, np.zeros(2), [2, 2]) == ()


def test_components_are_joined_through_their_most_judged_models() -> None:
    scores = np.zeros((5, 5))
    for i, j in ((0, 1), (1, 0), (1, 2), (2, 1), (3, 4), (4, 3)):
        scores[i, j] = 1

    pairs = suggest_pairs(find_components(scores), np.zeros(5), [2, 4, 2, 2, 2])

    assert pairs == (SuggestedPair(1, 3, LinkPurpose.JOIN_BOARDS),)


def test_a_gap_is_closed_by_the_models_closest_in_strength() -> None:
    scores = np.zeros((4, 4))
    for i, j in ((0, 1), (1, 0), (2, 3), (3, 2), (0, 2)):
        scores[i, j] = 1

    pairs = suggest_pairs(find_components(scores), np.array([0.9, 0.3, 0.1, -1.3]), [3, 2, 3, 2])

    assert pairs == (SuggestedPair(1, 2, LinkPurpose.BOUND_A_GAP),)


def test_boards_name_the_models_to_compare_next() -> None:
    boards = fit(judgments([("p", "a", "b", 1.0), ("p", "c", "d", 0.5)]))

    named = [(s.first, s.second, s.purpose) for s in boards.suggestions]
    assert named == [("a", "c", LinkPurpose.JOIN_BOARDS), ("a", "b", LinkPurpose.BOUND_A_GAP)]


@given(tables(max_models=8, max_rows=10))
def test_a_tie_in_every_suggested_pair_gives_one_finite_board(table: pd.DataFrame) -> None:
    boards = fit(table, models=["unseen"])
    ties = judgments([("p", s.first, s.second, 0.5) for s in boards.suggestions])

    linked = fit(pd.concat([table, ties]), models=["unseen"])

    assert [board.has_finite_maximum for board in linked.boards] == [True]
    assert linked.suggestions == ()


@given(tables(max_models=8, max_rows=10))
def test_boards_are_joined_by_as_few_pairs_as_possible(table: pd.DataFrame) -> None:
    boards = fit(table)

    joins = [s for s in boards.suggestions if s.purpose is LinkPurpose.JOIN_BOARDS]
    assert len(joins) == len(boards.boards) - 1
