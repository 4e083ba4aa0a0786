"""Decide how the next batch of comparisons is drawn: connect, then sample by the mode's rule."""

from dataclasses import dataclass

import numpy as np

from evalhub.core.assigning import SelectionPolicy
from evalhub.core.campaigns import SelectionMode
from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.selection.connecting import component_labels, random_ring
from evalhub.core.scoring.selection.gains import rank_gains, settling_gains
from evalhub.core.scoring.selection.lots import (
    FLOOR,
    ModelPairs,
    gain_weights,
    pair_probabilities,
)
from evalhub.core.scoring.selection.standing import (
    Standing,
    estimate_standing,
    n_by_model,
)
from evalhub.core.scoring.selection.thompson import open_contests
from evalhub.errors import BadInput

BATCH = 50
"""Judgments after which a plan is made anew; measured, 10 and 200 do about as well."""

WINNER_EXPONENT = 4
"""The power of the gain under ``winner``; the draws behind it have concentrated it already."""

SEASONED_AT = 10
"""Judgments every model needs before gains mean anything; below, pairs are drawn evenly."""


@dataclass(frozen=True, slots=True, eq=False)
class SelectionPlan:
    """Hold how the next batch is drawn.

    ``probabilities`` (m,) belong to the pairs of models given, include the floor and sum to 1.
    ``policy`` is the rule in effect, which early on is not yet the project's mode. ``n_until_next``
    is after how many more judgments to plan again.
    """

    policy: SelectionPolicy
    probabilities: FloatArray
    floor: float
    n_until_next: int


def plan_selection(
    scores: FloatArray,
    pairs: ModelPairs,
    mode: SelectionMode,
    *,
    rng: np.random.Generator,
    floor: float = FLOOR,
) -> SelectionPlan:
    """Plan the next batch from ``scores`` (S: wins plus half ties, (n, n)) over ``pairs``.

    Unconnected models come first, whatever the mode, if ``pairs`` can connect them. Then pairs are
    drawn evenly until each model that can still be asked has ``SEASONED_AT`` judgments, and from
    there by the mode. Raise ``BadInput`` when ``pairs`` is empty.
    """
    if not len(pairs):
        raise BadInput.at("pairs", "there is no pair of models to ask")
    ring = random_ring(component_labels(scores), pairs, rng=rng)
    if ring.any():
        return SelectionPlan(
            SelectionPolicy.CONNECT,
            pair_probabilities(ring.astype(np.float64), floor=floor),
            floor=floor,
            n_until_next=min(int(ring.sum()), BATCH),
        )
    if mode is SelectionMode.UNIFORM or not is_seasoned(scores, pairs):
        even = pair_probabilities(np.ones(len(pairs)), floor=floor)
        return SelectionPlan(SelectionPolicy.UNIFORM, even, floor=floor, n_until_next=BATCH)
    weights = mode_weights(estimate_standing(scores), pairs, mode, rng=rng)
    return SelectionPlan(
        SelectionPolicy(mode.value),
        pair_probabilities(weights, floor=floor),
        floor=floor,
        n_until_next=BATCH,
    )


def is_seasoned(scores: FloatArray, pairs: ModelPairs) -> bool:
    """Tell whether every model in ``pairs`` has the judgments that gains need."""
    asked = np.union1d(pairs.first, pairs.second)
    return bool((n_by_model(scores)[asked] >= SEASONED_AT).all())


def mode_weights(
    standing: Standing, pairs: ModelPairs, mode: SelectionMode, *, rng: np.random.Generator
) -> FloatArray:
    """Return the weights of ``pairs`` under ``mode``, shape (..., m), before the floor."""
    if mode is SelectionMode.RANK:
        return gain_weights(rank_gains(standing), pairs)
    if mode is SelectionMode.WINNER:
        gains = settling_gains(standing, open_contests(standing, rng=rng))
        return gain_weights(gains, pairs, exponent=WINNER_EXPONENT)
    return np.ones((*standing.strengths.shape[:-1], len(pairs)))
