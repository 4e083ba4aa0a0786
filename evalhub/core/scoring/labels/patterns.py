"""Find the pairs that were judged alike, so that each likelihood is computed once for all of them.

Under one prior for all, two pairs with the same judgments by the same people have the same
posterior. With one judgment a pair there are as many patterns as cells, some hundreds, however
many million pairs there are; with several by many people nearly each pair is its own.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.labels.judgments import JudgmentTable


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Hold Q distinct rows of counts, shape (Q, U), and how many pairs have each.

    ``of_pair`` has one entry a pair: its pattern.
    """

    counts: "scipy.sparse.csr_array"
    n_pairs: FloatArray
    of_pair: IntArray


def find_patterns(table: JudgmentTable) -> Patterns:
    """Return the patterns in the order of the first pair that has each.

    In that order the sums of a fit run as they would over the pairs, where all of them differ.
    """
    counts = table.by_pair
    first, of_pair = _grouped(counts)
    order = np.argsort(first, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    of_pair = place[of_pair]
    return Patterns(
        counts=counts[first[order]],
        n_pairs=np.bincount(of_pair, minlength=len(order)).astype(np.float64),
        of_pair=of_pair,
    )


def _grouped(counts: "scipy.sparse.csr_array") -> tuple[IntArray, IntArray]:
    """Return the first pair of each pattern, and the pattern of each pair, in any order."""
    lengths = np.diff(counts.indptr)
    of_pair = np.empty(len(lengths), dtype=np.int64)
    firsts = [np.empty(0, dtype=np.int64)]
    n_found = 0
    # Rows of one length together: they are then a matrix, whose equal rows a sort finds.
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        entries = counts.indptr[rows][:, np.newaxis] + np.arange(length)
        keys = np.concatenate([counts.indices[entries], counts.data[entries].astype(np.int64)], 1)
        first, group = _equal_rows(keys)
        of_pair[rows] = n_found + group
        firsts.append(rows[first])
        n_found += len(first)
    return np.concatenate(firsts), of_pair


def _equal_rows(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Return the first of each kind of row, and the kind of each row."""
    if keys.shape[1] == 0:
        return np.zeros(1, dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
    order = np.lexsort(keys.T)
    is_new = np.ones(len(order), np.bool_)
    is_new[1:] = (keys[order[1:]] != keys[order[:-1]]).any(axis=1)
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(is_new) - 1
    # The sort is stable, so the first of a kind is the one that came first.
    return order[is_new], group
