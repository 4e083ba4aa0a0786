"""Simulate projects that choose their comparisons, all repetitions of a policy at once.

The world is harder than the model that scores it: judgments win, tie or lose by an ordinal logit,
each prompt moves each model by an effect of its own, and twelve annotators turn their verdict
round now and then. What is asked comes from ``evalhub.core.scoring.selection``, as in a project.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit

from evalhub.core.campaigns import SelectionMode
from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.selection.lots import ModelPairs, pair_probabilities
from evalhub.core.scoring.selection.planning import (
    BATCH,
    is_seasoned,
    mode_weights,
    plan_selection,
)
from evalhub.core.scoring.selection.standing import Standing, estimate_standing
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry

N_PROMPTS = 150
PROMPT_SD = 0.5
TIE_HALF_WIDTH = 0.5
RELIABILITY = np.linspace(0.75, 0.97, 12)

REGIMES = {
    "even": np.linspace(1.5, -1.5, 20),
    "clustered": np.concatenate([np.linspace(1.9, 1.1, 5), np.linspace(0.45, -0.75, 15)]),
}


def expected_score(gap: FloatArray) -> FloatArray:
    """Return the mean score of the first model before anybody turns a verdict round."""
    return np.asarray((expit(gap - TIE_HALF_WIDTH) + expit(gap + TIE_HALF_WIDTH)) / 2)


def uniform_truth(strengths: FloatArray) -> FloatArray:
    """Return the strengths that endlessly many judgments of evenly drawn pairs would give.

    Prompts and turned verdicts flatten them against ``strengths``; this is what an interval of a
    board is meant to hold.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    gap = (strengths[:, np.newaxis] - strengths)[..., np.newaxis]
    mean = expected_score(gap + PROMPT_SD * np.sqrt(2) * nodes) @ weights / weights.sum()
    kept = RELIABILITY.mean()
    scores = kept * mean + (1 - kept) * (1 - mean)
    np.fill_diagonal(scores, 0)
    return fit_bradley_terry(scores).strengths


@dataclass(slots=True, eq=False)
class World:
    """Hold R repetitions of one project, and every judgment made in them so far."""

    strengths: FloatArray
    n_repetitions: int
    horizon: int
    rng: np.random.Generator
    quality: FloatArray = field(init=False)
    prompt_of: IntArray = field(init=False)
    scores: FloatArray = field(init=False)
    is_seasoned: bool = field(init=False, default=False)
    judged: list[tuple[IntArray, IntArray, FloatArray]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        n, r = len(self.strengths), self.n_repetitions
        effects = self.rng.normal(0, PROMPT_SD, (r, N_PROMPTS, n))
        self.quality = self.strengths + effects
        # Prompts are dealt like cards: one shuffled pack after the other.
        n_packs = -(-self.horizon // N_PROMPTS)
        packs = self.rng.random((r, n_packs, N_PROMPTS)).argsort(axis=-1)
        self.prompt_of = packs.reshape(r, -1)
        self.scores = np.zeros((r, n, n))

    @property
    def n_done(self) -> int:
        """Return how many judgments each repetition has."""
        return sum(first.shape[1] for first, _, _ in self.judged)

    def judge(self, first: IntArray, second: IntArray) -> None:
        """Have the pairs judged, shape (R, batch)."""
        r, batch = first.shape
        prompt = self.prompt_of[:, self.n_done : self.n_done + batch]
        row = np.arange(r)[:, np.newaxis]
        gap = self.quality[row, prompt, first] - self.quality[row, prompt, second]
        latent = gap + self.rng.logistic(size=gap.shape)
        score = ((latent > TIE_HALF_WIDTH).astype(float) + (latent > -TIE_HALF_WIDTH)) / 2
        reliability = RELIABILITY[self.rng.integers(0, len(RELIABILITY), gap.shape)]
        score = np.where(self.rng.random(gap.shape) < reliability, score, 1 - score)
        n = len(self.strengths)
        for winner, loser, points in ((first, second, score), (second, first, 1 - score)):
            code = (row * n + winner) * n + loser
            added = np.bincount(code.ravel(), points.ravel(), minlength=r * n * n)
            self.scores += added.reshape(r, n, n)
        self.judged.append((first, second, score))


def run(world: World, mode: SelectionMode, *, floor: float) -> Iterator[Standing]:
    """Ask and judge in batches up to the horizon; yield the standing after each."""
    pairs = ModelPairs.every(len(world.strengths))
    standing: Standing | None = None
    while world.n_done < world.horizon:
        # The first batch is one ring, as long as there are models.
        batch = BATCH if world.n_done else len(world.strengths)
        probabilities = _probabilities(world, standing, pairs, mode, floor=floor)
        cumulative = probabilities.cumsum(axis=-1)
        cumulative[:, -1] = 1.0
        lot = world.rng.random((world.n_repetitions, min(batch, world.horizon - world.n_done)))
        drawn = (lot[..., np.newaxis] > cumulative[:, np.newaxis, :]).sum(axis=-1)
        world.judge(pairs.first[drawn], pairs.second[drawn])
        start = None if standing is None else standing.strengths
        standing = estimate_standing(world.scores, start=start)
        yield standing


def _probabilities(
    world: World, standing: Standing | None, pairs: ModelPairs, mode: SelectionMode, *, floor: float
) -> FloatArray:
    """Return the probabilities of the next batch, (R, m), each repetition at its own stage."""
    if mode is SelectionMode.UNIFORM:
        return pair_probabilities(np.ones((world.n_repetitions, len(pairs))), floor=floor)
    if standing is None:
        return _first(world, range(world.n_repetitions), pairs, mode, floor=floor)
    found = pair_probabilities(mode_weights(standing, pairs, mode, rng=world.rng), floor=floor)
    if not world.is_seasoned:
        unripe = [i for i, one in enumerate(world.scores) if not is_seasoned(one, pairs)]
        # Judgments are never taken back, so what has enough of them need not be asked again.
        world.is_seasoned = not unripe
        if unripe:
            found[unripe] = _first(world, unripe, pairs, mode, floor=floor)
    return found


def _first(
    world: World,
    repetitions: Iterable[int],
    pairs: ModelPairs,
    mode: SelectionMode,
    *,
    floor: float,
) -> FloatArray:
    """Return the probabilities of repetitions in which some model has few judgments yet."""
    return np.stack(
        [
            plan_selection(world.scores[one], pairs, mode, rng=world.rng, floor=floor).probabilities
            for one in repetitions
        ]
    )
