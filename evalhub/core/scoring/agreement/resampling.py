"""Draw pairs again to give a statistic of agreement its interval.

Whole pairs are drawn with replacement, as many as there are, and the statistic is computed anew;
the 2.5 and 97.5 per cent points of the values are the interval. Pairs with equal sums are one kind,
so a draw is one multinomial over kinds, however many pairs there are. The generator starts from a
fixed seed and kinds are sorted: the same judgments give the same interval in any order.

Source: Efron and Tibshirani 1993, An introduction to the bootstrap, chapter 13.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, issparse

from evalhub.core.scoring.agreement.coefficient import Quotient, Sums, divide
from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.results import Interval

MIN_PAIRS = 10
N_RESAMPLES = 2_000
FEWEST_RESAMPLES = 400
TAIL = 0.025
MAX_WITHOUT_VALUE = 0.05

# Draws times kinds held at once; 2,000,000 are 32 MB of counts and of their products.
_CELLS_AT_ONCE = 2_000_000
# Draws times kinds altogether, about a second; past it there are fewer draws, and it is said.
_CELLS = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """Hold the distinct sums of pairs, sorted, and how many pairs have each."""

    sums: Sums
    n: IntArray

    @property
    def n_pairs(self) -> int:
        """Return how many pairs there are."""
        return int(self.n.sum())

    def totals(self) -> FloatArray:
        """Return the sums over all pairs."""
        return np.asarray(self.n @ self.sums, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Resampled:
    """Hold an interval, or the reason for its absence; ``method`` says how it was made."""

    interval: Interval | None
    reason: str | None
    method: str


def kinds_of(sums: FloatArray) -> Kinds:
    """Return the distinct rows of ``sums``, shape (pairs, sums), with their numbers."""
    rows, n = np.unique(sums, axis=0, return_counts=True)
    return Kinds(rows, n.astype(np.int64))


def sparse_kinds(sums: csr_array) -> Kinds:
    """Return every row as a kind of its own; rows with mostly zeros are seldom equal."""
    return Kinds(sums, np.ones(sums.shape[0], dtype=np.int64))


def resample(
    quotient: Quotient, kinds: Kinds, *, n_shared: int, seed: int = 0, max_cells: int = _CELLS
) -> Resampled:
    """Return the percentile interval of ``quotient`` over ``kinds``.

    ``n_shared`` is how many of the pairs have two answers or more. There is none with fewer than
    10 of those, none where more than 5 % of the draws leave the statistic without a value (the
    rest would be a chosen few), and none where all draws agree: an interval of width 0 would
    claim certainty that nobody has. ``max_cells`` bounds draws times kinds, and so the time.
    """
    n_resamples = max(FEWEST_RESAMPLES, min(N_RESAMPLES, max_cells // max(len(kinds.n), 1)))
    method = f"95 % percentile interval of {n_resamples:,} resamples of pairs"
    if n_shared < MIN_PAIRS:
        rule = f"an interval needs at least {MIN_PAIRS}"
        return Resampled(None, f"Pairs with two answers or more: {n_shared}; {rule}.", method)
    values = np.concatenate(list(_values(quotient, kinds, n_resamples=n_resamples, seed=seed)))
    if len(values) < (1 - MAX_WITHOUT_VALUE) * n_resamples:
        reason = "Too many resamples of the pairs leave the statistic without a value."
        return Resampled(None, reason, method)
    low, high = (float(end) for end in np.quantile(values, [TAIL, 1 - TAIL]))
    if not low < high:
        return Resampled(None, "The resamples of the pairs do not differ.", method)
    return Resampled(Interval(low, high), None, method)


def _values(
    quotient: Quotient, kinds: Kinds, *, n_resamples: int, seed: int
) -> Iterator[FloatArray]:
    """Yield the values of the draws that have one, some draws at a time."""
    rng = np.random.default_rng(seed)
    width = max(len(kinds.n), kinds.sums.shape[1], 1)
    at_once = max(_CELLS_AT_ONCE // width, 1)
    for start in range(0, n_resamples, at_once):
        size = min(at_once, n_resamples - start)
        draws = rng.multinomial(kinds.n_pairs, kinds.n / kinds.n_pairs, size=size)
        totals = draws @ kinds.sums
        ratio = divide(*quotient.ratio(np.asarray(totals, dtype=np.float64)))
        yield ratio.value[ratio.exists]


def per_block(sums: Sums, block_of_unit: IntArray) -> Kinds:
    """Add the sums of the units of each block up and return the kinds of blocks."""
    n_blocks = int(block_of_unit.max(initial=-1)) + 1
    ones = np.ones(len(block_of_unit))
    ends = (block_of_unit, np.arange(len(block_of_unit)))
    gather = csr_array((ones, ends), shape=(n_blocks, len(block_of_unit)))
    added = gather @ sums
    return sparse_kinds(csr_array(added)) if issparse(added) else kinds_of(np.asarray(added))
