"""Say which rows two versions of a release do not share, and why.

Rows are known by the ids that do not change from version to version. Both versions are in the order
of their prompts, and a row never changes its prompt, so they are compared prompt by prompt.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import nsmallest

from evalhub.core.releasing.by_prompt import AnyRow
from evalhub.core.releasing.schemas import KEYS
from evalhub.core.releasing.vocabulary import Part

COMPARED = (Part.PAIRS, Part.TIES, Part.JUDGMENTS, Part.PROMPTS)
"""The tables that all others are made from."""

NEEDED = {part: ("prompt_id", KEYS[part]) for part in COMPARED} | {
    Part.JUDGMENTS: ("prompt_id", KEYS[Part.JUDGMENTS], "pair_id", "pair_outcome", "annotator")
}
"""The columns without whose text a row cannot be compared."""

N_EXAMPLES = 5


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
    """Hold what one version says of a prompt: its rows by id, and what became of its pairs.

    ``annotators`` names who made each judgment.
    """

    rows: dict[Part, dict[str, AnyRow]] = field(
        default_factory=lambda: {part: {} for part in COMPARED}
    )
    outcomes: dict[str, str] = field(default_factory=dict)
    annotators: dict[str, str] = field(default_factory=dict)

    def add(self, part: Part, row: AnyRow) -> None:
        """Take one row."""
        key = row[KEYS[part]]
        self.rows[part][key] = row
        if part is Part.JUDGMENTS:
            self.outcomes[row["pair_id"]] = row["pair_outcome"]
            self.annotators[key] = row["annotator"]


@dataclass(slots=True)
class _Found:
    """Count the rows of one change, and keep a few of their ids."""

    n: int = 0
    examples: tuple[str, ...] = ()

    def add(self, key: str) -> None:
        self.n += 1
        # The smallest ones, so that equal versions give equal answers.
        self.examples = tuple(nsmallest(N_EXAMPLES, (*self.examples, key)))


@dataclass(slots=True)
class Comparison:
    """Count what changed from one version to another, prompt by prompt.

    ``withdrawn`` are the pseudonyms of annotators whose consent was withdrawn by the newer one.
    """

    withdrawn: Collection[str] = ()
    _found: dict[tuple[Part, ChangeKind, str], _Found] = field(default_factory=dict)

    def add(self, old: Side, new: Side) -> None:
        """Take what both versions say of one prompt; a version that lacks it says nothing."""
        for part in COMPARED:
            for kind, reason, key in _changes(part, old, new, self.withdrawn):
                self._found.setdefault((part, kind, reason), _Found()).add(key)

    def changes(self) -> tuple[RowChange, ...]:
        """Return what changed, table by table."""
        order = list(ChangeKind)
        keys = sorted(
            self._found, key=lambda one: (COMPARED.index(one[0]), order.index(one[1]), one[2])
        )
        return tuple(RowChange(*key, self._found[key].n, self._found[key].examples) for key in keys)


def _changes(
    part: Part, old: Side, new: Side, withdrawn: Collection[str]
) -> Iterator[tuple[ChangeKind, str, str]]:
    before, after = old.rows[part], new.rows[part]
    for key in before.keys() - after.keys():
        yield ChangeKind.REMOVED, _why_removed(part, key, old, new, withdrawn), key
    for key in after.keys() - before.keys():
        yield ChangeKind.ADDED, _why_added(part, key, old), key
    for key in before.keys() & after.keys():
        if before[key] != after[key]:
            yield ChangeKind.CHANGED, _what_differs(before[key], after[key]), key


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


def _what_differs(before: AnyRow, after: AnyRow) -> str:
    # A version with other columns has other names, and then every row differs.
    if before.keys() != after.keys():
        return "its table has other columns"
    names = [name for name, value in before.items() if value != after[name]]
    return f"other values of {', '.join(names)}"
