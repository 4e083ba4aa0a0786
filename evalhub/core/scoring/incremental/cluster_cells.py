"""Keep how often each cluster showed each ordered pair: all that its scores need to be redone.

A key packs cluster, left and right into one integer. Known keys stand in a sorted array, where a
judgment more is one look-up; new ones wait in a dictionary until the next pass over the cells,
so that no judgment moves an array.
"""

from collections.abc import Iterator

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray

# A block of cells and its sums fit the cache; without blocks memory would grow with the cells.
BLOCK = 2**16


class ClusterCells:
    """Count judgments by cluster, left and right, for models and clusters given as positions."""

    def __init__(self, n_models: int, *, block: int = BLOCK) -> None:
        self._block = block
        self.bits = max(n_models - 1, 1).bit_length()
        self._keys = np.zeros(0, dtype=np.int64)
        self._n = np.zeros(0, dtype=np.int64)
        self._waiting: dict[int, int] = {}

    def __len__(self) -> int:
        self._settle()
        # A known cell whose judgments were all taken back stays, empty, until the next merge.
        return int(np.count_nonzero(self._n))

    def add(self, cluster: int, left: int, right: int, times: int) -> None:
        """Add ``times`` judgments to a cell, or take them back where negative."""
        key = (((cluster << self.bits) | left) << self.bits) | right
        at = int(self._keys.searchsorted(key))
        if at < len(self._keys) and self._keys[at] == key:
            self._n[at] += times
        else:
            self._waiting[key] = self._waiting.get(key, 0) + times

    def add_all(self, cluster: IntArray, left: IntArray, right: IntArray, n: IntArray) -> None:
        """Add ``n`` judgments to each of many cells."""
        keys = (((cluster << self.bits) | left) << self.bits) | right
        self._merge(keys, n)

    def expected(self, chance: FloatArray, n_clusters: int) -> tuple[FloatArray, FloatArray]:
        """Return the expected scores of the left and of the right side, (clusters, models) each.

        ``chance`` (models, models) is the expected score of the left side of one judgment of
        each ordered pair; the first result sums it by the left model, the second by the right.
        This is the one pass over cells; their number is bounded by clusters times pairs.
        """
        width = 1 << self.bits
        n = len(chance)
        table = np.zeros((width, width))
        table[:n, :n] = chance
        by_pair = table.ravel()
        left, right = np.zeros(n_clusters * width), np.zeros(n_clusters * width)
        for keys, counts in self._blocks():
            values = counts * by_pair[keys & (width * width - 1)]
            # Keys are sorted by cluster, so a block touches few clusters and sums stay short.
            first = int(keys[0] >> (2 * self.bits)) << self.bits
            by_left = (keys >> self.bits) - first
            by_right = ((keys >> (2 * self.bits)) << self.bits) + (keys & (width - 1)) - first
            for sums, rows in ((left, by_left), (right, by_right)):
                found = np.bincount(rows, values)
                sums[first : first + len(found)] += found
        shape = (n_clusters, width)
        return left.reshape(shape)[:, :n], right.reshape(shape)[:, :n]

    def _blocks(self) -> Iterator[tuple[IntArray, IntArray]]:
        self._settle()
        for start in range(0, len(self._keys), self._block):
            end = start + self._block
            yield self._keys[start:end], self._n[start:end]

    def _settle(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            self._merge(
                np.fromiter(waiting.keys(), np.int64, len(waiting)),
                np.fromiter(waiting.values(), np.int64, len(waiting)),
            )

    def _merge(self, keys: IntArray, n: IntArray) -> None:
        joined, counts = np.concatenate([self._keys, keys]), np.concatenate([self._n, n])
        # A stable sort knows runs that are in order already, and most of this is one.
        order = np.argsort(joined, kind="stable")
        joined = joined[order]
        first = np.flatnonzero(np.diff(joined, prepend=-1))
        total = np.add.reduceat(counts[order], first) if len(first) else counts
        self._keys, self._n = joined[first][total != 0], total[total != 0]
