"""Hold one component's share of the judgments, in the forms that its fit needs."""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.counting.clustering import ClusteredCounts
from evalhub.core.scoring.counting.sample import Sample
from evalhub.core.scoring.existence.boundedness import is_bounded
from evalhub.core.scoring.existence.components import Component
from evalhub.core.scoring.existence.confounding import position_obstacle
from evalhub.core.scoring.options import Cluster, FitOptions, PositionTerm, Ties
from evalhub.core.scoring.outcomes import LEFT_LOST, LEFT_WON, PLAIN, TIED
from evalhub.core.scoring.ties.tie_models import TieChoice, choose_model

TIES_UNBOUNDED = (
    "The tie parameter has no finite maximum: no circle of models has more wins than ties."
)


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Hold each model's wins, ties and losses, one entry a model."""

    wins: IntArray
    ties: IntArray
    losses: IntArray

    @classmethod
    def of(cls, cells: Cells, n_models: int) -> "Tally":
        """Add up cells over opponents and sides."""
        outcome = PLAIN[cells.outcome]

        def sums(as_left: int, as_right: int) -> IntArray:
            left = np.where(outcome == as_left, cells.n, 0)
            right = np.where(outcome == as_right, cells.n, 0)
            total = np.bincount(cells.left, left, n_models)
            return (total + np.bincount(cells.right, right, n_models)).astype(np.int64)

        return cls(sums(LEFT_WON, LEFT_LOST), sums(TIED, TIED), sums(LEFT_LOST, LEFT_WON))

    @property
    def n_judgments(self) -> IntArray:
        """Return how many judgments each model took part in."""
        return self.wins + self.ties + self.losses


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outline:
    """Hold what a board says of a component besides its estimates.

    ``names`` follow ``component.models``; ``kind`` is by what its ``n_clusters`` are told apart.
    ``obstacle`` says why the likelihood has no finite maximum although the strengths alone would
    have one; ``notes`` what else is different from what was asked for.
    """

    component: Component
    names: tuple[str, ...]
    tally: Tally
    kind: Cluster
    n_clusters: int
    choice: TieChoice
    is_adjusted: bool = False
    obstacle: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_finite_maximum(self) -> bool:
        """Tell whether every parameter of the fit has a finite maximum."""
        return self.component.has_finite_maximum and self.obstacle is None

    @property
    def n_models(self) -> int:
        """Return how many models the component has."""
        return len(self.names)

    @property
    def n_judgments(self) -> int:
        """Return how many judgments compare them: each has two models."""
        return int(self.tally.n_judgments.sum()) // 2

    @property
    def n_ties(self) -> int:
        """Return how many of them are ties."""
        return int(self.tally.ties.sum()) // 2


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Part(Outline):
    """Hold a component with the judgments of its own models and the model that they can bear.

    Positions in ``sample`` are those of ``names``; it has the side as a covariate where
    ``is_adjusted``.
    """

    sample: Sample

    @classmethod
    def of(
        cls,
        component: Component,
        clustered: ClusteredCounts,
        options: FitOptions,
        *,
        cells: Cells | None = None,
    ) -> "Part":
        """Cut the component's share out of the counts, and choose its model.

        ``cells`` are all plain cells of ``clustered``, where they are at hand already.
        """
        is_graded = options.ties is Ties.RAO_KUPPER
        counts = [one.within(component.models) for one in clustered.counts]
        if is_graded or counts[0] is not clustered.counts[0]:
            cells = None
        sample = Sample.of(clustered.kind, counts, is_graded=is_graded, cells=cells)
        choice = choose_model(options.ties, sample.cells)
        notes = [choice.note] if choice.note else []
        is_adjusted = options.position is PositionTerm.ADJUST
        has_ties = choice.model.n_shared > 0 and choice.bound is None
        obstacle = None
        if component.has_finite_maximum and is_adjusted:
            obstacle = position_obstacle(sample.cells, sample.n_models, has_ties=has_ties)
            if obstacle is not None:
                notes.append(f"Not adjusted for position. {obstacle}")
                is_adjusted, obstacle = False, None
        if component.has_finite_maximum and not is_bounded(
            sample.cells, sample.n_models, has_ties=has_ties, has_position=is_adjusted
        ):
            obstacle = TIES_UNBOUNDED
        is_adjusted = is_adjusted and component.has_finite_maximum
        return cls(
            component=component,
            names=counts[0].models,
            tally=Tally.of(sample.cells, sample.n_models),
            kind=sample.kind,
            n_clusters=sample.n_clusters,
            sample=sample.with_position() if is_adjusted else sample,
            choice=choice,
            is_adjusted=is_adjusted,
            obstacle=obstacle,
            notes=tuple(notes),
        )
