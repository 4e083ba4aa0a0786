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

    def take_from(self, scores: FloatArray, table: FloatArray, place: IntArray) -> None:
        """Take what is expected from ``scores`` (clusters, columns), in place.

        ``table`` (models, models) is the expected score of the left side of one judgment of each
        ordered pair: the column of the left model loses it, that of the right model gets it.
        ``place`` (models) is the column of each model, any for one whose entries are 0. This is a
        pass over all cells; their number is bounded by clusters times pairs.
        """
        # A new array of this size is handed out by the system page by page, which takes longer
        # than the pass itself; so everything is added into the one that is there.
        flat, n_columns = scores.reshape(-1), scores.shape[1]
        for cluster, left, right, values in self._valued(table):
            row = cluster * n_columns
            np.subtract.at(flat, row + place[left], values)
            np.add.at(flat, row + place[right], values)

    def sums(self, table: FloatArray, n_clusters: int) -> FloatArray:
        """Return the sum of ``table`` over the judgments of each cluster, in one pass."""
        total = np.zeros(n_clusters)
        for cluster, _, _, values in self._valued(table):
            np.add.at(total, cluster, values)
        return total

    @property
    def n_kept(self) -> int:
        """Return how many cells a pass goes over; some of them may be empty."""
        return len(self._keys) + len(self._waiting)

    def _valued(
        self, table: FloatArray
    ) -> Iterator[tuple[IntArray, IntArray, IntArray, FloatArray]]:
        """Yield cluster, left and right of each cell, and what ``table`` gives its judgments."""
        by_pair, n, mask = table.ravel(), len(table), (1 << self.bits) - 1
        for keys, counts in self._blocks():
            left, right = (keys >> self.bits) & mask, keys & mask
            yield keys >> (2 * self.bits), left, right, counts * by_pair[left * n + right]

    def _blocks(self) -> Iterator[tuple[IntArray, IntArray]]:
        self._settle()
        for start in range(0, len(self._keys), self._block):
            end = start + self._block
            yield self._keys[start:end], self._n[start:end]

    def _settle(self) -> None:
        if self._waiting:
            new = sorted(key for key, n in self._waiting.items() if n)
            counts = [self._waiting[key] for key in new]
            self._waiting = {}
            # They are few and known to be new, so they are let in where they belong; to sort all
            # cells for one judgment more took a twentieth of a refresh.
            at = np.searchsorted(self._keys, np.array(new, dtype=np.int64))
            self._keys = np.insert(self._keys, at, new)
            self._n = np.insert(self._n, at, counts)

    def _merge(self, keys: IntArray, n: IntArray) -> None:
        joined, counts = np.concatenate([self._keys, keys]), np.concatenate([self._n, n])
        # A stable sort knows runs that are in order already, and most of this is one.
        order = np.argsort(joined, kind="stable")
        joined = joined[order]
        first = np.flatnonzero(np.diff(joined, prepend=-1))
        total = np.add.reduceat(counts[order], first) if len(first) else counts
        self._keys, self._n = joined[first][total != 0], total[total != 0]
