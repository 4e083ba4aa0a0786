"""Fold judgments into a board's state one by one, and give the board from it."""

from collections.abc import Sequence

import numpy as np

from evalhub.core.scoring.arrays import BoolArray
from evalhub.core.scoring.board.board import assemble
from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.covariates.position import sides_of
from evalhub.core.scoring.existence.components import find_components
from evalhub.core.scoring.incremental.component_state import ComponentState
from evalhub.core.scoring.incremental.sums import FEW_CELLS, Sums
from evalhub.core.scoring.options import Cluster, FitOptions
from evalhub.core.scoring.outcomes import PLAIN, SCORES
from evalhub.core.scoring.results import Boards

MAX_SIZE = 2_000_000
"""Clusters times models whose sums are kept: about 100 bytes each, so 200 MB."""
MAX_MODELS = 500
"""Models whose pairs are kept as a square table."""


class BoardState:
    """Keep the headline board of a growing, and sometimes revised, set of judgments.

    The board is that of ``fit_counts`` without options on the same judgments: strengths to 1e-8,
    standard errors to 1 % of the model-based error (``kept_scores`` has the bound), rank
    intervals with a quantile that is drawn again when they change. Folding a judgment costs the
    same however many there are, and so does a refresh, but for the passes over cells that the
    bound asks for now and then. Where a number is stored or released, fit from the beginning.

    ``few_cells`` is up to how many cells the effect of position is evaluated from them each time.

    The state is changed in place and is not safe to share between threads without a lock.
    """

    def __init__(self, models: Sequence[str], *, few_cells: int = FEW_CELLS) -> None:
        self.models = tuple(sorted(set(models)))
        self._position = {name: i for i, name in enumerate(self.models)}
        self._sums = Sums(len(self.models), few_cells=few_cells)
        self._strengths = np.zeros(len(self.models))
        self._arrows: BoolArray | None = None
        self._components: list[ComponentState] = []
        # Where each model stands: which component, and at which place in it.
        self._places: list[tuple[ComponentState, int] | None] = [None] * len(self.models)

    @classmethod
    def of(cls, counts: Counts, *, few_cells: int = FEW_CELLS) -> "BoardState":
        """Return the state of judgments that were counted by prompt; grades are left out."""
        state = cls(counts.models, few_cells=few_cells)
        state._sums.add_counts(counts, np.arange(len(counts.models)))
        return state

    @property
    def size(self) -> int:
        """Return the number of sums that are kept: clusters times models."""
        return self._sums.n_codes * len(self.models)

    def is_oversized(self, *, max_size: int = MAX_SIZE) -> bool:
        """Tell whether keeping the state costs more than it saves."""
        return len(self.models) > MAX_MODELS or self.size > max_size

    @property
    def n_judgments(self) -> int:
        """Return how many judgments are in the state."""
        return int(self._sums.table.sum())

    @property
    def n_evaluations(self) -> int:
        """Return how often cluster scores of present components were evaluated from cells."""
        return sum(one.n_evaluations for one in self._components)

    def n_by_model(self) -> dict[str, int]:
        """Return how many judgments each model took part in."""
        both = self._sums.table.sum(axis=(0, 1)) + self._sums.table.sum(axis=(0, 2))
        return dict(zip(self.models, both.tolist(), strict=True))

    def add(self, prompt: str, left: str, right: str, outcome: int) -> None:
        """Fold in one judgment; ``outcome`` is one of ``evalhub.core.scoring.outcomes``."""
        self._change(prompt, left, right, outcome, times=1)

    def take_back(self, prompt: str, left: str, right: str, outcome: int) -> None:
        """Take out one judgment that was folded in before, because a revision replaces it."""
        self._change(prompt, left, right, outcome, times=-1)

    def boards(self, *, level: float = 0.95, seed: int = 0) -> Boards:
        """Return the boards of the judgments folded in so far."""
        options = FitOptions(level=level, seed=seed)
        self._find_components()
        fitted = [one.refreshed(self._sums, self.models, options) for one in self._components]
        for one in self._components:
            self._strengths[one.models] = one.theta
        n_prompts = self._sums.n_clusters(np.arange(len(self.models)))
        wins, losses = self._sums.sides.T
        return assemble(
            fitted,
            options,
            names=self.models,
            position=sides_of(wins, losses, Cluster.PROMPT, n_clusters=n_prompts, level=level),
            n_prompts=n_prompts,
        )

    def table(self) -> Counts:
        """Return the counts over all prompts as one cluster, for a win matrix."""
        by_pair = self._sums.table.transpose(1, 2, 0)
        left, right, outcome = np.nonzero(by_pair)
        return Counts.of(
            self.models,
            ("",) if len(left) else (),
            cluster=np.zeros(len(left), dtype=np.int64),
            left=left,
            right=right,
            outcome=outcome,
            n=by_pair[left, right, outcome],
        )

    def _change(self, prompt: str, left: str, right: str, outcome: int, *, times: int) -> None:
        plain = int(PLAIN[outcome])
        first, second = self._position[left], self._position[right]
        cluster = self._sums.code(prompt)
        self._sums.add(cluster, first, second, plain, times)
        self._watch(first, second)
        one, other = self._places[first], self._places[second]
        if one is not None and other is not None and one[0] is other[0]:
            one[0].add(cluster, one[1], other[1], float(SCORES[plain]), times)

    def _watch(self, first: int, second: int) -> None:
        """Forget the components where a win or a tie is the first or was the last of its kind."""
        arrows = self._arrows
        if arrows is None:
            return
        lost, tied, won = self._sums.table
        ties = tied[first, second] + tied[second, first]
        for one, other in ((first, second), (second, first)):
            has_arrow = won[one, other] + lost[other, one] + ties > 0
            if has_arrow != arrows[one, other]:
                self._arrows = None

    def _find_components(self) -> None:
        """Split the models, where the arrows between them are no longer those of the last time."""
        if self._arrows is not None:
            return
        scores = self._sums.scores()
        wins = scores + (self._sums.shown() - scores).T
        self._arrows = wins > 0
        known = {one.component.models: one for one in self._components}
        self._components = []
        for component in find_components(wins):
            kept = known.get(component.models)
            if kept is None:
                kept = ComponentState.of(component, self._strengths)
            kept.component = component
            self._components.append(kept)
            for place, model in enumerate(component.models):
                self._places[model] = (kept, place)
