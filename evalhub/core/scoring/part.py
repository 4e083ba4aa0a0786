"""Hold one component's share of the judgments, in the forms that its fit needs."""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.counts import LEFT_LOST, LEFT_WON, TIED, Counts, half_win_scores
from evalhub.core.scoring.existence import Component


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Hold each model's wins, ties and losses, one entry a model."""

    wins: IntArray
    ties: IntArray
    losses: IntArray

    @classmethod
    def of(cls, table: IntArray) -> "Tally":
        """Add up a table of counts (outcome, left, right) over opponents and sides."""
        as_left, as_right = table.sum(axis=2), table.sum(axis=1)
        return cls(
            wins=as_left[LEFT_WON] + as_right[LEFT_LOST],
            ties=as_left[TIED] + as_right[TIED],
            losses=as_left[LEFT_LOST] + as_right[LEFT_WON],
        )

    @property
    def n_judgments(self) -> IntArray:
        """Return how many judgments each model took part in."""
        return self.wins + self.ties + self.losses


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Hold a component with the counts, the table and S of its own models.

    Positions in ``counts``, ``table`` and ``scores`` are those of ``component.models`` in order.
    """

    component: Component
    counts: Counts
    table: IntArray
    scores: FloatArray

    @classmethod
    def of(cls, component: Component, counts: Counts, table: IntArray) -> "Part":
        """Cut the component's share out of the counts and the table of all models."""
        if len(component.models) < len(counts.models):
            table = table[np.ix_(range(len(table)), component.models, component.models)]
        own = counts.within(component.models)
        return cls(component, counts=own, table=table, scores=half_win_scores(table))
