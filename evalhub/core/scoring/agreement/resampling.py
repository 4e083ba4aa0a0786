"""Draw pairs again to give a statistic of agreement its interval.

Whole pairs are drawn with replacement, as many as there are, and the statistic is computed anew;
the 2.5 and 97.5 per cent points of the values are the interval. Pairs with equal sums are one kind,
so a draw is one multinomial over kinds, however many pairs there are; where hardly any are equal,
drawing each pair costs a quarter of that. Where more than 5,000 kinds
remain, pairs are shuffled into 5,000 bundles of one size, and bundles are drawn: a statistic
depends on sums only, and the sum of a random bundle varies as much as its pairs do together. The
generator starts from a fixed seed: the same judgments give the same interval.

Source: Efron and Tibshirani 1993, An introduction to the bootstrap, chapter 13.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.agreement.coefficient import Quotient, Sums, divide
from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.results import Interval

MIN_PAIRS = 10
N_RESAMPLES = 2_000
MAX_KINDS = 5_000
TAIL = 0.025
MAX_WITHOUT_VALUE = 0.05

# With fewer pairs a kind than this, drawing pairs one by one is the faster way.
_PAIRS_PER_KIND = 4
# Draws times kinds, or times sums, held at once: 2,000,000 are 16 MB of counts and as much again.
_CELLS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """Hold distinct sums, and how many pairs (or bundles of pairs) have each."""

    sums: Sums
    n: IntArray
    is_bundled: bool = False

    @property
    def n_drawn(self) -> int:
        """Return how many are drawn each time: the pairs, or their bundles."""
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


def kinds_of(sums: FloatArray, *, most: int = MAX_KINDS) -> Kinds:
    """Return the distinct rows of ``sums``, shape (pairs, sums), with their numbers.

    They are sorted, so the order of the pairs does not matter. More than ``most`` are bundled.
    """
    rows, n = np.unique(sums, axis=0, return_counts=True)
    if len(n) <= most:
        return Kinds(rows, n.astype(np.int64))
    return _bundled(np.repeat(rows, n, axis=0), most)


def sparse_kinds(sums: "scipy.sparse.csr_array", *, most: int = MAX_KINDS) -> Kinds:
    """Return every row as a kind of its own, bundled where they are more than ``most``.

    Rows with mostly zeros are seldom equal, so looking for equal ones would not pay.
    """
    n_pairs = sums.shape[0]
    if n_pairs <= most:
        return Kinds(sums, np.ones(n_pairs, dtype=np.int64))
    return _bundled(sums, most)


def _bundled(rows: Sums, n_bundles: int) -> Kinds:
    """Add shuffled rows up in bundles.

    Unshuffled, equal rows of a sorted table would be dealt out evenly: the bundles would be alike
    and the interval too narrow.
    """
    n_pairs = rows.shape[0]
    bundle = np.empty(n_pairs, dtype=np.int64)
    bundle[np.random.default_rng(0).permutation(n_pairs)] = np.arange(n_pairs) % n_bundles
    added = _adder(bundle) @ rows
    return Kinds(added, np.ones(n_bundles, dtype=np.int64), is_bundled=True)


def _adder(group: IntArray) -> "scipy.sparse.csr_array":
    """Return the matrix that adds up the rows of each group."""
    n_groups = int(group.max(initial=-1)) + 1
    ends = (group, np.arange(len(group)))
    return scipy.sparse.csr_array((np.ones(len(group)), ends), shape=(n_groups, len(group)))


def resample(quotient: Quotient, kinds: Kinds, *, n_shared: int, seed: int = 0) -> Resampled:
    """Return the percentile interval of ``quotient`` over ``kinds``.

    ``n_shared`` is how many of the pairs have two answers or more. There is none with fewer than
    10 of those, none where more than 5 % of the draws leave the statistic without a value (the
    rest would be a chosen few), and none where all draws agree: an interval of width 0 would
    claim certainty that nobody has.
    """
    bundles = f" in {kinds.n_drawn:,} bundles" if kinds.is_bundled else ""
    method = f"95 % percentile interval of {N_RESAMPLES:,} resamples of pairs{bundles}"
    if n_shared < MIN_PAIRS:
        rule = f"an interval needs at least {MIN_PAIRS}"
        return Resampled(None, f"Pairs with two answers or more: {n_shared}; {rule}.", method)
    values = np.concatenate(list(_values(quotient, kinds, seed=seed)))
    if len(values) < (1 - MAX_WITHOUT_VALUE) * N_RESAMPLES:
        reason = "Too many resamples of the pairs leave the statistic without a value."
        return Resampled(None, reason, method)
    low, high = (float(end) for end in np.quantile(values, [TAIL, 1 - TAIL]))
    if not low < high:
        return Resampled(None, "The resamples of the pairs do not differ.", method)
    return Resampled(Interval(low, high), None, method)


def _values(quotient: Quotient, kinds: Kinds, *, seed: int) -> Iterator[FloatArray]:
    """Yield the values of the draws that have one, some draws at a time."""
    rng = np.random.default_rng(seed)
    wide = kinds.n_drawn if _is_drawn_by_pair(kinds) else 1
    at_once = max(_CELLS_AT_ONCE // max(*kinds.sums.shape, wide), 1)
    for start in range(0, N_RESAMPLES, at_once):
        draws = _drawn(kinds, rng, size=min(at_once, N_RESAMPLES - start))
        # Written this way round a table that is mostly zeros takes the draws as they lie in memory.
        totals = (kinds.sums.T @ draws).T
        ratio = divide(*quotient.ratio(np.ascontiguousarray(totals)))
        yield ratio.value[ratio.exists]


def _is_drawn_by_pair(kinds: Kinds) -> bool:
    return kinds.n_drawn <= _PAIRS_PER_KIND * len(kinds.n)


def _drawn(kinds: Kinds, rng: np.random.Generator, *, size: int) -> FloatArray:
    """Return how often each kind comes in each of ``size`` draws, shape (kinds, size)."""
    n, n_kinds = kinds.n_drawn, len(kinds.n)
    if not _is_drawn_by_pair(kinds):
        return np.ascontiguousarray(rng.multinomial(n, kinds.n / n, size=size).T, dtype=np.float64)
    places = np.repeat(np.arange(n_kinds) * size, kinds.n)[rng.integers(0, n, size=(size, n))]
    places += np.arange(size)[:, np.newaxis]
    counts = np.bincount(places.ravel(), minlength=n_kinds * size)
    return counts.reshape(n_kinds, size).astype(np.float64)


def per_block(sums: Sums, block_of_unit: IntArray) -> Kinds:
    """Add the sums of the units of each block up and return the kinds of blocks."""
    added = _adder(block_of_unit) @ sums
    return (
        sparse_kinds(scipy.sparse.csr_array(added))
        if scipy.sparse.issparse(added)
        else kinds_of(np.asarray(added))
    )
