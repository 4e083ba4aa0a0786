"""Conditions in rubrics: a small tree over tags and fields that is read, never run as code.

A condition is one of ``any``, ``all``, ``not``, ``tag``, or ``field`` with ``in``, ``eq`` or
``gte``. A field that nobody has set makes its comparison false, so that an unanswered triage
question never makes a criterion apply.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

FactValue: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Hold when at least one of ``items`` holds."""

    items: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Hold when every one of ``items`` holds."""

    items: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Hold when ``item`` does not."""

    item: "Condition"


@dataclass(frozen=True, slots=True)
class HasTag:
    """Hold when the prompt carries ``tag``."""

    tag: str


@dataclass(frozen=True, slots=True)
class FieldIn:
    """Hold when the field's value is one of ``values``."""

    field: str
    values: tuple[FactValue, ...]


@dataclass(frozen=True, slots=True)
class FieldEquals:
    """Hold when the field's value is ``value``; true and 1 are different values."""

    field: str
    value: FactValue


@dataclass(frozen=True, slots=True)
class FieldAtLeast:
    """Hold when the field's value is a number of at least ``minimum``."""

    field: str
    minimum: int | float


Condition: TypeAlias = AnyOf | AllOf | Not | HasTag | FieldIn | FieldEquals | FieldAtLeast


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold what conditions are evaluated against: the prompt's tags and named values."""

    tags: frozenset[str] = frozenset()
    fields: Mapping[str, FactValue] = field(default_factory=dict)


def evaluate(condition: Condition, facts: Facts) -> bool:
    """Return whether ``condition`` holds for ``facts``."""
    match condition:
        case AnyOf(items):
            return any(evaluate(item, facts) for item in items)
        case AllOf(items):
            return all(evaluate(item, facts) for item in items)
        case Not(item):
            return not evaluate(item, facts)
        case HasTag(tag):
            return tag in facts.tags
        case _:
            return _holds(condition, facts.fields)


def leaves(condition: Condition) -> Iterator[HasTag | FieldIn | FieldEquals | FieldAtLeast]:
    """Yield the tests at the leaves of ``condition``, left to right."""
    match condition:
        case AnyOf(items) | AllOf(items):
            for item in items:
                yield from leaves(item)
        case Not(item):
            yield from leaves(item)
        case _:
            yield condition


def _holds(test: FieldIn | FieldEquals | FieldAtLeast, fields: Mapping[str, FactValue]) -> bool:
    if test.field not in fields:
        return False
    value = fields[test.field]
    match test:
        case FieldIn(_, values):
            return any(_same(value, candidate) for candidate in values)
        case FieldEquals(_, wanted):
            return _same(value, wanted)
        case _:
            # Text is no number here, even where it holds digits: "10" >= 9 would raise.
            return not isinstance(value, bool | str) and value >= test.minimum


def _same(left: FactValue, right: FactValue) -> bool:
    # Python holds True == 1; a rubric that says `eq: true` must not match a count of one.
    return isinstance(left, bool) == isinstance(right, bool) and left == right
