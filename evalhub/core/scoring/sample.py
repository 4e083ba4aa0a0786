"""Hold the judgments of one component in the two forms that a fit needs.

The estimate needs cells over all clusters; its standard errors need the same judgments told
apart by cluster, in one way or, for two-way clustering, in three.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import IntArray
from evalhub.core.scoring.cells import Cells
from evalhub.core.scoring.counts import Counts
from evalhub.core.scoring.options import Cluster

TWO_WAY_SIGNS = (1.0, 1.0, -1.0)
"""By prompt, plus by annotator, less by both, whose pairs the first two count twice."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Hold cells with the cluster of each, and the sign with which it enters the variance."""

    cells: Cells
    cluster: IntArray
    n_clusters: int
    sign: float = 1.0

    @property
    def correction(self) -> float:
        """Return sign * G / (G - 1)."""
        return self.sign * self.n_clusters / (self.n_clusters - 1)


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
        views = [] if kind is Cluster.NONE else list(zip(counts, TWO_WAY_SIGNS, strict=False))
        return cls(
            kind=kind,
            n_models=len(counts[0].models),
            cells=counts[0].cells(is_graded=is_graded),
            views=tuple(
                View(one.uncondensed(is_graded=is_graded), one.cluster, len(one.clusters), sign)
                for one, sign in views
            ),
        )

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
        views = tuple(
            View(view.cells.with_position(), view.cluster, view.n_clusters, view.sign)
            for view in self.views
        )
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
    # Cells are sorted by cluster, so one number a cluster and model tells the pairs apart.
    ends = np.concatenate([view.cells.left, view.cells.right])
    code = np.tile(view.cluster, 2) * n_models + ends
    size = view.n_clusters * n_models
    if size <= 4 * len(code):
        is_seen = np.zeros(size, dtype=np.bool_)
        is_seen[code] = True
        return np.asarray(is_seen.reshape(view.n_clusters, n_models).sum(axis=0))
    return np.bincount(np.unique(code) % n_models, minlength=n_models)
