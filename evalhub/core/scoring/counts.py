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
from evalhub.core.scoring.encoding import encode_judgments

LEFT_LOST, TIED, LEFT_WON = 0, 1, 2
_OUTCOME_BITS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Hold judgments as counted cells, sorted by cluster, left, right and outcome.

    ``models`` and ``clusters`` are sorted names; ``cluster``, ``left`` and ``right`` index them;
    ``outcome`` is twice the score of the left side; ``n`` is the number of judgments in the cell.
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
        """Return the counts over all clusters, shape (3, models, models).

        ``table[outcome, left, right]`` is the number of judgments; memory is 24 bytes times the
        square of the number of models.
        """
        size = len(self.models)
        code = (self.outcome * size + self.left) * size + self.right
        total = np.bincount(code, weights=self.n, minlength=3 * size * size)
        return total.astype(np.int64).reshape(3, size, size)

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
        weights = np.concatenate([self.n, other.n])
        keys, inverse = np.unique(np.concatenate(parts), return_inverse=True)
        n = np.bincount(inverse, weights=weights, minlength=len(keys)).astype(np.int64)
        return _from_keys(keys, n, models=models, clusters=clusters)

    def _keys_in(self, models: Sequence[str], clusters: Sequence[str]) -> IntArray:
        model = _positions(self.models, models)
        cluster = _positions(self.clusters, clusters)
        return _keys(
            cluster[self.cluster],
            model[self.left],
            model[self.right],
            outcome=self.outcome,
            n_models=len(models),
        )


def count_judgments(judgments: pd.DataFrame, *, models: Sequence[str] = ()) -> Counts:
    """Count ``judgments`` by prompt, left, right and outcome.

    ``models`` names models that belong to the table even when nobody judged them. The columns and
    the errors are those of ``encode_judgments``. Time is that of reading the strings and of one
    sort of integers; nothing loops over judgments in Python.
    """
    encoded = encode_judgments(judgments)
    names = tuple(sorted({*encoded.models, *models}))
    position = _positions(encoded.models, names)
    keys = _keys(
        encoded.prompt,
        position[encoded.left],
        position[encoded.right],
        outcome=encoded.outcome,
        n_models=len(names),
    )
    keys, n = _tally(keys)
    return _from_keys(keys, n, models=names, clusters=encoded.prompts)


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
    cluster: IntArray, left: IntArray, right: IntArray, *, outcome: IntArray, n_models: int
) -> IntArray:
    """Pack each cell into one integer whose order is that of cluster, left, right, outcome."""
    bits = _model_bits(n_models)
    key = cluster << bits
    key |= left
    key <<= bits
    key |= right
    key <<= _OUTCOME_BITS
    key |= outcome
    return key


def _tally(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct keys, ascending, and how often each occurs."""
    # Sorting 32-bit integers takes less than half the time; most projects' keys fit.
    fits = keys.max(initial=0) <= np.iinfo(np.int32).max
    ordered = np.sort(keys.astype(np.int32) if fits else keys)
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[first].astype(np.int64), np.diff(first, append=len(ordered))


def _from_keys(
    keys: IntArray, n: IntArray, *, models: tuple[str, ...], clusters: tuple[str, ...]
) -> Counts:
    bits = _model_bits(len(models))
    mask = (1 << bits) - 1
    pair = keys >> _OUTCOME_BITS
    return Counts(
        models=models,
        clusters=clusters,
        cluster=pair >> (2 * bits),
        left=(pair >> bits) & mask,
        right=pair & mask,
        outcome=keys & ((1 << _OUTCOME_BITS) - 1),
        n=n,
    )
