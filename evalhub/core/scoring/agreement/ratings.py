"""Hold answers as integer codes, the only form in which agreement sees them.

A unit is what was answered: a pair, or one response of it where each response is rated. A block
is what is drawn again for an interval: always the whole pair, since the two ratings that one
annotator gives on one page are not two independent observations.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evalhub.core.scoring.arrays import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """Hold one answer by one annotator; ``category`` indexes the scale, low to high."""

    block: Hashable
    unit: Hashable
    annotator: str
    category: int


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Hold answers in four arrays with one entry an answer, sorted by unit and annotator.

    ``block``, ``unit`` and ``annotator`` are codes from 0. One annotator answers a unit at most
    once. ``categories`` names the scale from low to high.
    """

    block: IntArray
    unit: IntArray
    annotator: IntArray
    category: IntArray
    categories: tuple[str, ...]

    @property
    def n_blocks(self) -> int:
        """Return how many pairs have an answer."""
        return len(np.unique(self.block))

    @property
    def n_annotators(self) -> int:
        """Return how many annotators gave an answer."""
        return len(np.unique(self.annotator))

    def unit_counts(self) -> IntArray:
        """Return how often each category was chosen, shape (units, categories)."""
        size = len(self.categories)
        n_units = int(self.unit.max(initial=-1)) + 1
        # One integer a cell: counting them is one pass, where a table of strings would be sorted.
        code = self.unit * size + self.category
        return np.bincount(code, minlength=n_units * size).reshape(n_units, size)

    def block_of_unit(self) -> IntArray:
        """Return the block of each unit."""
        _, first = np.unique(self.unit, return_index=True)
        return self.block[first]

    def comparable(self) -> "Ratings":
        """Return the answers to units that two annotators or more answered.

        A lone answer can neither agree nor disagree; codes are renumbered without gaps.
        """
        return self._where(self.unit_counts().sum(axis=1)[self.unit] > 1)

    def without(self, category: int) -> "Ratings":
        """Return the answers that are not ``category``, on a scale that does not offer it."""
        kept = self._where(self.category != category)
        names = (*self.categories[:category], *self.categories[category + 1 :])
        # Codes index the scale, so what stood above the category that is gone moves down by one.
        above = (kept.category > category).astype(np.int64)
        return replace(kept, category=kept.category - above, categories=names)

    def _where(self, keep: BoolArray) -> "Ratings":
        return Ratings(
            block=_renumbered(self.block[keep]),
            unit=_renumbered(self.unit[keep]),
            annotator=_renumbered(self.annotator[keep]),
            category=self.category[keep],
            categories=self.categories,
        )


def ratings_of(answers: Iterable[GivenAnswer], categories: Sequence[str]) -> Ratings:
    """Return ``answers`` as codes.

    Of several answers by one annotator to one unit the first counts: a repeat is asked for to
    see whether a person stays with their answer, and a second vote would let one person agree
    with others twice.
    """
    first: dict[tuple[Hashable, str], GivenAnswer] = {}
    for answer in answers:
        first.setdefault((answer.unit, answer.annotator), answer)
    kept = list(first.values())
    unit = _codes(answer.unit for answer in kept)
    annotator = _codes(answer.annotator for answer in kept)
    order = np.lexsort((annotator, unit))
    return Ratings(
        block=_codes(answer.block for answer in kept)[order],
        unit=unit[order],
        annotator=annotator[order],
        category=np.array([answer.category for answer in kept], dtype=np.int64)[order],
        categories=tuple(categories),
    )


def _codes(names: Iterable[Hashable]) -> IntArray:
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(name, len(seen)) for name in names], dtype=np.int64)


def _renumbered(codes: IntArray) -> IntArray:
    return np.unique(codes, return_inverse=True)[1].reshape(-1).astype(np.int64)
