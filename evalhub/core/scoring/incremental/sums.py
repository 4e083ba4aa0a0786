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
FEW_CELLS = 2**16
"""A pass over so many cells for one number a cluster takes less than to keep those numbers."""


class Sums:
    """Count the judgments of n models: over all clusters by outcome, and by cluster.

    ``table`` (3, n, n) counts judgments by outcome, left and right. By cluster, with room for
    more of them than ``n_clusters``: ``seen`` (G, n) counts the judgments of each model,
    ``left_score`` (G, n) is the left side's score by the left model, ``net_score`` (G, n) the
    same less the left side's score by the right model, ``sides`` (G, 2) the wins and the losses
    of the left side. ``clusters_by_model`` (n) counts the clusters that judged each model.
    """

    def __init__(self, n_models: int, *, few_cells: int = FEW_CELLS) -> None:
        self.n_models = n_models
        self._few_cells = few_cells
        self.table: IntArray = np.zeros((3, n_models, n_models), dtype=np.int64)
        self.cells = ClusterCells(n_models)
        self.codes: dict[str, int] = {}
        self.seen = np.zeros((_FIRST_CAPACITY, n_models))
        self.clusters_by_model: IntArray = np.zeros(n_models, dtype=np.int64)
        self.left_score = np.zeros((_FIRST_CAPACITY, n_models))
        self.net_score = np.zeros((_FIRST_CAPACITY, n_models))
        self.sides = np.zeros((_FIRST_CAPACITY, 2))
        self._n_in_cluster = np.zeros(_FIRST_CAPACITY)

    @property
    def n_codes(self) -> int:
        """Return how many clusters were ever seen; some may have no judgment left."""
        return len(self.codes)

    @property
    def has_few_cells(self) -> bool:
        """Tell whether a pass over the cells costs less than what it would save to keep."""
        return self.cells.n_kept <= self._few_cells

    def code(self, cluster: str) -> int:
        """Return the position of a cluster, a new one at the end."""
        found = self.codes.setdefault(cluster, len(self.codes))
        if found == len(self.seen):
            grown = 2 * found
            self._n_in_cluster = np.append(self._n_in_cluster, np.zeros(found))
            self.seen, self.left_score, self.net_score, self.sides = (
                _grown(one, grown)
                for one in (self.seen, self.left_score, self.net_score, self.sides)
            )
        return found

    def add(self, cluster: int, left: int, right: int, outcome: int, times: int) -> None:
        """Add ``times`` judgments of one kind, or take them back where negative."""
        self.table[outcome, left, right] += times
        self.cells.add(cluster, left, right, times)
        score = times * float(SCORES[outcome])
        self.left_score[cluster, left] += score
        self.net_score[cluster, left] += score
        self.net_score[cluster, right] -= score
        for model in (left, right):
            before = self.seen[cluster, model]
            self.seen[cluster, model] = before + times
            self.clusters_by_model[model] += int(before + times > 0) - int(before > 0)
        self._n_in_cluster[cluster] += times
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
        by_left = self._by_model(cluster, left, score)
        self.left_score += by_left
        self.net_score += by_left - self._by_model(cluster, right, score)
        self.seen += self._by_model(cluster, left, n) + self._by_model(cluster, right, n)
        self.clusters_by_model = np.count_nonzero(self.seen, axis=0).astype(np.int64)
        self._n_in_cluster += np.bincount(cluster, n, len(self.seen))
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
        if len(models) == self.n_models:
            return int(np.count_nonzero(self._n_in_cluster))
        return int(np.count_nonzero(self.seen[:, models].any(axis=1)))


def _grown(values: FloatArray, n_rows: int) -> FloatArray:
    grown = np.zeros((n_rows, values.shape[1]))
    grown[: len(values)] = values
    return grown
