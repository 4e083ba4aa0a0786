"""Simulate the worlds in which labels are compared: responses, annotators and their judgments.

A response is worth q = w'x, linear in 30 heavy-tailed features x that scatter around the features
of its model, so that q is the strength of the model plus an effect of the response with standard
deviation tau. An annotator sees q_second - q_first, a left bias and logistic noise on a scale of
their own, guesses in a share of cases, and in a crowd some answer the opposite of what they see.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.labels import JudgmentTable, count_graded

N_FEATURES = 30
N_ANNOTATORS = 12
LEFT_BIAS = 0.1
CUTS = np.array([0.5, 1.5, 3.0])
STYLE_SD = 0.3
DEGREES = 4
MODEL_STYLE_SD = 0.5
"""How far features that are worth nothing differ between models; a leak is read from them."""


@dataclass(frozen=True, slots=True)
class World:
    """Name a world: how far its models span, how many they are and how much responses vary."""

    name: str
    span: float
    tau: float
    n_models: int
    n_prompts: int = 150


WORLDS = (
    World("span 3, tau 0.5", span=3.0, tau=0.5, n_models=20),
    World("span 3, tau 1", span=3.0, tau=1.0, n_models=20),
    World("6 models, span 2, tau 1", span=2.0, tau=1.0, n_models=6, n_prompts=200),
)


@dataclass(frozen=True, slots=True)
class People:
    """Name a kind of annotators: the range of the share they guess, and who reverses."""

    name: str
    guesses: tuple[float, float]
    n_reversing: int


EXPERTS = People("experts", guesses=(0.1, 0.4), n_reversing=0)
CROWD = People("crowd", guesses=(0.05, 0.5), n_reversing=1)


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """Hold the responses of a world: the model, prompt, features and worth of each.

    ``weights`` are w; ``styles`` are the features around which those of each model scatter.
    """

    model: IntArray
    prompt: IntArray
    features: FloatArray
    worth: FloatArray
    weights: FloatArray
    styles: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Hold pairs of responses and the judgments on them, one entry a judgment.

    ``grade`` is toward the second response; ``side`` is 1 where the second stood on the left.
    """

    first: IntArray
    second: IntArray
    pair: IntArray
    annotator: IntArray
    grade: IntArray
    side: IntArray

    @property
    def n_pairs(self) -> int:
        """Return the number of pairs."""
        return len(self.first)

    def table(self) -> JudgmentTable:
        """Return the judgments as counts."""
        return count_graded(
            self.pair,
            self.annotator,
            self.grade,
            side=self.side,
            n_pairs=self.n_pairs,
            n_annotators=N_ANNOTATORS,
        )

    def only(self, keep: "np.typing.NDArray[np.bool_]") -> "Judged":
        """Return the same pairs with the judgments in ``keep`` alone."""
        return Judged(
            first=self.first,
            second=self.second,
            pair=self.pair[keep],
            annotator=self.annotator[keep],
            grade=self.grade[keep],
            side=self.side[keep],
        )


def make_responses(
    world: World, rng: np.random.Generator, *, like: Responses | None = None
) -> Responses:
    """Draw one response of every model to every prompt; ``like`` gives the models of others."""
    weights, styles = _models(world, rng) if like is None else (like.weights, like.styles)
    model = np.tile(np.arange(world.n_models), world.n_prompts)
    scatter = rng.standard_t(DEGREES, (len(model), N_FEATURES)) / np.sqrt(DEGREES / (DEGREES - 2))
    features = styles[model] + world.tau * scatter
    prompt = np.repeat(np.arange(world.n_prompts), world.n_models)
    return Responses(model, prompt, features, features @ weights, weights, styles)


def _models(world: World, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw what features are worth, and the features of each model, worth its strength."""
    weights = rng.normal(size=N_FEATURES)
    weights /= np.linalg.norm(weights)
    strengths = np.linspace(world.span / 2, -world.span / 2, world.n_models)
    styles = rng.normal(0, MODEL_STYLE_SD, (world.n_models, N_FEATURES))
    styles += np.outer(strengths - styles @ weights, weights)
    return weights, styles


def draw_pairs(
    responses: Responses, n: int, *, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Draw ``n`` distinct pairs of responses to one prompt."""
    n_models = int(responses.model.max()) + 1
    one, other = np.triu_indices(n_models, 1)
    n_prompts = int(responses.prompt.max()) + 1
    chosen = rng.choice(n_prompts * len(one), size=n, replace=False)
    prompt, which = np.divmod(chosen, len(one))
    flip = rng.random(n) < 1 / 2
    first, second = (
        np.where(flip, other[which], one[which]),
        np.where(flip, one[which], other[which]),
    )
    return prompt * n_models + first, prompt * n_models + second


def judge(
    responses: Responses,
    pairs: tuple[IntArray, IntArray],
    people: People,
    *,
    overlap: int,
    rng: np.random.Generator,
) -> Judged:
    """Draw ``overlap`` judgments a pair, each by another annotator."""
    first, second = pairs
    guesses = rng.uniform(*people.guesses, N_ANNOTATORS)
    direction = np.where(np.arange(N_ANNOTATORS) < people.n_reversing, -1.0, 1.0)
    scale = np.exp(rng.normal(0, STYLE_SD, N_ANNOTATORS))
    pair = np.repeat(np.arange(len(first)), overlap)
    order = np.argsort(rng.random((len(first), N_ANNOTATORS)), axis=1)
    annotator = order[:, :overlap].ravel()
    side = rng.choice([-1, 1], len(pair))
    gap = (responses.worth[second] - responses.worth[first])[pair]
    gap = np.where(rng.random(len(pair)) < guesses[annotator], rng.normal(0, 1.5, len(pair)), gap)
    latent = direction[annotator] * (gap + LEFT_BIAS * side + rng.logistic(size=len(pair)))
    size = (np.abs(latent)[:, np.newaxis] > CUTS * scale[annotator][:, np.newaxis]).sum(axis=1)
    return Judged(first, second, pair, annotator, (np.sign(latent) * size).astype(np.int64), side)
