"""Condense judgments into counts, the only form in which scoring sees them.

A cell is one combination of cluster, left model, right model and outcome, with the number of
judgments that fell into it. Cells are integers and sorted, so neither the order of the judgments
nor the way they arrived can change a bit of what is computed from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, N_OUTCOMES, PLAIN, TIED
from evalhub.core.scoring.reading.encoding import Coded, EncodedJudgments, encode_judgments

# Nine outcomes need four bits of a key, three need two, and short keys sort in half the time.
_PLAIN_OUTCOMES = (LEFT_LOST, TIED, LEFT_WON)
_OUTCOME_BITS = 4
_PLAIN_BITS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Hold judgments as counted cells, sorted by cluster, left, right and outcome.

    ``models`` and ``clusters`` are sorted names; ``cluster``, ``left`` and ``right`` index them;
    ``outcome`` is one of ``evalhub.core.scoring.outcomes``; ``n`` is the number of judgments in
    the cell.
    """

    models: tuple[str, ...]
    clusters: tuple[str, ...]
    cluster: IntArray
    left: IntArray
    right: IntArray
    outcome: IntArray
    n: IntArray

    @property
    def n_judgments(self) -> int:
        """Return how many judgments were counted."""
        return int(self.n.sum())

    def table(self) -> IntArray:
        """Return the counts over all clusters and grades, shape (3, models, models).

        ``table[outcome, left, right]`` is the number of judgments; memory is 24 bytes times the
        square of the number of models.
        """
        size = len(self.models)
        code = (PLAIN[self.outcome] * size + self.left) * size + self.right
        total = np.bincount(code, weights=self.n, minlength=3 * size * size)
        return total.astype(np.int64).reshape(3, size, size)

    def cells(self, *, is_graded: bool) -> Cells:
        """Return the counts over all clusters as cells sorted by left, right and outcome.

        Grades are kept where ``is_graded``; a model without graded thresholds has no use for them.
        """
        size = len(self.models)
        outcome = self._outcomes(is_graded=is_graded)
        base = N_OUTCOMES if is_graded else len(_PLAIN_OUTCOMES)
        code = (self.left * size + self.right) * base + outcome
        codes, n = _summed(code, self.n, n_codes=size * size * base)
        pair, outcome = np.divmod(codes, base)
        left, right = np.divmod(pair, max(size, 1))
        return Cells.plain(left, right, outcome, n)

    def uncondensed(self, *, is_graded: bool) -> Cells:
        """Return the counts as cells in their own order, one for each entry of ``cluster``."""
        return Cells.plain(self.left, self.right, self._outcomes(is_graded=is_graded), self.n)

    def _outcomes(self, *, is_graded: bool) -> IntArray:
        has_grades = not is_graded and int(self.outcome.max(initial=0)) > LEFT_WON
        return PLAIN[self.outcome] if has_grades else self.outcome

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
        return Counts(
            models=tuple(self.models[i] for i in models),
            clusters=tuple(self.clusters[i] for i in cluster[is_first]),
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
        parts = [part._keys_in(models, clusters) for part in (self, other)]  # noqa: SLF001 - own class
        keys, n = _tally(np.concatenate(parts), np.concatenate([self.n, other.n]))
        return _from_keys(keys, n, models=models, clusters=clusters, bits=_OUTCOME_BITS)

    def _keys_in(self, models: Sequence[str], clusters: Sequence[str]) -> IntArray:
        model = _positions(self.models, models)
        cluster = _positions(self.clusters, clusters)
        sides = model[self.left], model[self.right]
        return _keys(
            cluster[self.cluster], *sides, self.outcome, n_models=len(models), bits=_OUTCOME_BITS
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
    position = _positions(encoded.models, names)
    if clusters is None:
        everything = ("",) if len(encoded.left) else ()
        clusters = Coded(everything, np.zeros(len(encoded.left), dtype=np.int64))
    is_graded = int(encoded.outcome.max(initial=0)) > LEFT_WON
    bits = _OUTCOME_BITS if is_graded else _PLAIN_BITS
    sides = position[encoded.left], position[encoded.right]
    keys = _keys(clusters.codes, *sides, encoded.outcome, n_models=len(names), bits=bits)
    keys, n = _tally(keys, encoded.count)
    return _from_keys(keys, n, models=names, clusters=clusters.names, bits=bits)


def half_win_scores(table: IntArray) -> FloatArray:
    """Return S, shape (models, models): wins of the row model over the column model plus half ties.

    Sums of halves are exact in floating point, so S does not depend on who stood left.
    """
    ties = table[TIED] + table[TIED].T
    return np.asarray(table[LEFT_WON] + table[LEFT_LOST].T + ties / 2, dtype=np.float64)


def _positions(names: Sequence[str], sorted_names: Sequence[str]) -> IntArray:
    position = {name: i for i, name in enumerate(sorted_names)}
    return np.array([position[name] for name in names], dtype=np.int64)


def _model_bits(n_models: int) -> int:
    return max(n_models - 1, 1).bit_length()


def _keys(
    cluster: IntArray,
    left: IntArray,
    right: IntArray,
    outcome: IntArray,
    *,
    n_models: int,
    bits: int,
) -> IntArray:
    """Pack each cell into one integer whose order is that of cluster, left, right, outcome."""
    model_bits = _model_bits(n_models)
    key = cluster << model_bits
    key |= left
    key <<= model_bits
    key |= right
    key <<= bits
    key |= outcome
    return key


def _tally(keys: IntArray, counts: IntArray | None) -> tuple[IntArray, IntArray]:
    """Return the distinct keys, ascending, and how many judgments each has; never 0."""
    if counts is not None:
        distinct, inverse = np.unique(keys, return_inverse=True)
        total = np.bincount(inverse, weights=counts, minlength=len(distinct)).astype(np.int64)
        return distinct[total > 0], total[total > 0]
    # Sorting 32-bit integers takes less than half the time; most projects' keys fit.
    fits = keys.max(initial=0) <= np.iinfo(np.int32).max
    ordered = np.sort(keys.astype(np.int32) if fits else keys)
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[first].astype(np.int64), np.diff(first, append=len(ordered))


def _summed(code: IntArray, n: IntArray, *, n_codes: int) -> tuple[IntArray, IntArray]:
    """Return the distinct codes, ascending, and the sum of ``n`` over each."""
    if n_codes <= max(4 * len(code), 2**16):
        # A table with a place for every code needs no sort.
        total = np.bincount(code, weights=n, minlength=n_codes)
        codes = np.flatnonzero(total)
        return codes, total[codes].astype(np.int64)
    order = np.argsort(code)
    first = np.flatnonzero(np.diff(code[order], prepend=-1))
    return code[order[first]], np.add.reduceat(n[order], first) if len(first) else n[:0]


def _from_keys(
    keys: IntArray, n: IntArray, *, models: tuple[str, ...], clusters: tuple[str, ...], bits: int
) -> Counts:
    model_bits = _model_bits(len(models))
    mask = (1 << model_bits) - 1
    pair = keys >> bits
    cluster = pair >> (2 * model_bits)
    is_used = np.bincount(cluster, minlength=len(clusters)) > 0
    if not is_used.all():
        # A row that stands for no judgment leaves no cell; its cluster must not be counted either.
        clusters = tuple(clusters[i] for i in np.flatnonzero(is_used))
        cluster = (np.cumsum(is_used) - 1)[cluster]
    return Counts(
        models=models,
        clusters=clusters,
        cluster=cluster,
        left=(pair >> model_bits) & mask,
        right=pair & mask,
        outcome=keys & ((1 << bits) - 1),
        n=n,
    )
