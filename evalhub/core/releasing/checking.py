"""Check the rows of a release against its own promises, table by table and across tables."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from math import inf, isclose

import numpy as np
import pyarrow as pa

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.counting import RowCounts
from evalhub.core.releasing.flavours.checking import AnyRow, FlavourChecks
from evalhub.core.releasing.schemas import KEYS, RESERVED_NAMES, SCHEMAS
from evalhub.core.releasing.vocabulary import FLAVOURS, Part, Split
from evalhub.errors import Problem

EVEN = 0.5
ALWAYS_MADE = frozenset({Part.PAIRS_MARGIN, Part.TRL})
"""The tables that every release makes from ``pairs``, whatever its recipe says of flavours."""
_CHATS = ("prompt", "chosen", "rejected")
_NAMED_ONCE = (Part.PAIRS, Part.TIES, Part.JUDGMENTS)
_PAIR_TABLES = frozenset({Part.PAIRS, Part.PAIRS_MARGIN, Part.TRL})


def check_schema(part: Part, schema: pa.Schema, *, where: str) -> list[Problem]:
    """Return what is wrong with the schema of a table's file.

    Parquet cannot hold a null in a column that its schema requires, so the right schema is
    also the proof that there is none.
    """
    problems = []
    if not schema.equals(SCHEMAS[part]):
        problems.append(Problem(where, f"the schema is not that of the table {part}"))
    allowed = frozenset({"margin"} if part is Part.PAIRS_MARGIN else ())
    if part in FLAVOURS:
        # Its columns are the ones that its trainer asks for.
        allowed = RESERVED_NAMES
    reserved = sorted((RESERVED_NAMES - allowed) & set(schema.names))
    problems += [
        Problem(f"{where}, column {name!r}", "is a name that trainers give a meaning of their own")
        for name in reserved
    ]
    return problems


@dataclass(slots=True)
class RowChecks:
    """Check rows as they come and keep what the checks across tables need.

    What is kept of a prompt is let go of by ``end_prompt``, so whoever brings the rows prompt by
    prompt needs the memory of one, a hundred bytes for each prompt group, and eight for each pair
    and judgment, by which an id that stands under two prompts is found.

    ``counts`` are of every row checked, to be held against the manifest.
    ``promised`` are the tables made from ``pairs`` that the release must have.
    ``ties_count_against`` and ``has_margins`` say how its recipe chose responses and made labels.
    """

    promised: Collection[Part] = ALWAYS_MADE
    ties_count_against: bool = False
    has_margins: bool = True
    problems: list[Problem] = field(default_factory=list)
    counts: RowCounts = field(default_factory=RowCounts)
    _ids: dict[Part, set[str]] = field(default_factory=lambda: {part: set() for part in Part})
    _split_of_prompt: dict[str, Split] = field(default_factory=dict)
    _split_of_group: dict[bytes, Split] = field(default_factory=dict)
    _hashes: dict[Part, "array[int]"] = field(
        default_factory=lambda: {part: array("Q") for part in _NAMED_ONCE}
    )
    _n_stated: dict[str, int] = field(default_factory=dict)
    _n_found: Counter[str] = field(default_factory=Counter)
    _flavours: FlavourChecks = field(default_factory=FlavourChecks)

    def check(self, part: Part, split: Split, row: AnyRow, *, where: str) -> None:
        """Check one row, whose schema is already known to be right."""
        broken = [Problem(where, rule) for rule in self._broken(part, split, row)]
        self.problems += broken
        # A row that breaks a rule may lack what a flavour is made from.
        if not broken:
            self._flavours.check(part, split, row)
        if part is Part.JUDGMENTS:
            self.counts.add(row)

    def end_prompt(self) -> None:
        """Check the rows of a prompt against each other; none of them may come later."""
        self.problems += [Problem("", rule) for rule in self._broken_across()]
        self.counts.end_prompt()
        for part, hashes in self._hashes.items():
            hashes.extend(int.from_bytes(_short_hash(one)) for one in self._ids[part])
        for ids in self._ids.values():
            ids.clear()
        for held in (self._split_of_prompt, self._n_stated, self._n_found):
            held.clear()

    def finish(self) -> list[Problem]:
        """Check what is left against each other and return every problem found.

        Flavours are compared only where every row is sound: else each of them would differ too.
        """
        self.end_prompt()
        for part, hashes in self._hashes.items():
            # Sorted where they lie: there are as many as rows, and copies of them would be most of
            # what a large release takes to check.
            found = np.frombuffer(hashes, np.uint64)
            found.sort()
            n_doubled = int(np.count_nonzero(found[1:] == found[:-1]))
            if n_doubled:
                rule = f"{n_doubled:,} of the values of {KEYS[part]} stand under two prompts"
                self.problems.append(Problem(f"table {part}", rule))
        if not self.problems:
            broken = self._flavours.finish(self.promised)
            self.problems += [Problem("", rule) for rule in broken]
        return self.problems

    def _broken(self, part: Part, split: Split, row: AnyRow) -> Iterator[str]:
        if part in KEYS:
            yield from self._broken_identity(part, split, row)
        if part in _PAIR_TABLES:
            yield from _broken_turns(row)
        if part in {Part.PAIRS, Part.PAIRS_MARGIN}:
            yield from _broken_figures(row)
            yield from _broken_label(row)
            if self.ties_count_against and not 2 * row["n_chosen"] > row["n_judgments"]:
                yield "no more than half of the judgments prefer the chosen response"
        if part is Part.PAIRS_MARGIN:
            yield from _broken_margin(row, has_margins=self.has_margins)
        if part is Part.TIES and self._has_winner(row):
            yield "more judgments prefer one response, so it is no tie"
        self._remember(part, row)

    def _has_winner(self, row: AnyRow) -> bool:
        if self.ties_count_against:
            return bool(2 * max(row["n_a"], row["n_b"]) > row["n_judgments"])
        return bool(row["n_a"] != row["n_b"])

    def _broken_identity(self, part: Part, split: Split, row: AnyRow) -> Iterator[str]:
        key = row[KEYS[part]]
        if key in self._ids[part]:
            yield f"{KEYS[part]} {key!r} stands in {part} twice"
        self._ids[part].add(key)
        if row["split"] != split:
            yield f"split {row['split']!r} is not that of its file"
        if self._split_of_prompt.setdefault(row["prompt_id"], split) is not split:
            yield f"prompt {row['prompt_id']!r} is in two splits"
        group = row.get("prompt_group")
        if group is not None and self._group_split(group, split) is not split:
            yield f"prompt group {group!r} is in two splits"

    def _group_split(self, group: str, split: Split) -> Split:
        return self._split_of_group.setdefault(_short_hash(group), split)

    def _remember(self, part: Part, row: AnyRow) -> None:
        if part in {Part.PAIRS, Part.TIES}:
            self._n_stated[row["pair_id"]] = row["n_judgments"]
        if part is Part.JUDGMENTS and row["choice"] != Choice.CANNOT_JUDGE:
            self._n_found[row["pair_id"]] += 1

    def _broken_across(self) -> Iterator[str]:
        ids = self._ids
        for pair in sorted(ids[Part.PAIRS] & ids[Part.TIES]):
            yield f"pair {pair!r} is in pairs and in ties"
        for pair in sorted(ids[Part.PAIRS_MARGIN] - ids[Part.PAIRS]):
            yield f"pair {pair!r} is in pairs_margin but not in pairs"
        for prompt in sorted(self._split_of_prompt.keys() - ids[Part.PROMPTS]):
            yield f"prompt {prompt!r} is not in prompts"
        for pair, stated in sorted(self._n_stated.items()):
            if self._n_found[pair] != stated:
                yield f"pair {pair!r} states {stated} judgments; there are {self._n_found[pair]}"


def _short_hash(name: str) -> bytes:
    # Names are long, and these are all that is kept to the end.
    return hashlib.blake2b(name.encode(), digest_size=8).digest()


def _broken_turns(row: AnyRow) -> Iterator[str]:
    for name in ("chosen", "rejected"):
        if [message["role"] for message in row[name]] != ["assistant"]:
            yield f"{name} is not one turn of the assistant"
    if not row["prompt"]:
        yield "prompt has no message"
    if any(None in message.values() for name in _CHATS for message in row[name]):
        yield "a message has no role or no content"
    if row["chosen"] == row["rejected"]:
        yield "chosen and rejected are the same"


def _broken_figures(row: AnyRow) -> Iterator[str]:
    n = row["n_judgments"]
    if n != row["n_chosen"] + row["n_rejected"] + row["n_ties"]:
        yield "n_judgments is not the sum of its parts"
    elif row["n_chosen"] <= row["n_rejected"]:
        yield "no more judgments prefer the chosen response than the rejected one"
    elif not (
        isclose(row["vote_share"], (row["n_chosen"] + row["n_ties"] / 2) / n)
        and isclose(row["agreement"], row["n_chosen"] / n)
    ):
        yield "vote_share or agreement does not follow from the counts"


def _broken_label(row: AnyRow) -> Iterator[str]:
    for name in ("soft_label", "pooled_soft_label"):
        if row[name] is not None and not 0 <= row[name] <= 1:
            yield f"{name} {row[name]} is not between 0 and 1"
    if row["is_against_votes"] != (row["soft_label"] < EVEN):
        yield "is_against_votes does not follow from soft_label"
    if not row["soft_label_se"] >= 0:
        yield f"soft_label_se {row['soft_label_se']} is negative"


def _broken_margin(row: AnyRow, *, has_margins: bool) -> Iterator[str]:
    if not has_margins:
        # Labels by majority have no size, and one that crept in would change a trainer's loss.
        if row["margin"] or row["margin_se"]:
            yield "margin is not 0 under a recipe without margins"
        return
    if not 0 <= row["margin"] < inf:
        yield f"margin {row['margin']} is not a number from 0"
    if not row["margin_se"] > 0:
        yield f"margin_se {row['margin_se']} is not above 0"
    if row["is_against_votes"] and row["margin"] > 0:
        yield "margin is above 0, but the label goes against the votes"
