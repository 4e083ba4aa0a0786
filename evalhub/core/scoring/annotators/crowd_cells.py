"""Condense decisive judgments into counted cells for Crowd-BT."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """Hold one judgment that prefers a response: whose, for which model and against which."""

    annotator: str
    winner: str
    loser: str


@dataclass(frozen=True, slots=True, eq=False)
class DecisionCells:
    """Hold the distinct decisions, sorted, as codes into sorted names, and how often each was made.

    ``component`` gives, a model, which set of models it is linked to by comparisons.
    """

    annotators: tuple[str, ...]
    models: tuple[str, ...]
    annotator: IntArray
    winner: IntArray
    loser: IntArray
    n: FloatArray
    component: IntArray

    @property
    def n_decisions(self) -> int:
        """Return how many decisions were counted."""
        return int(self.n.sum())

    def per_annotator(self, values: FloatArray) -> FloatArray:
        """Add ``values``, one a cell, up for each annotator."""
        added = np.bincount(self.annotator, weights=values, minlength=len(self.annotators))
        return added.astype(np.float64)

    def per_model(self, values: FloatArray) -> FloatArray:
        """Add ``values``, one a cell, up for each model: for the winner, against the loser."""
        size = len(self.models)
        won = np.bincount(self.winner, weights=values, minlength=size)
        return np.asarray(won - np.bincount(self.loser, weights=values, minlength=size))

    def n_by_model(self) -> FloatArray:
        """Return how many decisions each model took part in."""
        size = len(self.models)
        won = np.bincount(self.winner, weights=self.n, minlength=size)
        return np.asarray(won + np.bincount(self.loser, weights=self.n, minlength=size))

    def sides(self) -> "scipy.sparse.csr_array":
        """Return +1 at each cell's winner and -1 at its loser, shape (cells, models)."""
        at = np.arange(len(self.n))
        ends = (np.concatenate([at, at]), np.concatenate([self.winner, self.loser]))
        signs = np.concatenate([np.ones(len(at)), -np.ones(len(at))])
        return scipy.sparse.csr_array((signs, ends), shape=(len(at), len(self.models)))


def cells_of(decisions: Sequence[Decision]) -> DecisionCells:
    """Return ``decisions`` as cells, the same whatever their order."""
    annotators = tuple(sorted({one.annotator for one in decisions}))
    models = tuple(sorted({name for one in decisions for name in (one.winner, one.loser)}))
    who = {name: code for code, name in enumerate(annotators)}
    which = {name: code for code, name in enumerate(models)}
    codes = [(who[one.annotator], which[one.winner], which[one.loser]) for one in decisions]
    # Sorted cells with whole counts: the order of the judgments cannot move a bit of the fit.
    rows, n = np.unique(np.array(codes, dtype=np.int64), axis=0, return_counts=True)
    links = scipy.sparse.csr_array((n, (rows[:, 1], rows[:, 2])), shape=(len(models), len(models)))
    _, component = scipy.sparse.csgraph.connected_components(links, directed=False)
    return DecisionCells(
        annotators=annotators,
        models=models,
        annotator=rows[:, 0],
        winner=rows[:, 1],
        loser=rows[:, 2],
        n=n.astype(np.float64),
        component=component.astype(np.int64),
    )
