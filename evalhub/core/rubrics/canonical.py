"""The canonical JSON of a rubric, its hash, and the way back.

Every field is written, in the names of the schema, but for those that hold nothing; so two
files that say the same, be they YAML or JSON, have one canonical form and one hash.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from evalhub.core.canonical import Json, content_hash
from evalhub.core.rubrics.condition_trees import condition_to_json
from evalhub.core.rubrics.conditions import Condition
from evalhub.core.rubrics.schema import SCHEMA, Rubric


def rubric_to_json(rubric: Rubric) -> Json:
    """Return the canonical JSON value of ``rubric``, with its schema's name."""
    return {"schema": SCHEMA, **fields_to_json(rubric)}


def rubric_hash(rubric: Rubric) -> str:
    """Return the SHA-256 of the canonical JSON of ``rubric``."""
    return content_hash(rubric_to_json(rubric))


def fields_to_json(value: object) -> Mapping[str, Json]:
    """Return the fields of a dataclass that hold something, as JSON by name."""
    if isinstance(value, type) or not is_dataclass(value):
        raise TypeError(f"{value!r} is not an instance of a dataclass.")
    found: dict[str, Json] = {}
    for name in _names(value.__class__):
        inner = getattr(value, name)
        if inner is not None:
            # Most of an answer is words and numbers, of which there are fifty in each judgment.
            found[name] = inner if type(inner) in _PLAIN else _to_json(inner)
    return found


_PLAIN = frozenset({str, int, float, bool})
"""What is JSON as it stands. By the exact type: a word of an enumeration is a str as well."""


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))


def _to_json(value: object) -> Json:
    if isinstance(value, Condition):
        return condition_to_json(value)
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, bool | int | float):
        return value
    # A word of an enumeration is a str too, and becomes a plain one here.
    if isinstance(value, str):
        return str(value)
    return fields_to_json(value)
