"""Keep the sums over judgments that do not depend on any estimate.

They are whole or half numbers, so adding a judgment and taking it back leaves no trace.
"""

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.incremental.cluster_cells import ClusterCells
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, PLAIN, SCORES, TIED
from evalhub.core.scoring.part import Tally

_FIRST_CAPACITY = 16


class Sums:
    """Count the judgments of n models: over all clusters by outcome, and by cluster.

    ``table`` (3, n, n) counts judgments by outcome, left and right. By cluster, with room for
    more of them than ``n_clusters``: ``seen`` (G, n) counts the judgments of each model,
    ``left_score`` and ``right_score`` (G, n) are the left side's scores by the left and by the
    right model, ``sides`` (G, 2) the wins and the losses of the left side.
    """

    def __init__(self, n_models: int) -> None:
        self.n_models = n_models
        self.table: IntArray = np.zeros((3, n_models, n_models), dtype=np.int64)
        self.cells = ClusterCells(n_models)
        self.codes: dict[str, int] = {}
        self.seen = np.zeros((_FIRST_CAPACITY, n_models))
        self.left_score = np.zeros((_FIRST_CAPACITY, n_models))
        self.right_score = np.zeros((_FIRST_CAPACITY, n_models))
        self.sides = np.zeros((_FIRST_CAPACITY, 2))

    @property
    def n_codes(self) -> int:
        """Return how many clusters were ever seen; some may have no judgment left."""
        return len(self.codes)

    def code(self, cluster: str) -> int:
        """Return the position of a cluster, a new one at the end."""
        found = self.codes.setdefault(cluster, len(self.codes))
        if found == len(self.seen):
            grown = 2 * found
            self.seen, self.left_score, self.right_score, self.sides = (
                _grown(one, grown)
                for one in (self.seen, self.left_score, self.right_score, self.sides)
            )
        return found

    def add(self, cluster: int, left: int, right: int, outcome: int, times: int) -> None:
        """Add ``times`` judgments of one kind, or take them back where negative."""
        self.table[outcome, left, right] += times
        self.cells.add(cluster, left, right, times)
        score = times * float(SCORES[outcome])
        self.left_score[cluster, left] += score
        self.right_score[cluster, right] += score
        self.seen[cluster, left] += times
        self.seen[cluster, right] += times
        if outcome != TIED:
            self.sides[cluster, int(outcome == LEFT_LOST)] += times

    def add_counts(self, counts: Counts, models: IntArray) -> None:
        """Add counts whose models stand at ``models`` here; grades are left out."""
        codes = np.array([self.code(name) for name in counts.clusters], dtype=np.int64)
        cluster = codes[counts.cluster] if len(codes) else counts.cluster
        left, right, plain = models[counts.left], models[counts.right], PLAIN[counts.outcome]
        np.add.at(self.table, (plain, left, right), counts.n)
        self.cells.add_all(cluster, left, right, counts.n)
        n, score = counts.n.astype(np.float64), counts.n * SCORES[plain]
        self.left_score += self._by_model(cluster, left, score)
        self.right_score += self._by_model(cluster, right, score)
        self.seen += self._by_model(cluster, left, n) + self._by_model(cluster, right, n)
        for column, side in enumerate((LEFT_WON, LEFT_LOST)):
            won = np.where(plain == side, n, 0.0)
            self.sides[:, column] += np.bincount(cluster, won, len(self.sides))

    def _by_model(self, cluster: IntArray, model: IntArray, values: FloatArray) -> FloatArray:
        shape = self.seen.shape
        total = np.bincount(cluster * self.n_models + model, values, shape[0] * shape[1])
        return np.asarray(total.reshape(shape), dtype=np.float64)

    def tally(self, models: IntArray) -> Tally:
        """Return the wins, ties and losses of ``models``, who met nobody else."""
        lost, tied, won = (self.table[kind] for kind in (LEFT_LOST, TIED, LEFT_WON))
        return Tally(
            wins=(won.sum(axis=1) + lost.sum(axis=0))[models],
            ties=(tied.sum(axis=1) + tied.sum(axis=0))[models],
            losses=(lost.sum(axis=1) + won.sum(axis=0))[models],
        )

    def shown(self) -> FloatArray:
        """Return N (n, n): how often each ordered pair was judged."""
        return np.asarray(self.table.sum(axis=0), dtype=np.float64)

    def scores(self) -> FloatArray:
        """Return Y (n, n): the left side's score over the judgments of each ordered pair."""
        return np.asarray(self.table[LEFT_WON] + self.table[TIED] / 2, dtype=np.float64)

    def n_clusters(self, models: IntArray) -> int:
        """Return how many clusters judged any of ``models``."""
        seen = self.seen if len(models) == self.n_models else self.seen[:, models]
        return int(np.count_nonzero(seen.any(axis=1)))


def _grown(values: FloatArray, n_rows: int) -> FloatArray:
    grown = np.zeros((n_rows, values.shape[1]))
    grown[: len(values)] = values
    return grown
