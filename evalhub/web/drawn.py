"""Choose what is drawn in the two answers of a comparison: marks, and differences if asked for."""

from collections.abc import Iterable
from functools import lru_cache

from evalhub.core.judging.answers import SIDES, Mark
from evalhub.core.judging.differing import differences
from evalhub.core.judging.marking import MarkRow
from evalhub.web.rendering import Spots
from evalhub.web.spots import Spot, SpotKind


def spots_of_rows(rows: Iterable[MarkRow]) -> tuple[Spots, Spots]:
    """Return the marks of a form, by side, as far as they have a place."""
    placed = [(row, row.span) for row in rows if row.span]
    a, b = (
        tuple(
            Spot(span[0], span[1], SpotKind.MARK, row.number)
            for row, span in placed
            if row.side == side
        )
        for side in SIDES
    )
    return a, b


def spots_of_marks(marks: Iterable[Mark]) -> tuple[Spots, Spots]:
    """Return the marks of a judgment, by side, numbered as they are listed."""
    numbered = list(enumerate(marks, start=1))
    a, b = (
        tuple(
            Spot(mark.start, mark.end, SpotKind.MARK, n)
            for n, mark in numbered
            if mark.side == side
        )
        for side in SIDES
    )
    return a, b


@lru_cache(maxsize=64)
def spots_of_differences(a: str, b: str) -> tuple[Spots, Spots]:
    """Return the figures that only one answer has, and the passages that both have."""
    own_a, own_b = (
        (
            *(Spot(*span, SpotKind.SHARED) for span in found.shared),
            *(Spot(*span, SpotKind.OWN) for span in found.own),
        )
        for found in differences(a, b)
    )
    return own_a, own_b


def together(*layers: tuple[Spots, Spots]) -> tuple[Spots, Spots]:
    """Return everything to draw, by side."""
    return (
        tuple(spot for layer in layers for spot in layer[0]),
        tuple(spot for layer in layers for spot in layer[1]),
    )
