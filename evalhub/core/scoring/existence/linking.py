"""Suggest which models to compare next so that strengths exist and share one scale."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.existence.components import Component, Group

_GAP_DIGITS = 9


class LinkPurpose(StrEnum):
    """Say what a suggested comparison is for."""

    JOIN_BOARDS = "join boards"
    """The two models stand on different boards; one judgment puts them on one scale."""
    BOUND_A_GAP = "bound a gap"
    """The second model has never beaten the first one's group; a win or tie bounds the gap."""


@dataclass(frozen=True, slots=True)
class SuggestedPair:
    """Name two models to compare, the one in the higher or larger group first."""

    first: int
    second: int
    purpose: LinkPurpose


def suggest_pairs(
    components: Sequence[Component], strengths: FloatArray, n_by_model: Sequence[int]
) -> tuple[SuggestedPair, ...]:
    """Return the fewest pairs that join all components, then one for each open gap inside them.

    k components need k - 1 pairs: the most judged model of each is paired with that of the
    largest. Inside a component without finite maximum, neighbouring groups are paired by the two
    models closest in strength, where an upset is likeliest. A tie in every suggested pair would
    give one board with a finite maximum. ``strengths`` and ``n_by_model`` are indexed by model.
    """
    hubs = [_most_judged(component, n_by_model) for component in components]
    joins = [SuggestedPair(hubs[0], hub, LinkPurpose.JOIN_BOARDS) for hub in hubs[1:]]
    gaps = [pair for component in components for pair in _gap_pairs(component, strengths)]
    return (*joins, *gaps)


def _most_judged(component: Component, n_by_model: Sequence[int]) -> int:
    return max(component.models, key=lambda model: (n_by_model[model], -model))


def _gap_pairs(component: Component, strengths: FloatArray) -> Iterator[SuggestedPair]:
    for upper, lower in pairwise(component.groups):
        first, second = _closest(upper, lower, strengths)
        yield SuggestedPair(first, second, LinkPurpose.BOUND_A_GAP)


def _closest(upper: Group, lower: Group, strengths: FloatArray) -> tuple[int, int]:
    gap = np.abs(strengths[list(upper.models)][:, np.newaxis] - strengths[list(lower.models)])
    # Gaps that differ by rounding are equal: the first of them must win, however they were found.
    i, j = divmod(int(np.argmin(gap.round(_GAP_DIGITS))), len(lower.models))
    return upper.models[i], lower.models[j]
