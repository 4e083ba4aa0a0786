"""Count who won how often against whom, with models in the order of their board.

These are plain counts: no model, no option of a fit and no weight of an annotator changes them.
The interval of a share takes judgments for independent, as one of two models alone cannot tell how
alike those of one prompt are.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalhub.core.canonical import Json
from evalhub.core.scoring.board.board_csv import as_cell
from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.intervals.shares import Z_95, wilson
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, TIED
from evalhub.core.scoring.results import Boards, Interval

FIELDS = (
    "board",
    "model",
    "opponent",
    "wins",
    "ties",
    "losses",
    "n",
    "share",
    "ci_low",
    "ci_high",
    "simulated",
)


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Hold what the row model did against the column model, from either side."""

    wins: int
    ties: int
    losses: int

    @property
    def n_judgments(self) -> int:
        """Return how many judgments compare the two."""
        return self.wins + self.ties + self.losses

    @property
    def share(self) -> float:
        """Return how often the row model won, ties as half a win."""
        return (self.wins + self.ties / 2) / self.n_judgments

    @property
    def interval(self) -> Interval:
        """Return the 95 % interval of the share, which is never of width 0.

        A tie is taken for half a hit of a yes-or-no trial. It varies less than one, so the interval
        is rather too wide than too narrow where there are ties.
        """
        return wilson(self.share, self.n_judgments, Z_95)


@dataclass(frozen=True, slots=True)
class Opponent:
    """Hold one model's cell against another."""

    model: str
    cell: MatrixCell


@dataclass(frozen=True, slots=True)
class WinMatrix:
    """Hold a cell for each row and column model; None where the two were never compared."""

    models: tuple[str, ...]
    cells: tuple[tuple[MatrixCell | None, ...], ...]

    @property
    def n_judgments(self) -> int:
        """Return how many judgments the matrix counts; each stands in two cells."""
        return sum(cell.n_judgments for row in self.cells for cell in row if cell) // 2

    def opponents(self, model: str) -> tuple[Opponent, ...]:
        """Return the cells of ``model`` against those it was compared with, in order."""
        row = self.cells[self.models.index(model)]
        named = zip(self.models, row, strict=True)
        return tuple(Opponent(name, cell) for name, cell in named if cell)


def win_matrix(counts: Counts, models: Sequence[str]) -> WinMatrix:
    """Return the matrix of ``models``, all of which ``counts`` has, in their order."""
    place = {name: index for index, name in enumerate(counts.models)}
    chosen = np.array([place[name] for name in models], dtype=np.int64)
    table = counts.table()[:, chosen[:, np.newaxis], chosen]
    wins = (table[LEFT_WON] + table[LEFT_LOST].T).tolist()
    ties = (table[TIED] + table[TIED].T).tolist()
    size = range(len(models))
    return WinMatrix(
        models=tuple(models),
        cells=tuple(
            tuple(_cell(wins[row][column], ties[row][column], wins[column][row]) for column in size)
            for row in size
        ),
    )


def win_matrices(counts: Counts, boards: Boards) -> tuple[WinMatrix, ...]:
    """Return one matrix a board, in the order of its rows; no judgment links two boards."""
    return tuple(win_matrix(counts, [row.model for row in board.rows]) for board in boards.boards)


def matrices_to_csv(matrices: Sequence[WinMatrix], *, is_simulated: bool = False) -> str:
    """Return a line for each model and opponent that were compared, each pair from both sides.

    Both sides, so that a reader who keeps the lines of one model has all that it did. Each says
    whether judgments behind it are simulated, as the lines of a board do.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    for number, matrix in enumerate(matrices, start=1):
        for model in matrix.models:
            for one in matrix.opponents(model):
                cell, names = one.cell, (as_cell(model), as_cell(one.model))
                counts = (cell.wins, cell.ties, cell.losses, cell.n_judgments)
                ends = (cell.interval.low, cell.interval.high)
                mark = str(is_simulated).lower()
                writer.writerow((number, *names, *counts, cell.share, *ends, mark))
    return text.getvalue()


def matrices_to_json(matrices: Sequence[WinMatrix]) -> list[dict[str, Json]]:
    """Return a plain value for each board: its models from the top, then the lines of the CSV."""
    return [
        {
            "models": list(matrix.models),
            "n_judgments": matrix.n_judgments,
            "cells": [
                {
                    "model": model,
                    "opponent": one.model,
                    "wins": one.cell.wins,
                    "ties": one.cell.ties,
                    "losses": one.cell.losses,
                    "n": one.cell.n_judgments,
                    "share": one.cell.share,
                    "ci_low": one.cell.interval.low,
                    "ci_high": one.cell.interval.high,
                }
                for model in matrix.models
                for one in matrix.opponents(model)
            ],
        }
        for matrix in matrices
    ]


def _cell(wins: int, ties: int, losses: int) -> MatrixCell | None:
    return MatrixCell(wins, ties, losses) if wins + ties + losses else None
