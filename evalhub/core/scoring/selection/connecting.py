"""Connect models that no comparison links yet, before anything else is asked.

Strengths on two unconnected components have no common scale, and no gain between them is defined.
One ring through all components in random order is the least that leaves none at the end of a
single chain. Measured, a fuller start (two rings, a whole round robin) saves no judgments.
"""

import numpy as np
import scipy

from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.core.scoring.selection.lots import ModelPairs

_RING_FROM = 3
"""Two components make no ring: there and back would be the same pair twice."""


def component_labels(scores: FloatArray) -> IntArray:
    """Return a label for each model of ``scores`` (n, n); linked models share theirs."""
    _, labels = scipy.sparse.csgraph.connected_components(
        scipy.sparse.csr_array((scores > 0).astype(np.int8)), connection="weak"
    )
    return labels.astype(np.int64)


def random_ring(labels: IntArray, pairs: ModelPairs, *, rng: np.random.Generator) -> BoolArray:
    """Mark the pairs of one random ring through the components, shape (m,).

    Each step of the ring is one pair drawn from those between its two components. Where a step
    cannot be asked, drawn pairs that join what is still apart make up for it, so that everything
    that ``pairs`` can connect is connected. Nothing is marked when nothing is left to join.
    """
    is_marked = np.zeros(len(pairs), dtype=np.bool_)
    first, second = labels[pairs.first], labels[pairs.second]
    joins = first != second
    if not joins.any():
        return is_marked
    lot = rng.permutation(len(pairs))
    order = rng.permutation(np.unique(labels))
    steps = list(zip(order, np.roll(order, -1), strict=True))
    for a, b in steps if len(order) >= _RING_FROM else steps[:1]:
        is_step = ((first == a) & (second == b)) | ((first == b) & (second == a))
        found = lot[is_step[lot]]
        is_marked[found[:1]] = True
    return _completed(is_marked, first, second, candidates=lot[joins[lot]])


def _completed(
    is_marked: BoolArray, first: IntArray, second: IntArray, *, candidates: IntArray
) -> BoolArray:
    """Mark further candidates, in their order, while they join what is still apart."""
    group = {int(label): int(label) for label in np.unique(np.concatenate([first, second]))}
    marked = np.flatnonzero(is_marked)
    for pair in (*marked, *candidates):
        one, other = group[int(first[pair])], group[int(second[pair])]
        if one != other:
            is_marked[pair] = True
            group = {label: one if of == other else of for label, of in group.items()}
    return is_marked
