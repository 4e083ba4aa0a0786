"""Show the judgments of a sample told apart by cluster, a block of cells at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from evalhub.core.scoring.arrays import IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.counting.keys import KeyLayout
from evalhub.core.scoring.outcomes import N_OUTCOMES, PLAIN

_MOST_PLACES = 2**20


@dataclass(frozen=True, slots=True, eq=False)
class ViewBlock:
    """Hold some cells with the cluster of each.

    ``place`` says where each cell stands among those of its sample, which has the covariates
    then; it is None where there are too many models to look places up.
    """

    cluster: IntArray
    cells: Cells
    place: IntArray | None


class View(Protocol):
    """Tell the judgments apart by cluster."""

    @property
    def n_clusters(self) -> int:
        """Return G."""

    @property
    def n_cells(self) -> int:
        """Return the number of cells, over all clusters."""

    @property
    def correction(self) -> float:
        """Return G / (G - 1), with the sign with which the view enters the variance."""

    def blocks(self) -> Iterator[ViewBlock]:
        """Yield the cells, a block at a time."""

    def with_position(self) -> "View":
        """Return the view with the left side's advantage as a covariate, where it has its own."""


@dataclass(frozen=True, slots=True, eq=False)
class CellView:
    """Show cells that are held one by one, as those with styles are."""

    cells: Cells
    cluster: IntArray
    n_clusters: int
    sign: float = 1.0

    @property
    def n_cells(self) -> int:
        """Return the number of cells."""
        return len(self.cluster)

    @property
    def correction(self) -> float:
        """Return sign * G / (G - 1)."""
        return self.sign * self.n_clusters / (self.n_clusters - 1)

    def blocks(self) -> Iterator[ViewBlock]:
        """Yield the cells as one block."""
        yield ViewBlock(self.cluster, self.cells, None)

    def with_position(self) -> "CellView":
        """Return the view with the left side's advantage as a covariate."""
        return CellView(self.cells.with_position(), self.cluster, self.n_clusters, self.sign)


@dataclass(frozen=True, slots=True, eq=False)
class CountedView:
    """Show counts, which stay packed: what is unpacked is a block and no more.

    ``places`` is a table of where each cell of the sample stands, by what it compares
    (``CountBlock.comparison``); None where models are so many that it would be larger than what it
    saves.
    """

    counts: Counts
    places: IntArray | None
    is_graded: bool
    has_position: bool = False
    sign: float = 1.0

    @classmethod
    def of(cls, counts: Counts, cells: Cells, *, is_graded: bool, sign: float) -> "CountedView":
        """Return the view of ``counts``, whose sample has ``cells``."""
        places = None
        if counts.layout.n_comparisons <= _MOST_PLACES:
            # A hundred models have thousands of distinct cells however many judgments there are,
            # so what is computed for those is looked up for all others.
            places = _places(counts.layout, cells, is_graded=is_graded)
        return cls(counts, places, is_graded, sign=sign)

    @property
    def n_clusters(self) -> int:
        """Return G."""
        return len(self.counts.clusters)

    @property
    def n_cells(self) -> int:
        """Return the number of cells, over all clusters."""
        return len(self.counts.keys)

    @property
    def correction(self) -> float:
        """Return sign * G / (G - 1)."""
        return self.sign * self.n_clusters / (self.n_clusters - 1)

    def blocks(self) -> Iterator[ViewBlock]:
        """Yield the cells, sorted by cluster, a block at a time."""
        for block in self.counts.blocks():
            outcome = block.outcome if self.is_graded else PLAIN[block.outcome]
            cells, place = Cells.plain(block.left, block.right, outcome, block.n), None
            if self.places is not None:
                place = self.places[block.comparison]
            elif self.has_position:
                cells = cells.with_position()
            yield ViewBlock(block.cluster, cells, place)

    def with_position(self) -> "CountedView":
        """Return the view with the left side's advantage as a covariate, where it has its own."""
        return CountedView(self.counts, self.places, self.is_graded, True, self.sign)


def _places(layout: KeyLayout, cells: Cells, *, is_graded: bool) -> IntArray:
    """Return where each comparison stands among ``cells``; anything for those that do not occur."""
    places = np.zeros(layout.n_comparisons, dtype=np.int64)
    codes = layout.comparisons_of(cells.left, cells.right, cells.outcome)
    places[codes] = np.arange(len(codes))
    if is_graded:
        return places
    # Where the sample has no grades, the grades of what is counted are passed over.
    for outcome in range(N_OUTCOMES if layout.is_graded else 0):
        plain = cells.outcome == PLAIN[outcome]
        codes = layout.comparisons_of(
            cells.left[plain], cells.right[plain], np.full(plain.sum(), outcome)
        )
        places[codes] = np.flatnonzero(plain)
    return places
