"""Hold the judgments of one component in the two forms that a fit needs.

The estimate needs cells over all clusters; its standard errors need the same judgments told
apart by cluster, in one way or, for two-way clustering, in three.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.outcomes import N_OUTCOMES

TWO_WAY_SIGNS = (1.0, 1.0, -1.0)
"""By prompt, plus by annotator, less by both, whose pairs the first two count twice."""

_MOST_PLACES = 2**20
_PLACES_PER_CELL = 8


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Hold cells with the cluster of each, and the sign with which it enters the variance.

    ``place`` says where each cell stands among those of its sample, which has the covariates
    then; it is None where there are too many models to look places up.
    """

    cells: Cells
    cluster: IntArray
    n_clusters: int
    sign: float = 1.0
    place: IntArray | None = None

    @property
    def correction(self) -> float:
        """Return sign * G / (G - 1)."""
        return self.sign * self.n_clusters / (self.n_clusters - 1)

    def with_position(self) -> "View":
        """Return the view with the left side's advantage as a covariate, where it has its own."""
        if self.place is not None:
            return self
        return View(self.cells.with_position(), self.cluster, self.n_clusters, self.sign)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Hold the judgments of ``n_models`` models.

    ``cells`` are sorted by their left model. ``views`` is empty where every judgment is its own
    cluster.
    """

    kind: Cluster
    n_models: int
    cells: Cells
    views: tuple[View, ...]

    @classmethod
    def of(cls, kind: Cluster, counts: Sequence[Counts], *, is_graded: bool) -> "Sample":
        """Return the sample of ``counts``, one for each view in the order of their signs."""
        n_models, views = len(counts[0].models), []
        cells = counts[0].cells(is_graded=is_graded)
        for one, sign in zip(counts, TWO_WAY_SIGNS, strict=False):
            if kind is not Cluster.NONE:
                own = one.uncondensed(is_graded=is_graded)
                place = _places(own, cells, n_models)
                views.append(View(own, one.cluster, len(one.clusters), sign, place))
        return cls(kind=kind, n_models=n_models, cells=cells, views=tuple(views))

    @property
    def n_clusters(self) -> int:
        """Return G: the least number of clusters of any view, or the number of judgments.

        The view of prompt and annotator together has the most and decides nothing.
        """
        if not self.views:
            return int(self.cells.n.sum())
        return min(view.n_clusters for view in self.views)

    def with_position(self) -> "Sample":
        """Return the sample with the left side's advantage as a covariate."""
        views = tuple(view.with_position() for view in self.views)
        return Sample(self.kind, self.n_models, self.cells.with_position(), views)

    def clusters_by_model(self) -> IntArray:
        """Return in how many clusters each model was judged, the least of any view."""
        if not self.views:
            left = np.bincount(self.cells.left, self.cells.n, self.n_models)
            both = left + np.bincount(self.cells.right, self.cells.n, self.n_models)
            return both.astype(np.int64)
        seen = [_clusters_by_model(view, self.n_models) for view in self.views]
        return np.asarray(np.min(seen, axis=0), dtype=np.int64)


def _clusters_by_model(view: View, n_models: int) -> IntArray:
    # One number a cluster and model tells the pairs apart.
    row = view.cluster * n_models
    left, right, size = row + view.cells.left, row + view.cells.right, view.n_clusters * n_models
    if size <= _PLACES_PER_CELL * len(row):
        is_seen = np.zeros(size, dtype=np.bool_)
        is_seen[left] = True
        is_seen[right] = True
        return np.asarray(is_seen.reshape(view.n_clusters, n_models).sum(axis=0))
    code = np.sort(np.concatenate([left, right]))
    return np.bincount(code[np.diff(code, prepend=-1) > 0] % n_models, minlength=n_models)


def _places(of: Cells, among: Cells, n_models: int) -> IntArray | None:
    """Return where each cell of ``of`` stands in ``among``; None for too many models.

    A hundred models have thousands of distinct cells however many judgments there are, so what
    is computed for those is looked up for all others.
    """
    size = n_models**2 * N_OUTCOMES
    if size > _MOST_PLACES:
        return None
    table = np.zeros(size, dtype=np.int64)
    table[_code(among, n_models)] = np.arange(len(among.left))
    return table[_code(of, n_models)]


def _code(cells: Cells, n_models: int) -> IntArray:
    return (cells.left * n_models + cells.right) * N_OUTCOMES + cells.outcome
