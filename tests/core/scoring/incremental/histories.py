"""Grow board states and compare them with fits from the beginning."""

from collections.abc import Iterable
from typing import TypeAlias

import pandas as pd
import pytest

from evalhub.core.scoring import Board, Boards, count_judgments, fit_counts
from evalhub.core.scoring.incremental import BoardState
from evalhub.core.scoring.incremental.kept_scores import MAX_DRIFT
from evalhub.core.scoring.incremental.sums import FEW_CELLS
from tests.core.scoring.tables import judgments

Judged: TypeAlias = tuple[str, str, str, int]
"""Prompt, left, right and outcome."""


def table_of(history: Iterable[Judged]) -> pd.DataFrame:
    """Return a history as the table that a fit reads."""
    return judgments((prompt, left, right, kind / 2) for prompt, left, right, kind in history)


def history_of(table: pd.DataFrame) -> list[Judged]:
    """Return the rows of a table of judgments as a history."""
    kinds = {"right": 0, "tie": 1, "left": 2}
    rows = table[["prompt_id", "left", "right", "winner"]].itertuples(index=False, name=None)
    return [(prompt, left, right, kinds[winner]) for prompt, left, right, winner in rows]


def state_of(
    table: pd.DataFrame, models: Iterable[str] = (), *, few_cells: int = FEW_CELLS
) -> BoardState:
    """Return the state of a table that was counted at once."""
    return BoardState.of(count_judgments(table, models=tuple(models)), few_cells=few_cells)


def fitted(history: Iterable[Judged], models: Iterable[str]) -> Boards:
    """Return the boards of a fit from the beginning."""
    return fit_counts(count_judgments(table_of(history), models=tuple(models)))


def assert_same_boards(found: Boards, expected: Boards) -> None:
    """Compare everything but the last digits, which the order of sums decides."""
    assert found.method == expected.method
    assert found.n_judgments == expected.n_judgments
    assert found.n_prompts == expected.n_prompts
    assert found.warnings == expected.warnings
    assert found.suggestions == expected.suggestions
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=1e-9)
    assert found.position.left_wins == expected.position.left_wins
    assert found.position.method == expected.position.method
    for one, other in zip(found.boards, expected.boards, strict=True):
        assert_same_board(one, other)


def assert_same_board(found: Board, expected: Board) -> None:
    """Compare one board: rows in order, strengths to 1e-8, errors to the stated bound."""
    assert (found.groups, found.ridge, found.n_clusters) == (
        expected.groups,
        expected.ridge,
        expected.n_clusters,
    )
    assert (found.position is None) == (expected.position is None)
    if found.position and expected.position:
        assert is_close(found.position.value, expected.position.value, abs=1e-7)
        assert is_close(found.position.se, expected.position.se, rel=MAX_DRIFT * 5)
        assert found.position.reason == expected.position.reason
    for row, other in zip(found.rows, expected.rows, strict=True):
        assert (row.model, row.flag, row.level, row.rank) == (
            other.model,
            other.flag,
            other.level,
            other.rank,
        )
        assert (row.wins, row.ties, row.losses) == (other.wins, other.ties, other.losses)
        # A fit from the beginning stops at 1e-10 per judgment, which leaves this much.
        assert is_close(row.strength, other.strength, abs=1e-8)
        assert row.interval_reason == other.interval_reason
        assert is_close(row.se, other.se, rel=MAX_DRIFT * 5)


def is_close(found: float | None, expected: float | None, **tolerance: float) -> bool:
    """Tell whether two numbers are close, or neither is there."""
    if found is None or expected is None:
        return found is expected
    within = {"abs": None, "rel": None} | tolerance
    return found == pytest.approx(expected, abs=within["abs"], rel=within["rel"])
