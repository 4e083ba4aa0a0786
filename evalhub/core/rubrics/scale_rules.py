"""Rules about scales and weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum, isclose

from evalhub.core.rubrics.schema import AnchoredPoint, Criterion, Rubric, ScalePoint
from evalhub.core.rubrics.vocabulary import Mode

MAX_PREFERENCE = 3
WEIGHT_TOLERANCE = 1e-9
"""Far above the rounding of a few decimals, far below the smallest weight anybody writes."""


@dataclass(frozen=True, slots=True)
class Breach:
    """Name the value that breaks a rule, by its path, and the rule."""

    path: str
    rule: str


def scale_breaches(rubric: Rubric) -> Iterator[Breach]:
    """Yield what is wrong with the scales and weights of ``rubric``."""
    # fsum rounds once, so that ten weights of 0.1 make exactly 1.
    total = fsum(criterion.weight for criterion in rubric.criteria)
    if rubric.criteria and not isclose(total, 1, rel_tol=0, abs_tol=WEIGHT_TOLERANCE):
        yield Breach("criteria", f"the weights must sum to 1, not {total:.10g}")
    for n, criterion in enumerate(rubric.criteria):
        yield from _criterion_scale(criterion, f"criteria[{n}]")
        yield from _examples(criterion, rubric, f"criteria[{n}]")
    yield from _symmetric(rubric.compare_scale.points, "compare_scale.points")
    yield from _symmetric(rubric.overall.points, "overall.points")
    for n, point in enumerate(rubric.overall.points):
        if abs(point.value) > MAX_PREFERENCE:
            path = f"overall.points[{n}].value"
            yield Breach(path, f"a preference lies between -3 and 3, not {point.value}")
    yield from _ascending(rubric.overall.confidence.points, "overall.confidence.points")


def _criterion_scale(criterion: Criterion, path: str) -> Iterator[Breach]:
    if criterion.applies_when is not None and not criterion.allow_na:
        yield Breach(f"{path}.allow_na", "must be true where applies_when is given")
    if criterion.mode is Mode.COMPARE and criterion.scale is not None:
        yield Breach(f"{path}.scale", "a compared criterion uses compare_scale, not its own")
    if criterion.mode is Mode.RATE_EACH:
        if criterion.scale is None:
            yield Breach(path, f"criterion {criterion.id!r} is rated but has no scale")
        else:
            yield from _ascending(criterion.scale.points, f"{path}.scale.points")


def _examples(criterion: Criterion, rubric: Rubric, path: str) -> Iterator[Breach]:
    scale = criterion.scale or rubric.compare_scale
    values = [point.value for point in scale.points]
    for n, example in enumerate(criterion.examples):
        if example.value not in values:
            rule = f"{example.value} is not on the scale of {criterion.id!r}"
            yield Breach(f"{path}.examples[{n}].value", rule)


def _ascending(points: Sequence[ScalePoint | AnchoredPoint], path: str) -> Iterator[Breach]:
    values = [point.value for point in points]
    if len(values) < 2 or values != sorted(set(values)):  # noqa: PLR2004  a scale has two ends
        yield Breach(path, "must hold at least two values, each greater than the one before")


def _symmetric(points: Sequence[ScalePoint], path: str) -> Iterator[Breach]:
    """Yield a breach unless swapping the sides gives the same scale again."""
    yield from _ascending(points, path)
    values = {point.value for point in points}
    if values != {-value for value in values}:
        yield Breach(path, "must be symmetric around 0, so that swapping A and B negates it")
