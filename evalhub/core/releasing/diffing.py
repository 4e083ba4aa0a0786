"""Say which rows two versions of a release do not share, and why.

Rows are known by the ids that do not change from version to version. Of each row of the older
version one number a column is kept, so that the versions are compared in some hundred bytes a row.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from evalhub.core.canonical import canonical_json
from evalhub.core.releasing.schemas import KEYS
from evalhub.core.releasing.vocabulary import Part

COMPARED = (Part.PAIRS, Part.TIES, Part.JUDGMENTS, Part.PROMPTS)
"""The tables that all others are made from."""

N_EXAMPLES = 5

AnyRow: TypeAlias = Mapping[str, Any]


class ChangeKind(StrEnum):
    """Name what became of a row."""

    ADDED = "added"
    """Only the newer version has it."""
    REMOVED = "removed"
    """Only the older version has it."""
    CHANGED = "changed"
    """Both have it, with other values."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """Count the rows of one table that changed in one way for one reason, with a few of their ids.

    Ids are in their order, so that equal versions give equal answers.
    """

    part: Part
    kind: ChangeKind
    reason: str
    n_rows: int
    examples: tuple[str, ...]


@dataclass(slots=True)
class Side:
    """Hold what is kept of one version: a number a column of each row, and what became of pairs.

    ``annotators`` names who made each judgment.
    """

    rows: dict[Part, dict[str, tuple[int, ...]]] = field(
        default_factory=lambda: {part: {} for part in COMPARED}
    )
    outcomes: dict[str, str] = field(default_factory=dict)
    annotators: dict[str, str] = field(default_factory=dict)

    def add(self, part: Part, row: AnyRow) -> None:
        """Take one row."""
        key = row[KEYS[part]]
        self.rows[part][key] = tuple(_digest(value) for value in row.values())
        if part is Part.JUDGMENTS:
            self.outcomes[row["pair_id"]] = row["pair_outcome"]
            self.annotators[key] = row["annotator"]


def _digest(value: Any) -> int:  # noqa: ANN401 - whatever a column holds
    """Return 64 bits of a hash: equal ones of different values are not to be expected."""
    told = hashlib.blake2b(canonical_json(value).encode(), digest_size=8)
    return int.from_bytes(told.digest())


def compare(
    old: Side, new: Side, *, columns: Mapping[Part, tuple[str, ...]], withdrawn: Collection[str]
) -> tuple[RowChange, ...]:
    """Return what changed from ``old`` to ``new``, table by table.

    ``columns`` are those of each table in the order of their numbers, ``withdrawn`` the
    pseudonyms of annotators whose consent was withdrawn by the newer version.
    """
    return tuple(
        change
        for part in COMPARED
        for change in _grouped(part, _changes(part, old, new, columns[part], withdrawn))
    )


def _changes(
    part: Part, old: Side, new: Side, columns: tuple[str, ...], withdrawn: Collection[str]
) -> Iterator[tuple[ChangeKind, str, str]]:
    before, after = old.rows[part], new.rows[part]
    for key in before.keys() - after.keys():
        yield ChangeKind.REMOVED, _why_removed(part, key, old, new, withdrawn), key
    for key in after.keys() - before.keys():
        yield ChangeKind.ADDED, _why_added(part, key, old), key
    for key in before.keys() & after.keys():
        if before[key] != after[key]:
            yield ChangeKind.CHANGED, _what_differs(before[key], after[key], columns), key


def _why_removed(part: Part, key: str, old: Side, new: Side, withdrawn: Collection[str]) -> str:
    if part is Part.JUDGMENTS:
        if old.annotators[key] in withdrawn:
            return "its expert withdrew their consent"
        return "a filter leaves it out, or it is no longer in force"
    if part is Part.PROMPTS:
        return "no released judgment is about it"
    outcome = new.outcomes.get(key)
    return "no released judgment is about it" if outcome is None else f"the pair is now: {outcome}"


def _why_added(part: Part, key: str, old: Side) -> str:
    if part in {Part.PAIRS, Part.TIES} and key in old.outcomes:
        return f"the pair was: {old.outcomes[key]}"
    return "it is new"


def _what_differs(before: tuple[int, ...], after: tuple[int, ...], columns: tuple[str, ...]) -> str:
    # A version with other columns has another number of values, and then every row differs.
    if len(before) != len(after):
        return "its table has other columns"
    names = [name for name, one, other in zip(columns, before, after, strict=True) if one != other]
    return f"other values of {', '.join(names)}"


def _grouped(part: Part, found: Iterable[tuple[ChangeKind, str, str]]) -> Iterator[RowChange]:
    keys: dict[tuple[ChangeKind, str], list[str]] = {}
    for kind, reason, key in found:
        keys.setdefault((kind, reason), []).append(key)
    order = list(ChangeKind)
    for kind, reason in sorted(keys, key=lambda one: (order.index(one[0]), one[1])):
        own = sorted(keys[kind, reason])
        yield RowChange(part, kind, reason, len(own), tuple(own[:N_EXAMPLES]))
