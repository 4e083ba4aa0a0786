"""Build frozen dataclasses from values in a file, by the type hints of their fields alone.

A key without a field is refused, a field without a default must be there, and nothing is
converted but whole numbers to decimals. Every problem is recorded; only a value without
problems is built, so no stand-in for a broken value exists.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from evalhub.core.rubrics.condition_trees import read_condition
from evalhub.core.rubrics.conditions import AnyOf
from evalhub.core.rubrics.spots import Findings, Spot
from evalhub.core.rubrics.texts import NumberRule, TextRule
from evalhub.errors import BadInput

T = TypeVar("T")

MAX_SHOWN = 60


class _Missing(Enum):
    BROKEN = "broken"


_BROKEN = _Missing.BROKEN


def decode(kind: type[T], spot: Spot, findings: Findings) -> T:
    """Return the ``kind`` that stands at ``spot``; raise ``BadInput`` with all that is wrong."""
    value = _read(kind, spot, findings)
    if findings.problems or not isinstance(value, kind):
        raise BadInput(findings.problems)
    return value


def without_schema(spot: Spot, schema: str, findings: Findings) -> Spot:
    """Check the schema's name, which says how to read the rest, and take it off."""
    if not isinstance(spot.content, dict):
        return spot
    named = spot.content.get("schema")
    if named is None or named.content != schema:
        line = spot.line if named is None else named.line
        findings.add(f"must be {schema!r}", path="schema", line=line)
    rest = {key: inner for key, inner in spot.content.items() if key != "schema"}
    return Spot(rest, spot.path, spot.line)


def _read(hint: object, spot: Spot, findings: Findings) -> object:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _read_ruled(args[0], args[1:], spot, findings=findings)
    if origin is Literal:
        return _read_word({word: word for word in args}, spot, findings)
    if origin in {Union, UnionType}:
        return _read_union(args, spot, findings)
    if origin is tuple:
        return _read_tuple(args[0], spot, findings)
    if isinstance(hint, type) and is_dataclass(hint):
        return _read_object(hint, spot, findings)
    return _read_scalar(hint, spot, findings)


def _read_ruled(
    hint: object, rules: tuple[object, ...], spot: Spot, *, findings: Findings
) -> object:
    # A value of the wrong type was reported already; a rule about its text would only confuse.
    value = _read(hint, spot, findings)
    for rule in rules:
        if isinstance(rule, TextRule) and isinstance(value, str) and not rule.holds(value):
            return _broken(f"{rule.rule}, not {_shown(value)}", spot, findings)
        if (
            isinstance(rule, NumberRule)
            and isinstance(value, int | float)
            and not rule.least <= value <= rule.most
        ):
            return _broken(f"{rule.rule}, not {value}", spot, findings)
    return value


def _read_union(members: tuple[object, ...], spot: Spot, findings: Findings) -> object:
    # A condition is a union of classes too, but in files it is told by its keys.
    if AnyOf in members:
        condition = read_condition(spot, findings)
        return _BROKEN if condition is None else condition
    if spot.content is None and NoneType in members:
        return None
    # Of the kinds left one is picked by what stands there, so that a message names one rule
    # to keep and not every rule that could have been kept instead.
    kinds = [member for member in members if member is not NoneType]
    if isinstance(spot.content, int) and int in kinds:
        return _read(int, spot, findings)
    others = [kind for kind in kinds if kind is not int]
    return _read(others[0] if others else int, spot, findings)


def _read_tuple(hint: object, spot: Spot, findings: Findings) -> object:
    if not isinstance(spot.content, tuple):
        return _broken(f"must be a list, not {_kind_of(spot)}", spot, findings)
    values = [_read(hint, item, findings) for item in spot.content]
    return _BROKEN if _BROKEN in values else tuple(values)


def _read_object(kind: type, spot: Spot, findings: Findings) -> object:
    if not isinstance(spot.content, dict):
        return _broken(f"must be a set of keys and values, not {_kind_of(spot)}", spot, findings)
    members = _members(kind)
    # In the file's order: that of a set differs from run to run, and with it the message.
    for key, inner in spot.content.items():
        if key not in members:
            _broken(f"unknown key {_shown(key)}", inner, findings)
    values: dict[str, object] = {}
    for name, (hint, is_required) in members.items():
        if name in spot.content:
            values[name] = _read(hint, spot.content[name], findings)
        elif is_required:
            values[name] = _broken(f"the key {name!r} is missing", spot, findings)
    # A type checker cannot know the fields of a class it meets as a value.
    build: Callable[..., object] = kind
    return _BROKEN if _BROKEN in values.values() else build(**values)


def _read_word(words: Mapping[str, object], spot: Spot, findings: Findings) -> object:
    value = spot.content
    if isinstance(value, str) and value in words:
        return words[value]
    told = _shown(value) if isinstance(value, str) else _kind_of(spot)
    return _broken(f"must be one of {', '.join(words)}, not {told}", spot, findings)


def _read_scalar(hint: object, spot: Spot, findings: Findings) -> object:
    value = spot.content
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _read_word({member.value: member for member in hint}, spot, findings)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    # A plain isinstance would take true for the number one.
    if type(value) is hint:
        return value
    return _broken(f"must be {_WANTED[hint]}, not {_kind_of(spot)}", spot, findings)


_WANTED: Mapping[object, str] = {
    str: "text (quote it)",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


@cache
def _members(kind: type) -> dict[str, tuple[object, bool]]:
    """Return for each field its hint and whether it must be given."""
    hints: dict[str, object] = get_type_hints(kind, include_extras=True)
    return {item.name: (hints[item.name], _is_required(item)) for item in fields(kind)}


def _is_required(item: Field[object]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _broken(rule: str, spot: Spot, findings: Findings) -> _Missing:
    findings.add(rule, path=spot.path, line=spot.line)
    return _BROKEN


def _kind_of(spot: Spot) -> str:
    match spot.content:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {spot.content}"
        case str():
            return f"the text {_shown(spot.content)}"
        case tuple():
            return "a list"
        case _:
            return "a set of keys and values"


def _shown(text: str) -> str:
    return repr(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…")
