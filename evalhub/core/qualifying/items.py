"""Pairs with a key: what assessments and calibrations ask, and which answers are right.

A key accepts one preference or several, since experts who wrote it may find more than one point
of the scale defensible. It is kept apart from its item, so that what is drawn for somebody who
has not answered yet can be made without it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalhub.core.canonical import Json
from evalhub.core.free_words import check_words, is_clean, says_something
from evalhub.core.qualifying.credentials import name_rule
from evalhub.core.rubrics.texts import is_slug
from evalhub.errors import Problem

MAX_ITEMS = 100
MAX_ITEM_TEXT = 40_000
MAX_KEY_REASON = 2_000
PREFERENCES = range(-3, 4)
"""What can be answered: the graded preference, negative where A is better."""
NO_NUMBER = 10**6
"""Stands for what is no whole number, so that the rule of its field refuses it by itself."""


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one pair as it is shown; ``skill`` names what it asks of somebody."""

    skill: str
    prompt: str
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Key:
    """Hold the preferences that are right for one item, and why."""

    accepts: frozenset[int]
    reason: str


def is_right(key: Key, answer: int | None) -> bool:
    """Tell whether an answer is one that the key accepts."""
    return answer in key.accepts


def read_items(value: Json) -> tuple[tuple[Item, ...], tuple[Key, ...]]:
    """Return the items in a file and their keys, unchecked; what is missing is empty."""
    raw = [one if isinstance(one, dict) else {} for one in value] if isinstance(value, list) else []
    items = tuple(
        Item(*(text_of(one.get(name)) for name in ("skill", "prompt", "a", "b"))) for one in raw
    )
    return items, tuple(_key(one.get("key")) for one in raw)


def item_to_json(item: Item) -> dict[str, Json]:
    """Return an item as it is kept, without its key."""
    return {"skill": item.skill, "prompt": item.prompt, "a": item.a, "b": item.b}


def key_to_json(key: Key) -> dict[str, Json]:
    """Return a key as files have it."""
    return {"accepts": [*sorted(key.accepts)], "reason": key.reason}


def check_items(items: Sequence[Item], keys: Sequence[Key]) -> Iterator[Problem]:
    """Yield every rule that an item or its key breaks."""
    for number, (item, key) in enumerate(zip(items, keys, strict=True), start=1):
        if not is_slug(item.skill):
            yield Problem(f"item {number}, skill", name_rule(item.skill))
        for name, text in (("prompt", item.prompt), ("a", item.a), ("b", item.b)):
            if not (says_something(text) and len(text.strip()) <= MAX_ITEM_TEXT and is_clean(text)):
                rule = f"needs 1 to {MAX_ITEM_TEXT} characters and no control characters"
                yield Problem(f"item {number}, {name}", rule)
        for problem in check_key(key):
            yield Problem(f"item {number}, key, {problem.where}", problem.rule)


def check_key(key: Key) -> list[Problem]:
    """Return every rule that a key breaks."""
    problems = []
    if not key.accepts or not key.accepts <= set(PREFERENCES):
        problems.append(Problem("accepts", "needs preferences from -3 to 3, at least one"))
    problems += check_words(key.reason, most=MAX_KEY_REASON)
    return problems


def text_of(value: Json) -> str:
    """Return a text; an empty one for anything else."""
    return value if isinstance(value, str) else ""


def whole_of(value: Json) -> int:
    """Return a whole number; ``NO_NUMBER`` for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else NO_NUMBER


def share_of_text(value: Json) -> float:
    """Return a share; one that no rule allows for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return -1.0
    return float(value)


def _key(value: Json) -> Key:
    told = value if isinstance(value, dict) else {}
    accepts = told.get("accepts")
    listed = accepts if isinstance(accepts, list) else []
    return Key(frozenset(whole_of(one) for one in listed), text_of(told.get("reason")))
