"""Say where strengths exist before anyone estimates them.

Draw an arrow from i to j where i beat or tied j. Models that no chain of comparisons links (weak
components) have no common scale: each component gets its own board. Inside a component a finite
maximum of the likelihood exists exactly when every model can be reached from every other along
the arrows (Ford 1957). Where it cannot, the strongly connected groups have an order but no
distance: some differences grow without bound.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import TopologicalSorter
from typing import Literal, TypeAlias

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray, IntArray

Members: TypeAlias = tuple[int, ...]


class Flag(StrEnum):
    """Say why a strength is not an ordinary estimate."""

    UNBOUNDED_ABOVE = "unbounded above"
    """Never lost to, nor tied with, the models below it: its true value may be anything higher."""
    UNBOUNDED_BELOW = "unbounded below"
    """Never beat, nor tied with, the models above it: its true value may be anything lower."""
    UNBOUNDED = "unbounded"
    """Its distance to some models is unbounded above and to others below, or it has no order."""
    REGULARISED = "regularised"
    """Linked both ways within the largest group of a board that also holds unbounded models."""
    NOT_COMPARED = "not compared"
    """No judgment compares it with any other model, so it has no strength."""


@dataclass(frozen=True, slots=True)
class Group:
    """Hold models that wins and ties link in both directions.

    ``level`` counts from 1 at the top: a group stands below every group that beat it. Two groups
    of one level have no order between them.
    """

    models: Members
    level: int
    flag: Flag | None


@dataclass(frozen=True, slots=True)
class Component:
    """Hold models that chains of comparisons link, as groups from the top down.

    Models are positions in the table that ``find_components`` was given, ascending.
    """

    models: Members
    groups: tuple[Group, ...]

    @property
    def has_finite_maximum(self) -> bool:
        """Tell whether the likelihood has a finite maximum: two models or more in one group."""
        return len(self.groups) == 1 and len(self.models) > 1


def find_components(scores: "FloatArray | scipy.sparse.csr_array") -> tuple[Component, ...]:
    """Split the models of ``scores`` (S, wins plus half ties) into components, the largest first.

    ``scores`` may be sparse, which it is where most models were never compared. Components of one
    size are in the order of their first model.
    """
    arrows = scipy.sparse.csr_array(scores)
    arrows.eliminate_zeros()
    members = _members(*_label(arrows, "weak"))
    members.sort(key=lambda models: (-len(models), models))
    return tuple(_component(models, arrows) for models in members)


def _label(
    arrows: "scipy.sparse.csr_array", connection: Literal["weak", "strong"]
) -> tuple[int, IntArray]:
    n, labels = scipy.sparse.csgraph.connected_components(arrows, connection=connection)
    return n, labels.astype(np.int64)


def _members(n: int, labels: IntArray) -> list[Members]:
    """Return the members of each of ``n`` labels, ascending."""
    order = np.argsort(labels, kind="stable")
    ends = np.cumsum(np.bincount(labels, minlength=n))[:-1]
    return [tuple(part.tolist()) for part in np.split(order, ends)] if n else []


def _component(models: Members, all_arrows: "scipy.sparse.csr_array") -> Component:
    if len(models) == 1:
        return Component(models, (Group(models, 1, Flag.NOT_COMPARED),))
    scores = all_arrows
    if len(models) < all_arrows.shape[0]:
        scores = all_arrows[list(models)][:, list(models)]
    n, labels = _label(scores, "strong")
    if n == 1:
        return Component(models, (Group(models, 1, None),))
    arrows = _arrows(scores, labels, n)
    sizes = np.bincount(labels, minlength=n)
    flags = _flags(arrows, sizes)
    position = np.asarray(models)
    members = _members(n, labels)
    groups = [
        Group(tuple(position[list(members[label])].tolist()), level, flags[label])
        for level, label in _levels(arrows)
    ]
    return Component(models, tuple(sorted(groups, key=lambda group: (group.level, group.models))))


def _arrows(scores: "scipy.sparse.csr_array", labels: IntArray, n: int) -> "scipy.sparse.csr_array":
    """Return the arrows between groups: entry (a, b) where some model of a beat one of b."""
    winner, loser = scores.nonzero()
    between = labels[winner] != labels[loser]
    ends = (labels[winner[between]], labels[loser[between]])
    arrows = scipy.sparse.csr_array((np.ones(len(ends[0])), ends), shape=(n, n))
    arrows.sum_duplicates()
    return arrows


def _levels(arrows: "scipy.sparse.csr_array") -> Iterator[tuple[int, int]]:
    """Yield (level, group) from the top: a group follows all groups with an arrow to it."""
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for group in range(arrows.shape[0]):
        sorter.add(group)
    for above, below in zip(*arrows.nonzero(), strict=True):
        sorter.add(int(below), int(above))
    sorter.prepare()
    level = 0
    while sorter.is_active():
        level += 1
        ready = sorter.get_ready()
        yield from ((level, group) for group in ready)
        sorter.done(*ready)


def _flags(arrows: "scipy.sparse.csr_array", sizes: IntArray) -> Sequence[Flag]:
    """Flag each group by its place relative to the core, or to its neighbours without one.

    The core is the one largest group, if it has two models or more: its members are finite among
    themselves, and what is unbounded is the distance of the others to it.
    """
    largest = np.flatnonzero(sizes == sizes.max())
    if len(largest) == 1 and sizes.max() > 1:
        core = int(largest[0])
        above = set(_reached(arrows.T.tocsr(), core))
        below = set(_reached(arrows, core))
        flags = [_side(is_above=g in above, is_below=g in below) for g in range(len(sizes))]
        flags[core] = Flag.REGULARISED
        return flags
    beaten = arrows.sum(axis=0) > 0
    beating = arrows.sum(axis=1) > 0
    return [
        _side(is_above=not lost, is_below=not won)
        for lost, won in zip(beaten, beating, strict=True)
    ]


def _reached(arrows: "scipy.sparse.csr_array", start: int) -> list[int]:
    order = scipy.sparse.csgraph.breadth_first_order(
        arrows, start, directed=True, return_predecessors=False
    )
    return [int(group) for group in order]


def _side(*, is_above: bool, is_below: bool) -> Flag:
    if is_above == is_below:
        return Flag.UNBOUNDED
    return Flag.UNBOUNDED_ABOVE if is_above else Flag.UNBOUNDED_BELOW
