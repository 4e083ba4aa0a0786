"""Condense judgments into counts, the only form in which scoring sees them.

A cell is one combination of cluster, left model, right model and outcome, with the number of
judgments that fell into it. Cells are integers and sorted, so neither the order of the judgments
nor the way they arrived can change a bit of what is computed from them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evalhub.core.deferred import Deferred
from evalhub.core.scoring.arrays import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    narrowest,
    slices,
)
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.counting.keys import KeyLayout, run_lengths
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, PLAIN, TIED
from evalhub.core.scoring.reading.encoding import Coded, EncodedJudgments, encode_judgments

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

# Up to so many codes a table with a place for each needs no sort, and 32 MB.
_MOST_PLACES = 2**22


class _Packed:
    """Unpack keys; each property does so anew."""

    __slots__ = ()
    keys: CodeArray
    layout: KeyLayout

    @property
    def cluster(self) -> IntArray:
        """Return the position of each cell's cluster."""
        return self.layout.cluster(self.keys)

    @property
    def left(self) -> IntArray:
        """Return the position of each cell's left model."""
        return self.layout.left(self.keys)

    @property
    def right(self) -> IntArray:
        """Return the position of each cell's right model."""
        return self.layout.right(self.keys)

    @property
    def outcome(self) -> IntArray:
        """Return the outcome of each cell."""
        return self.layout.outcome(self.keys)

    @property
    def comparison(self) -> IntArray:
        """Return each cell but for its cluster, as one number."""
        return self.layout.comparison(self.keys)


@dataclass(frozen=True, slots=True, eq=False)
class CountBlock(_Packed):
    """Hold some cells of ``Counts``, their keys and numbers widened to calculate with."""

    keys: IntArray
    n: IntArray
    layout: KeyLayout


@dataclass(frozen=True, slots=True, eq=False)
class Counts(_Packed):
    """Hold judgments as counted cells, sorted by cluster, left, right and outcome.

    ``models`` and ``clusters`` are sorted names. ``keys`` pack, one integer a cell, the positions
    of its cluster and its two models and its outcome, one of ``evalhub.core.scoring.outcomes``;
    ``weights`` are the numbers of judgments. Ten million judgments of a hundred models fall into
    as many cells, so they are kept packed and in types as narrow as they fit, and unpacked a
    block at a time (``blocks``). The properties unpack all of them.
    """

    models: tuple[str, ...]
    clusters: tuple[str, ...]
    keys: CodeArray
    weights: CodeArray
    layout: KeyLayout

    @classmethod
    def of(
        cls,
        models: Sequence[str],
        clusters: Sequence[str],
        *,
        cluster: IntArray,
        left: IntArray,
        right: IntArray,
        outcome: IntArray,
        n: IntArray,
    ) -> "Counts":
        """Pack cells that are sorted by cluster, left, right and outcome."""
        layout = KeyLayout.of(len(clusters), len(models), is_graded=True)
        keys = layout.packed(cluster, left, right, outcome).astype(layout.dtype)
        weights = n.astype(narrowest(int(n.max(initial=0))))
        return cls(tuple(models), tuple(clusters), keys, weights, layout)

    @property
    def n(self) -> IntArray:
        """Return the number of judgments in each cell."""
        return self.weights.astype(np.int64)

    @property
    def n_judgments(self) -> int:
        """Return how many judgments were counted."""
        return int(self.weights.sum(dtype=np.int64))

    def blocks(self) -> Iterator[CountBlock]:
        """Yield the cells in their order, a block at a time."""
        for rows in slices(len(self.keys)):
            keys, n = self.keys[rows].astype(np.int64), self.weights[rows].astype(np.int64)
            yield CountBlock(keys, n, self.layout)

    def table(self) -> IntArray:
        """Return the counts over all clusters and grades, shape (3, models, models).

        ``table[outcome, left, right]`` is the number of judgments; memory is 24 bytes times the
        square of the number of models.
        """
        size = len(self.models)
        total = np.zeros(3 * size * size, dtype=np.int64)
        for block in self.blocks():
            code = (PLAIN[block.outcome] * size + block.left) * size + block.right
            np.add.at(total, code, block.n)
        return total.reshape(3, size, size)

    def cells(self, *, is_graded: bool) -> Cells:
        """Return the counts over all clusters as cells sorted by left, right and outcome.

        Grades are kept where ``is_graded``; a model without graded thresholds has no use for them.
        """
        layout = self.layout
        counted = ((block.comparison, block.n) for block in self.blocks())
        codes, n = _summed(counted, n_codes=layout.n_comparisons)
        left, right, outcome = layout.left(codes), layout.right(codes), layout.outcome(codes)
        if not is_graded and (outcome > LEFT_WON).any():
            plain = layout.comparisons_of(left, right, PLAIN[outcome])
            codes, n = _summed(iter([(plain, n)]), n_codes=layout.n_comparisons)
            left, right, outcome = layout.left(codes), layout.right(codes), layout.outcome(codes)
        return Cells.plain(left, right, outcome, n)

    def within(self, models: Sequence[int]) -> "Counts":
        """Return the cells whose two models are both among ``models`` (ascending positions).

        Clusters without such a cell are dropped, so that the number of clusters is the number
        that bears on these models.
        """
        if len(models) == len(self.models):
            return self
        member = np.zeros(len(self.models), dtype=np.bool_)
        member[list(models)] = True
        keep: BoolArray = member[self.left] & member[self.right]
        position = np.cumsum(member) - 1
        cluster = self.cluster[keep]
        # Cells are sorted by cluster, so a change of value is a new cluster.
        is_first = np.diff(cluster, prepend=-1) > 0
        return Counts.of(
            tuple(self.models[i] for i in models),
            tuple(self.clusters[i] for i in cluster[is_first]),
            cluster=np.cumsum(is_first) - 1,
            left=position[self.left[keep]],
            right=position[self.right[keep]],
            outcome=self.outcome[keep],
            n=self.n[keep],
        )

    def add(self, judgments: pd.DataFrame) -> "Counts":
        """Return the counts with ``judgments`` added; the same as counting all of them at once."""
        return self.merge(count_judgments(judgments))

    def merge(self, other: "Counts") -> "Counts":
        """Return the counts of both; the order of the two does not matter."""
        models = tuple(sorted({*self.models, *other.models}))
        clusters = tuple(sorted({*self.clusters, *other.clusters}))
        layout = KeyLayout.of(len(clusters), len(models), is_graded=True)
        parts = [part._keys_in(models, clusters, layout) for part in (self, other)]  # noqa: SLF001 - own class
        keys, n = _tally(np.concatenate(parts), np.concatenate([self.n, other.n]))
        return _from_keys(keys, n, models=models, clusters=clusters, layout=layout)

    def _keys_in(
        self, models: Sequence[str], clusters: Sequence[str], layout: KeyLayout
    ) -> IntArray:
        model = _positions(self.models, models)
        cluster = _positions(self.clusters, clusters)
        return layout.packed(
            cluster[self.cluster], model[self.left], model[self.right], self.outcome
        )


def count_judgments(judgments: pd.DataFrame, *, models: Sequence[str] = ()) -> Counts:
    """Count ``judgments`` by prompt, left, right and outcome.

    ``models`` names models that belong to the table even when nobody judged them. The columns and
    the errors are those of ``fit``; without ``prompt_id`` all judgments share one cluster.
    """
    encoded = encode_judgments(judgments)
    return count_encoded(encoded, encoded.prompt, models=models)


def count_encoded(
    encoded: EncodedJudgments, clusters: Coded | None, *, models: Sequence[str] = ()
) -> Counts:
    """Count encoded judgments by the clusters given, or all as one where there are none.

    Time is that of one sort of integers; nothing loops over judgments in Python.
    """
    names = tuple(sorted({*encoded.models, *models}))
    if clusters is None:
        everything = ("",) if len(encoded.left) else ()
        clusters = Coded(everything, np.zeros(len(encoded.left), dtype=np.int8))
    is_graded = int(encoded.outcome.max(initial=0)) > LEFT_WON
    layout = KeyLayout.of(len(clusters.names), len(names), is_graded=is_graded)
    keys, n = _tally(_keys(encoded, clusters, names, layout), encoded.count)
    return _from_keys(keys, n, models=names, clusters=clusters.names, layout=layout)


def half_win_scores(table: IntArray) -> FloatArray:
    """Return S, shape (models, models): wins of the row model over the column model plus half ties.

    Sums of halves are exact in floating point, so S does not depend on who stood left.
    """
    ties = table[TIED] + table[TIED].T
    return np.asarray(table[LEFT_WON] + table[LEFT_LOST].T + ties / 2, dtype=np.float64)


def _positions(names: Sequence[str], sorted_names: Sequence[str]) -> IntArray:
    position = {name: i for i, name in enumerate(sorted_names)}
    return np.array([position[name] for name in names], dtype=np.int64)


def _keys(
    encoded: EncodedJudgments, clusters: Coded, names: Sequence[str], layout: KeyLayout
) -> CodeArray:
    """Pack each judgment into one integer, which takes 4 bytes in most projects and 8 in all."""
    position = _positions(encoded.models, names).astype(narrowest(len(names)))
    keys = np.empty(len(encoded.left), dtype=layout.dtype)
    for rows in slices(len(keys)):
        keys[rows] = layout.packed(
            clusters.codes[rows],
            position[encoded.left[rows]],
            position[encoded.right[rows]],
            encoded.outcome[rows],
        )
    return keys


def _tally(keys: CodeArray, counts: IntArray | None) -> tuple[CodeArray, CodeArray]:
    """Return the distinct keys, ascending, and how many judgments each has; never 0.

    Without ``counts`` each key is one judgment, and ``keys`` are sorted where they stand.
    """
    if counts is not None:
        distinct, inverse = np.unique(keys, return_inverse=True)
        total = np.bincount(inverse, weights=counts, minlength=len(distinct)).astype(np.int64)
        distinct, total = distinct[total > 0], total[total > 0]
        return distinct, total.astype(narrowest(int(total.max(initial=0))))
    keys.sort()
    is_first = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    return keys[is_first], run_lengths(is_first)


def _summed(
    coded: Iterator[tuple[IntArray, IntArray]], *, n_codes: int
) -> tuple[IntArray, IntArray]:
    """Return the distinct codes, ascending, and the sum of the numbers over each."""
    if n_codes <= _MOST_PLACES:
        total = np.zeros(n_codes, dtype=np.int64)
        for code, n in coded:
            np.add.at(total, code, n)
        codes = np.flatnonzero(total)
        return codes, total[codes]
    pieces = list(coded) or [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    code = np.concatenate([piece for piece, _ in pieces])
    n = np.concatenate([piece for _, piece in pieces])
    bits = int(n.max(initial=1)).bit_length()
    if n_codes.bit_length() + bits <= np.iinfo(np.int64).bits - 1:
        # Sorting the numbers along with their codes takes a third of the time of an argsort.
        code = np.sort((code << bits) | n)
        code, n = code >> bits, code & ((1 << bits) - 1)
    else:
        order = np.argsort(code)
        code, n = code[order], n[order]
    first = np.flatnonzero(np.diff(code, prepend=-1))
    return code[first], np.add.reduceat(n, first) if len(first) else n


def _from_keys(
    keys: CodeArray,
    n: CodeArray,
    *,
    models: tuple[str, ...],
    clusters: tuple[str, ...],
    layout: KeyLayout,
) -> Counts:
    is_used = np.zeros(len(clusters), dtype=np.bool_)
    for rows in slices(len(keys)):
        is_used[layout.cluster(keys[rows])] = True
    if is_used.all():
        return Counts(models, clusters, keys, n, layout)
    # A row that stands for no judgment leaves no cell; its cluster must not be counted either.
    found = Counts(models, clusters, keys, n, layout)
    return Counts.of(
        models,
        tuple(clusters[i] for i in np.flatnonzero(is_used)),
        cluster=(np.cumsum(is_used) - 1)[found.cluster],
        left=found.left,
        right=found.right,
        outcome=found.outcome,
        n=found.n,
    )
