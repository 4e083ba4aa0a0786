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
from evalhub.core.scoring.counting.views import CountedView, View
from evalhub.core.scoring.options import Cluster

TWO_WAY_SIGNS = (1.0, 1.0, -1.0)
"""By prompt, plus by annotator, less by both, whose pairs the first two count twice."""

_PLACES_PER_CELL = 8


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
    def of(
        cls,
        kind: Cluster,
        counts: Sequence[Counts],
        *,
        is_graded: bool,
        cells: Cells | None = None,
    ) -> "Sample":
        """Return the sample of ``counts``, one for each view in the order of their signs.

        ``cells`` are those over all clusters, where they are at hand already.
        """
        if cells is None:
            cells = counts[0].cells(is_graded=is_graded)
        views = tuple(
            CountedView.of(one, cells, is_graded=is_graded, sign=sign)
            for one, sign in zip(counts, TWO_WAY_SIGNS, strict=False)
            if kind is not Cluster.NONE
        )
        return cls(kind=kind, n_models=len(counts[0].models), cells=cells, views=views)

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
    size = view.n_clusters * n_models
    if size <= _PLACES_PER_CELL * view.n_cells:
        is_seen = np.zeros(size, dtype=np.bool_)
        for block in view.blocks():
            row = block.cluster * n_models
            is_seen[row + block.cells.left] = True
            is_seen[row + block.cells.right] = True
        return np.asarray(is_seen.reshape(view.n_clusters, n_models).sum(axis=0))
    codes = [
        block.cluster * n_models + side
        for block in view.blocks()
        for side in (block.cells.left, block.cells.right)
    ]
    # One number a cluster and model tells the pairs apart.
    code = np.sort(np.concatenate(codes))
    return np.bincount(code[np.diff(code, prepend=-1) > 0] % n_models, minlength=n_models)
