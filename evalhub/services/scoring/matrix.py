"""Show how often each model won against each other one."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from evalhub.core.scoring.counting.counts import Counts, count_judgments, half_win_scores

MAX_MODELS = 12
"""More columns than this do not fit a page; the board's table says the rest."""


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Hold how often the row model won against the column model, ties as half a win."""

    share: float
    n_judgments: int


@dataclass(frozen=True, slots=True)
class WinMatrix:
    """Hold a cell for each row and column model; None where the two were never compared."""

    models: tuple[str, ...]
    cells: tuple[tuple[MatrixCell | None, ...], ...]


def win_matrix(judgments: pd.DataFrame, models: Sequence[str]) -> WinMatrix | None:
    """Return the matrix of ``models`` in their order; None where it would not fit a page."""
    if not 1 < len(models) <= MAX_MODELS:
        return None
    return matrix_of(count_judgments(judgments, models=models), models)


def matrix_of(counts: Counts, models: Sequence[str]) -> WinMatrix | None:
    """Return the matrix of ``models`` from counts; None where it would not fit a page."""
    if not 1 < len(models) <= MAX_MODELS:
        return None
    wins = half_win_scores(counts.table())
    place = {name: index for index, name in enumerate(counts.models)}
    return WinMatrix(
        models=tuple(models),
        cells=tuple(
            tuple(
                _cell(float(wins[place[a], place[b]]), float(wins[place[b], place[a]]))
                for b in models
            )
            for a in models
        ),
    )


def _cell(won: float, lost: float) -> MatrixCell | None:
    return MatrixCell(won / (won + lost), int(won + lost)) if won + lost else None
