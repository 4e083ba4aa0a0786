"""Pack a cell of counted judgments into one integer, and find runs of equal ones."""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import BoolArray, CodeArray, IntArray, slices

# Nine outcomes need four bits of a key, three need two, and short keys sort in half the time.
_OUTCOME_BITS = 4
_PLAIN_BITS = 2
_SHORT_BITS = 31


@dataclass(frozen=True, slots=True)
class KeyLayout:
    """Say which bits of a key hold what: cluster, left, right, outcome, from the highest down.

    The order of keys is then that of these four.
    """

    cluster_bits: int
    model_bits: int
    outcome_bits: int

    @classmethod
    def of(cls, n_clusters: int, n_models: int, *, is_graded: bool) -> "KeyLayout":
        """Return the layout for so many clusters and models."""
        cluster_bits, model_bits = (max(n - 1, 1).bit_length() for n in (n_clusters, n_models))
        return cls(cluster_bits, model_bits, _OUTCOME_BITS if is_graded else _PLAIN_BITS)

    @property
    def is_graded(self) -> bool:
        """Tell whether the outcomes may have grades."""
        return self.outcome_bits == _OUTCOME_BITS

    @property
    def dtype(self) -> np.dtype[np.signedinteger]:
        """Return the type of keys: 32 bits sort in less than half the time of 64."""
        n_bits = self.cluster_bits + 2 * self.model_bits + self.outcome_bits
        return np.dtype(np.int32 if n_bits <= _SHORT_BITS else np.int64)

    def packed(
        self, cluster: CodeArray, left: CodeArray, right: CodeArray, outcome: CodeArray
    ) -> IntArray:
        """Return the keys of cells."""
        key = cluster.astype(np.int64) << self.model_bits
        key |= left
        key <<= self.model_bits
        key |= right
        key <<= self.outcome_bits
        key |= outcome
        return key

    def cluster(self, keys: CodeArray) -> IntArray:
        """Return the cluster of each key."""
        return _wide(keys >> (2 * self.model_bits + self.outcome_bits))

    def left(self, keys: CodeArray) -> IntArray:
        """Return the left model of each key."""
        return self._model(keys >> (self.model_bits + self.outcome_bits))

    def right(self, keys: CodeArray) -> IntArray:
        """Return the right model of each key."""
        return self._model(keys >> self.outcome_bits)

    def outcome(self, keys: CodeArray) -> IntArray:
        """Return the outcome of each key."""
        return _wide(keys & ((1 << self.outcome_bits) - 1))

    def comparisons_of(self, left: CodeArray, right: CodeArray, outcome: CodeArray) -> IntArray:
        """Return cells without their cluster as numbers, as ``comparison`` gives them."""
        return self.packed(np.zeros_like(left), left, right, outcome)

    def comparison(self, keys: CodeArray) -> IntArray:
        """Return the left model, right model and outcome of each key as one number.

        It is the key without its cluster, below ``n_comparisons``.
        """
        return _wide(keys & (self.n_comparisons - 1))

    @property
    def n_comparisons(self) -> int:
        """Return how many numbers ``comparison`` may give."""
        return 1 << (2 * self.model_bits + self.outcome_bits)

    def _model(self, shifted: CodeArray) -> IntArray:
        return _wide(shifted & ((1 << self.model_bits) - 1))


def _wide(codes: CodeArray) -> IntArray:
    # What is 64 bits wide already, as the keys of a block are, need not be copied.
    return codes.astype(np.int64, copy=False)


def run_lengths(is_first: BoolArray) -> CodeArray:
    """Return the length of each run, given where runs start; the first entry starts one."""
    lengths = np.empty(np.count_nonzero(is_first), dtype=np.int32)
    n_done, start = 0, 0
    for rows in slices(len(is_first)):
        starts = np.flatnonzero(is_first[rows]) + rows.start
        # The first run of all starts at 0, which ends no other.
        ends = starts if rows.start else starts[1:]
        lengths[n_done : n_done + len(ends)] = np.diff(ends, prepend=start)
        n_done, start = n_done + len(ends), int(ends[-1]) if len(ends) else start
    lengths[n_done:] = len(is_first) - start
    return lengths
