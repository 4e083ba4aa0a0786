"""Check that every flavour of a release says what its canonical tables say."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import orjson

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.flavours.judged import WINNERS
from evalhub.core.releasing.flavours.kto import KtoRows
from evalhub.core.releasing.flavours.pairs import PAIR_FLAVOURS
from evalhub.core.releasing.rows import MarginRow
from evalhub.core.releasing.vocabulary import PairOutcome, Part, Split

AnyRow: TypeAlias = Mapping[str, Any]
"""A row as a file holds it, whose values are not yet known to be of their types."""

_MARGINS = frozenset({"margin", "margin_se"})
_OF_JUDGMENT = ("pair_id", "model_a", "model_b", "language", "domain")


class _Digests:
    """Hold a running hash a table and split: rows are compared in their order, and not kept."""

    def __init__(self) -> None:
        self._by_place: dict[tuple[Part, Split], Any] = {}

    def add(self, part: Part, split: Split, row: object) -> None:
        digest = self._by_place.setdefault((part, split), hashlib.sha256())
        # Any form will do that is the same for both sides; this one is the fastest by far, and
        # every row of a dozen tables is written in it.
        digest.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS) + b"\n")

    def value(self, part: Part, split: Split) -> str:
        digest = self._by_place.get((part, split))
        return "" if digest is None else digest.hexdigest()

    def parts(self) -> set[Part]:
        return {part for part, _ in self._by_place}


@dataclass(slots=True)
class FlavourChecks:
    """Make every flavour again from the canonical rows and compare it with what is there.

    Canonical tables come first, each in the order it was written in.
    """

    _expected: _Digests = field(default_factory=_Digests)
    _found: _Digests = field(default_factory=_Digests)
    _kto: KtoRows = field(default_factory=KtoRows)
    _kto_split: Split = Split.TRAIN

    def check(self, part: Part, split: Split, row: AnyRow) -> None:
        """Take one row of any table."""
        if part is Part.PAIRS:
            self._expected.add(Part.PAIRS_MARGIN, split, row)
            self._expected.add(Part.HELPSTEER3, split, _preference(row))
        elif part is Part.PAIRS_MARGIN:
            self._found.add(part, split, {k: v for k, v in row.items() if k not in _MARGINS})
            self._expect_flavours(split, cast("MarginRow", row))
        elif part is Part.JUDGMENTS:
            if _is_battle(row):
                self._expected.add(Part.ARENA, split, _battle(row))
        elif part is Part.ARENA:
            self._found.add(part, split, [row["id"], row["judge"], row["winner"], *_shared(row)])
        elif part is Part.HELPSTEER3:
            self._found.add(part, split, _graded(row))
        elif part is Part.KTO or part in PAIR_FLAVOURS:
            self._found.add(part, split, row)

    def finish(self, promised: Collection[Part]) -> Iterator[str]:
        """Yield the rule that each flavour breaks which differs from its canonical table.

        One that is not ``promised`` may be missing, since its recipe left it out; a promised one
        that is gone differs from every row that it should have.
        """
        self._expect_kto(self._kto.finish())
        for part in sorted(self._found.parts() | set(promised)):
            for split in Split:
                if self._expected.value(part, split) != self._found.value(part, split):
                    yield f"{part}/{split} does not say what its canonical table says"

    def _expect_flavours(self, split: Split, row: MarginRow) -> None:
        for part, make in PAIR_FLAVOURS.items():
            made = make(row)
            if made is not None:
                self._expected.add(part, split, made)
        self._expect_kto(self._kto.add(row))
        self._kto_split = split

    def _expect_kto(self, rows: "list[Any]") -> None:
        for row in rows:
            self._expected.add(Part.KTO, self._kto_split, row)


def _preference(row: AnyRow) -> list[object]:
    texts = [row[name][0]["content"] for name in ("chosen", "rejected")]
    return [row["domain"], row["language"], row["prompt"], *texts]


def _graded(row: AnyRow) -> list[object]:
    """Return what ``_preference`` does; a preference of 0 chooses nothing and equals no pair."""
    preference = row["overall_preference"]
    texts = [row["response1"], row["response2"]]
    if preference > 0:
        texts.reverse()
    return [row["domain"], row["language"], row["context"], *(texts if preference else [])]


def _is_battle(row: AnyRow) -> bool:
    if row["pair_outcome"] == PairOutcome.RESPONSE_NOT_ANSWERED:
        return False
    return bool(row["choice"] != Choice.CANNOT_JUDGE)


def _battle(row: AnyRow) -> list[object]:
    return [row["judgment_id"], row["annotator"], WINNERS[Choice(row["choice"])], *_shared(row)]


def _shared(row: AnyRow) -> list[object]:
    return [row[name] for name in _OF_JUDGMENT]
