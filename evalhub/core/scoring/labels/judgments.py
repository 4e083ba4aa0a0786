"""Condense graded judgments into counted cells, the only form in which labels see them.

A cell is one combination of annotator, category and side order. Two judgments in one cell say
the same, so every likelihood is computed once a cell, and the order of the judgments cannot
change a bit of what follows from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy

from evalhub.core.scoring.arrays import BoolArray, IntArray
from evalhub.errors import BadInput

MAX_GRADE = 3
FIRST_UNGRADED, SECOND_UNGRADED = 2 * MAX_GRADE + 1, 2 * MAX_GRADE + 2
"""The categories of a bare choice; those before them are the grades from -3 to 3."""

N_CATEGORIES = SECOND_UNGRADED + 1

Ints: TypeAlias = Sequence[int] | IntArray
Bools: TypeAlias = Sequence[bool] | BoolArray

_SIDES = 3


@dataclass(frozen=True, slots=True, eq=False)
class JudgmentTable:
    """Hold n judgments on P pairs as counts of U cells.

    ``annotator``, ``category`` and ``side`` have one entry a cell; ``side`` is 1 where the second
    response stood on the left, -1 where the first did and 0 where nobody knows. ``by_pair`` has
    shape (P, U) and counts the judgments of each pair in each cell. ``n_first``, ``n_tied`` and
    ``n_second`` have one entry a pair.
    """

    annotator: IntArray
    category: IntArray
    side: IntArray
    by_pair: "scipy.sparse.csr_array"
    n_annotators: int
    n_first: IntArray
    n_tied: IntArray
    n_second: IntArray

    @property
    def n_pairs(self) -> int:
        """Return P."""
        return int(self.by_pair.shape[0])

    @property
    def n_judgments(self) -> int:
        """Return n."""
        return int(self.by_pair.data.sum())


def count_graded(
    pair: Ints,
    annotator: Ints,
    grade: Ints,
    *,
    n_pairs: int,
    n_annotators: int,
    is_graded: Bools | None = None,
    side: Ints | None = None,
) -> JudgmentTable:
    """Count judgments, one entry a judgment in each sequence.

    ``pair`` and ``annotator`` are codes from 0; ``grade`` runs from -3 (first response much
    better) to 3 (second much better). Where ``is_graded`` is False only the sign of the grade
    is known. ``side`` is as in ``JudgmentTable`` and 0 when left out. Raise ``BadInput`` naming
    the sequence, the first wrong entry (from 1) and the rule.
    """
    pairs, people, grades = (np.asarray(one, dtype=np.int64) for one in (pair, annotator, grade))
    graded = (
        np.ones(len(grades), np.bool_) if is_graded is None else np.asarray(is_graded, np.bool_)
    )
    sides = np.zeros(len(grades), np.int64) if side is None else np.asarray(side, np.int64)
    _require_equal_lengths([pairs, people, grades, graded, sides])
    _require("pair", pairs, low=0, high=n_pairs - 1)
    _require("annotator", people, low=0, high=n_annotators - 1)
    _require("grade", grades, low=-MAX_GRADE, high=MAX_GRADE)
    _require("side", sides, low=-1, high=1)
    codes = (people * N_CATEGORIES + _categories(grades, graded)) * _SIDES + sides + 1
    cells, cell = np.unique(codes, return_inverse=True)
    rest, category = np.divmod(cells // _SIDES, N_CATEGORIES)
    return JudgmentTable(
        annotator=rest,
        category=category,
        side=cells % _SIDES - 1,
        by_pair=_counted(pairs, cell, shape=(n_pairs, len(cells))),
        n_annotators=n_annotators,
        n_first=np.bincount(pairs[grades < 0], minlength=n_pairs),
        n_tied=np.bincount(pairs[grades == 0], minlength=n_pairs),
        n_second=np.bincount(pairs[grades > 0], minlength=n_pairs),
    )


def _categories(grades: IntArray, is_graded: BoolArray) -> IntArray:
    """Return the category of each judgment; a tie is the same with and without a grade."""
    bare = np.where(grades < 0, FIRST_UNGRADED, SECOND_UNGRADED)
    return np.where(is_graded | (grades == 0), grades + MAX_GRADE, bare).astype(np.int64)


def _counted(
    pairs: IntArray, cell: IntArray, *, shape: tuple[int, int]
) -> "scipy.sparse.csr_array":
    """Return the counts with rows and columns ascending, whatever the order of the judgments."""
    keys, n = np.unique(pairs * max(shape[1], 1) + cell, return_counts=True)
    row, column = np.divmod(keys, max(shape[1], 1))
    return scipy.sparse.csr_array((n.astype(np.float64), (row, column)), shape=shape)


def _require_equal_lengths(columns: Sequence[IntArray | BoolArray]) -> None:
    lengths = sorted({len(column) for column in columns})
    if len(lengths) > 1:
        raise BadInput.at("judgments", f"the sequences have different lengths, {lengths}")


def _require(name: str, values: IntArray, *, low: int, high: int) -> None:
    wrong = (values < low) | (values > high)
    if wrong.any():
        at = int(np.argmax(wrong))
        rule = f"{values[at]} is not between {low} and {high}"
        raise BadInput.at(f"judgments, {name}, entry {at + 1}", rule)
