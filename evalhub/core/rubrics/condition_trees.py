"""Conditions as they stand in files, read into typed trees and written back."""

import math
from collections.abc import Callable

from evalhub.core.canonical import Json
from evalhub.core.free_words import is_clean
from evalhub.core.rubrics.conditions import (
    AllOf,
    AnyOf,
    Condition,
    FactValue,
    FieldAtLeast,
    FieldEquals,
    FieldIn,
    HasTag,
    Not,
)
from evalhub.core.rubrics.spots import Findings, Spot
from evalhub.core.rubrics.texts import MAX_LINE

_SHAPE = "must be one of any, all, not, tag, or field with exactly one of in, eq, gte"


def read_condition(spot: Spot, findings: Findings) -> Condition | None:
    """Return the condition at ``spot``; record every fault in it and return None if it has one."""
    if not isinstance(spot.content, dict):
        findings.add(_SHAPE, path=spot.path, line=spot.line)
        return None
    # The whole set of keys decides: {tag, field} is refused rather than half of it ignored.
    keys = frozenset(spot.content)
    if keys not in _READERS:
        findings.add(_SHAPE, path=spot.path, line=spot.line)
        return None
    return _READERS[keys](spot.content, findings)


def condition_to_json(condition: Condition) -> Json:
    """Return the condition as it stands in a file."""
    match condition:
        case AnyOf(items) | AllOf(items):
            key = "any" if isinstance(condition, AnyOf) else "all"
            return {key: [condition_to_json(item) for item in items]}
        case Not(item):
            return {"not": condition_to_json(item)}
        case HasTag(tag):
            return {"tag": tag}
        case FieldIn(field, values):
            return {"field": field, "in": list(values)}
        case FieldEquals(field, value):
            return {"field": field, "eq": value}
        case _:
            return {"field": condition.field, "gte": condition.minimum}


def _read_any(parts: dict[str, Spot], findings: Findings) -> Condition | None:
    items = _read_items(parts["any"], findings)
    return None if items is None else AnyOf(items)


def _read_all(parts: dict[str, Spot], findings: Findings) -> Condition | None:
    items = _read_items(parts["all"], findings)
    return None if items is None else AllOf(items)


def _read_not(parts: dict[str, Spot], findings: Findings) -> Condition | None:
    item = read_condition(parts["not"], findings)
    return None if item is None else Not(item)


def _read_tag(parts: dict[str, Spot], findings: Findings) -> Condition | None:
    tag = _name(parts["tag"], findings)
    return None if tag is None else HasTag(tag)


def _read_in(parts: dict[str, Spot], findings: Findings) -> Condition | None:
    field = _name(parts["field"], findings)
    spot = parts["in"]
    if not isinstance(spot.content, tuple) or not spot.content:
        findings.add("must be a list of at least one value", path=spot.path, line=spot.line)
        return None
    values = [_value(item, findings) for item in spot.content]
    known = tuple(value for value in values if value is not None)
    return None if field is None or len(known) < len(values) else FieldIn(field, known)


def _read_eq(parts: dict[str, Spot], findings: Findings) -> Condition | None:
    field, value = _name(parts["field"], findings), _value(parts["eq"], findings)
    return None if field is None or value is None else FieldEquals(field, value)


def _read_gte(parts: dict[str, Spot], findings: Findings) -> Condition | None:
    field, value = _name(parts["field"], findings), _value(parts["gte"], findings)
    if isinstance(value, bool | str):
        spot = parts["gte"]
        findings.add("must be a number", path=spot.path, line=spot.line)
        return None
    return None if field is None or value is None else FieldAtLeast(field, value)


_READERS: dict[frozenset[str], Callable[[dict[str, Spot], Findings], Condition | None]] = {
    frozenset({"any"}): _read_any,
    frozenset({"all"}): _read_all,
    frozenset({"not"}): _read_not,
    frozenset({"tag"}): _read_tag,
    frozenset({"field", "in"}): _read_in,
    frozenset({"field", "eq"}): _read_eq,
    frozenset({"field", "gte"}): _read_gte,
}


def _read_items(spot: Spot, findings: Findings) -> tuple[Condition, ...] | None:
    if not isinstance(spot.content, tuple) or not spot.content:
        findings.add("must be a list of at least one condition", path=spot.path, line=spot.line)
        return None
    items = [read_condition(item, findings) for item in spot.content]
    known = tuple(item for item in items if item is not None)
    return known if len(known) == len(items) else None


def _name(spot: Spot, findings: Findings) -> str | None:
    value = spot.content
    if isinstance(value, str) and 0 < len(value) <= MAX_LINE and is_clean(value):
        return value
    findings.add(f"must be text of 1 to {MAX_LINE} characters", path=spot.path, line=spot.line)
    return None


def _value(spot: Spot, findings: Findings) -> FactValue | None:
    if isinstance(spot.content, bool | int) or (
        isinstance(spot.content, float) and math.isfinite(spot.content)
    ):
        return spot.content
    return _name(spot, findings)
