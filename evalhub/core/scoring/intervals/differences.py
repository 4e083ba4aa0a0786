"""Give the differences between models their own intervals.

Whether the intervals of two strengths overlap does not decide which model is better: the two
estimates move together. With V their covariance, se^2 = V_ii + V_jj - 2 V_ij.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np

from evalhub.core.scoring.intervals.covariance import ClusteredCovariance
from evalhub.core.scoring.intervals.ranks import error_floor
from evalhub.core.scoring.results import BoardRow, Difference, Interval

MAX_PAIRWISE = 30
"""Boards of up to so many models give every pair (435); larger ones the neighbours in order."""


def model_differences(
    rows: Sequence[BoardRow],
    names: Sequence[str],
    spread: ClusteredCovariance,
    *,
    level: float,
    joint_quantile: float,
) -> tuple[Difference, ...]:
    """Return the differences of ``rows``, ordered from the top, the stronger model first.

    ``names`` are those of the covariance, in its order; ``joint_quantile`` is the one that holds
    for all pairs at once. A pair whose difference has no variance above rounding is left out.
    """
    position = {name: i for i, name in enumerate(names)}
    quantile, floor = spread.quantile(level), error_floor(spread)
    pairs = list(_pairs([row for row in rows if row.interval is not None]))
    i, j = (np.array([position[pair[k].model] for pair in pairs], dtype=np.int64) for k in (0, 1))
    variance = np.diag(spread.covariance)
    squared = variance[i] + variance[j] - 2 * spread.covariance[i, j]
    errors = np.sqrt(np.maximum(squared, 0)).tolist()
    found = []
    for (first, second), se in zip(pairs, errors, strict=True):
        if se > floor and first.strength is not None and second.strength is not None:
            gap = first.strength - second.strength
            interval = Interval(gap - quantile * se, gap + quantile * se)
            is_certain = abs(gap) > joint_quantile * se
            found.append(Difference(first.model, second.model, gap, se, interval, is_certain))
    return tuple(found)


def _pairs(rows: Sequence[BoardRow]) -> Iterator[tuple[BoardRow, BoardRow]]:
    return combinations(rows, 2) if len(rows) <= MAX_PAIRWISE else pairwise(rows)
