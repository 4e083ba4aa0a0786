import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from evalhub.core.scoring import fit
from evalhub.core.scoring.incremental import BoardState
from evalhub.core.scoring.incremental.sums import FEW_CELLS
from tests.core.scoring.incremental.histories import (
    Judged,
    assert_same_boards,
    fitted,
    history_of,
    state_of,
    table_of,
)
from tests.core.scoring.tables import connected_tables, only, repeated, simulated, tables

MODELS = ("m0", "m1", "m2", "m3", "m4")
# Explaining a failure traces every line of every run, which takes ten times as long.
quickly = settings(max_examples=25, phases=(Phase.explicit, Phase.generate, Phase.shrink))
STRENGTHS = {"m0": 1.0, "m1": 0.4, "m2": 0.0, "m3": -0.5, "m4": -0.9}


# The effect of position comes from the cells where those are few, else from kept scores.
both_ways = pytest.mark.parametrize("few_cells", [0, FEW_CELLS], ids=["kept", "from cells"])


def grown(history: list[Judged], *, refreshes: bool, few_cells: int = FEW_CELLS) -> BoardState:
    state = BoardState(MODELS, few_cells=few_cells)
    for one in history:
        state.add(*one)
        if refreshes:
            state.boards()
    return state


@both_ways
@quickly
@given(table=tables())
def test_any_history_gives_the_board_of_a_fit(table: pd.DataFrame, few_cells: int) -> None:
    history = history_of(table)

    found = grown(history, refreshes=True, few_cells=few_cells).boards()

    assert_same_boards(found, fitted(history, MODELS))


@both_ways
@quickly
@given(table=connected_tables(), data=st.data())
def test_what_is_taken_back_leaves_no_trace(
    table: pd.DataFrame, data: st.DataObject, few_cells: int
) -> None:
    history = history_of(table)
    state = grown(history, refreshes=False, few_cells=few_cells)
    state.boards()
    for _ in range(data.draw(st.integers(0, len(history)))):
        state.take_back(*history.pop(data.draw(st.integers(0, len(history) - 1))))
        if data.draw(st.booleans()):
            state.boards()

    assert_same_boards(state.boards(), fitted(history, MODELS))


def test_counting_at_once_is_the_same_as_one_by_one() -> None:
    table = simulated(STRENGTHS, n_prompts=20, n_per_prompt=6)

    one_by_one = grown(history_of(table), refreshes=False).boards()

    assert_same_boards(one_by_one, state_of(table).boards())


def test_grades_of_counts_are_left_out() -> None:
    table = simulated(STRENGTHS, n_prompts=20, n_per_prompt=6)
    grades = table["winner"].map({"left": -2, "right": 1, "tie": 0})

    found = state_of(table.assign(preference=grades)).boards()

    assert_same_boards(found, fit(table))


def test_errors_stay_within_the_bound_over_a_long_history() -> None:
    table = simulated(STRENGTHS, n_prompts=60, n_per_prompt=60)
    history = history_of(table)
    state = state_of(table.iloc[:3000])
    state.boards()

    for one in history[3000:]:
        state.add(*one)
        boards = state.boards()

    exact = only(fit(table))
    for row, other in zip(only(boards).rows, exact.rows, strict=True):
        assert row.se == pytest.approx(other.se, rel=0.01)
        assert row.strength == pytest.approx(other.strength, abs=1e-9)


def test_most_refreshes_of_many_judgments_evaluate_no_cells() -> None:
    table = simulated(STRENGTHS, n_prompts=60, n_per_prompt=60)
    state = state_of(table, few_cells=0)
    state.boards()
    evaluations = state.n_evaluations

    for one in history_of(table)[:20]:
        state.add(*one)
        state.boards()

    # Each refresh has two sets of scores; five fewer judgments a model would need more.
    assert state.n_evaluations - evaluations < 20


@both_ways
def test_a_refresh_without_news_changes_nothing(few_cells: int) -> None:
    state = state_of(simulated(STRENGTHS, n_prompts=20, n_per_prompt=10), few_cells=few_cells)

    first, second = state.boards(), state.boards()

    assert [row.strength for row in only(first).rows] == pytest.approx(
        [row.strength for row in only(second).rows], abs=1e-12
    )
    assert state.n_evaluations == (1 if few_cells else 2)


def test_boards_that_join_become_one() -> None:
    apart = repeated([("m0", "m1", 0.5), ("m2", "m3", 0.5)], n_prompts=6)
    state = state_of(apart, MODELS)
    assert len(state.boards().boards) == 3
    joins = [("p0", "m1", "m2", 1), ("p0", "m3", "m4", 1)]

    for one in joins:
        state.add(*one)

    assert_same_boards(state.boards(), fitted([*history_of(apart), *joins], MODELS))
    assert len(state.boards().boards) == 1


@both_ways
def test_two_boards_are_refreshed_apart(few_cells: int) -> None:
    rows = [("m0", "m1", 1.0), ("m1", "m0", 1.0), ("m2", "m3", 0.5), ("m3", "m2", 1.0)]
    state = state_of(repeated(rows, n_prompts=8), MODELS, few_cells=few_cells)
    state.boards()
    news = [("p1", "m0", "m1", 2), ("p9", "m3", "m2", 0), ("p2", "m2", "m3", 2)]

    for one in news:
        state.add(*one)

    expected = fitted([*history_of(repeated(rows, n_prompts=8)), *news], MODELS)
    assert_same_boards(state.boards(), expected)


def test_balance_within_prompts_is_seen_through_the_drift() -> None:
    """Scores kept at another point would show a variance where there is exactly none."""
    balanced = repeated([("m0", "m1", 1.0), ("m1", "m0", 1.0)], n_prompts=8)
    state = state_of(balanced)
    state.boards()
    for change in (state.add, state.take_back):
        change("p0", "m0", "m1", 2)
        board = only(state.boards())

    assert not board.has_intervals
    assert "balance out" in str(board.rows[0].interval_reason)


def test_level_and_seed_are_those_asked_for() -> None:
    table = simulated(STRENGTHS, n_prompts=20, n_per_prompt=10)
    state = state_of(table)
    state.boards()

    wide = only(state.boards(level=0.99, seed=3))

    exact = only(fit(table, level=0.99, seed=3))
    assert wide.rank_quantile == pytest.approx(exact.rank_quantile)
    assert [row.rank_interval for row in wide.rows] == [row.rank_interval for row in exact.rows]


def test_table_counts_all_prompts_together() -> None:
    history = [("p0", "m0", "m1", 2), ("p1", "m0", "m1", 2), ("p1", "m1", "m0", 1)]

    counts = grown(history, refreshes=False).table()

    assert counts.n_judgments == 3
    assert counts.table()[2, 0, 1] == 2
    assert counts.table()[1, 1, 0] == 1


def test_empty_state_has_the_warning_of_an_empty_fit() -> None:
    assert_same_boards(BoardState(MODELS).boards(), fitted([], MODELS))


def test_size_decides_what_is_kept() -> None:
    state = state_of(simulated(STRENGTHS, n_prompts=20, n_per_prompt=2))

    assert state.size == 20 * len(MODELS)
    assert not state.is_oversized(max_size=state.size)
    assert state.is_oversized(max_size=state.size - 1)


def test_too_many_models_are_not_kept() -> None:
    assert BoardState([f"m{i}" for i in range(501)]).is_oversized()


def test_models_count_their_judgments() -> None:
    state = grown([("p0", "m0", "m1", 2), ("p0", "m0", "m2", 0)], refreshes=False)

    assert state.n_by_model() == {"m0": 2, "m1": 1, "m2": 1, "m3": 0, "m4": 0}
    assert state.n_judgments == 2
    assert np.sum(list(state.n_by_model().values())) == 4


def test_order_of_arrival_does_not_matter() -> None:
    history = history_of(simulated(STRENGTHS, n_prompts=12, n_per_prompt=6))

    one, other = (grown(way, refreshes=True).boards() for way in (history, history[::-1]))

    assert_same_boards(one, other)
    assert table_of(history).shape == (72, 4)


def test_cells_that_become_many_change_the_way_and_not_the_board() -> None:
    history = history_of(simulated(STRENGTHS, n_prompts=20, n_per_prompt=6))
    state = grown(history[:60], refreshes=True, few_cells=70)

    for one in history[60:]:
        state.add(*one)
        state.boards()

    assert_same_boards(state.boards(), fitted(history, MODELS))
