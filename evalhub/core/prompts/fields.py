"""Read the fields of one row and collect every broken rule with its place.

A field that is null or absent reads as None. What is returned for a broken field is None
too, so the caller builds its record only when nothing was added to the problems.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from evalhub.core.canonical import Json
from evalhub.core.prompts.patterns import FORBIDDEN_CONTROLS, Pattern
from evalhub.core.reading.quoting import kind_of, shown
from evalhub.errors import Problem

Word = TypeVar("Word", bound=StrEnum)

MAX_UNKNOWN = 10
"""Unknown fields of one object that are named one by one."""
MAX_GUESSED = 40
"""Characters up to which a misspelt word is compared with the known ones."""


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return a hint at the known word nearest to ``word``, or nothing.

    Comparing takes the square of the length, so what is longer than any misspelling of a
    known word is not compared: a megabyte in place of a word took a quarter of a second.
    """
    if len(word) > MAX_GUESSED:
        return ""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


class Fields:
    """Read one object of a row; objects within it share its list of problems."""

    def __init__(
        self,
        row: Mapping[str, Json],
        *,
        where: str,
        problems: list[Problem],
        path: str = "",
    ) -> None:
        self._row = row
        self._where = where
        self._path = path
        self.problems = problems

    def add(self, name: str, rule: str) -> None:
        """Record that field ``name`` (empty: the object itself) breaks ``rule``."""
        path = f"{self._path}.{name}" if self._path and name else self._path or name
        where = f"{self._where}, field {path!r}" if path else self._where
        self.problems.append(Problem(where, rule))

    def has(self, name: str) -> bool:
        """Tell whether the field is there and not null."""
        return self._row.get(name) is not None

    def get(self, name: str) -> Json:
        """Return the raw value, or None."""
        return self._row.get(name)

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Record each field that is not in ``known``, with the nearest known name.

        The first ``MAX_UNKNOWN`` are named and the others counted: a row may hold
        fifty thousand of them, and guessing at each took six seconds.
        """
        unknown = [name for name in self._row if name not in known]
        for name in unknown[:MAX_UNKNOWN]:
            self.add("", f"unknown field {shown(name)}{did_you_mean(name, known)}")
        if len(unknown) > MAX_UNKNOWN:
            self.add("", f"and {len(unknown) - MAX_UNKNOWN:,} more unknown fields")

    def require(self, *names: str) -> None:
        """Record every one of ``names`` that is missing."""
        for name in names:
            if not self.has(name):
                self.add(name, "is missing")

    def text(self, name: str, *, limit: int, pattern: Pattern | None = None) -> str | None:
        """Return a text of at most ``limit`` characters; every line end reads as a line feed."""
        value = self.get(name)
        return None if value is None else self._checked(name, value, limit=limit, pattern=pattern)

    def word(self, name: str, kind: type[Word]) -> Word | None:
        """Return a word of a fixed vocabulary."""
        value = self.get(name)
        if value is None:
            return None
        words = [member.value for member in kind]
        if isinstance(value, str) and value in words:
            return kind(value)
        hint = did_you_mean(value.lower(), words) if isinstance(value, str) else ""
        self.add(name, f"must be one of {', '.join(words)}, not {shown(value)}{hint}")
        return None

    def day(self, name: str) -> date | None:
        """Return a date written as YYYY-MM-DD."""
        value = self.get(name)
        if value is None:
            return None
        try:
            found = date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        # Python also reads weeks (2026-W47-6) and dates without hyphens, which nobody else's
        # reader of the released file would take for a date.
        if found is not None and found.isoformat() == value:
            return found
        self.add(name, f"must be a date such as 2026-11-21, not {shown(value)}")
        return None

    def texts(
        self, name: str, *, limit: int, most: int, pattern: Pattern | None = None
    ) -> tuple[str, ...]:
        """Return a list of texts; one text stands for a list of one."""
        value = self.get(name)
        items = self._list(name, [value] if isinstance(value, str) else value, most=most)
        found = [
            self._checked(f"{name}[{index}]", item, limit=limit, pattern=pattern)
            for index, item in enumerate(items)
        ]
        return tuple(item for item in found if item is not None)

    def object(self, name: str) -> "Fields | None":
        """Return the object in field ``name``."""
        return None if not self.has(name) else self._nested(name, self.get(name))

    def objects(self, name: str, *, most: int) -> "Iterator[Fields]":
        """Yield the objects of a list."""
        for index, item in enumerate(self._list(name, self.get(name), most=most)):
            nested = self._nested(f"{name}[{index}]", item)
            if nested is not None:
                yield nested

    def mapping(self, name: str) -> Mapping[str, Json]:
        """Return a free object, empty when absent."""
        nested = self.object(name)
        return {} if nested is None else dict(nested._row)  # noqa: SLF001 - same class

    def _nested(self, name: str, value: Json) -> "Fields | None":
        if not isinstance(value, Mapping):
            self.add(name, f"must be an object, not {kind_of(value)}")
            return None
        path = f"{self._path}.{name}" if self._path else name
        return Fields(value, where=self._where, problems=self.problems, path=path)

    def _list(self, name: str, value: Json, *, most: int) -> list[Json]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.add(name, f"must be a list, not {kind_of(value)}")
            return []
        if len(value) > most:
            self.add(name, f"has {len(value):,} entries; the limit is {most:,}")
            return []
        return value

    def _checked(
        self, name: str, value: Json, *, limit: int, pattern: Pattern | None
    ) -> str | None:
        rule = _broken_rule(value, limit=limit, pattern=pattern)
        if rule is not None or not isinstance(value, str):
            self.add(name, rule or "must be text")
            return None
        return value.replace("\r\n", "\n").replace("\r", "\n")


def _broken_rule(value: Json, *, limit: int, pattern: Pattern | None) -> str | None:
    """Return the rule that ``value`` breaks as a text, or None."""
    if not isinstance(value, str):
        return f"must be text, not {kind_of(value)}"
    if not value.strip():
        return "is empty"
    if len(value) > limit:
        return f"has {len(value):,} characters; the limit is {limit:,}"
    control = FORBIDDEN_CONTROLS.search(value)
    if control is not None:
        code = ord(control.group())
        return f"holds the control character U+{code:04X} at character {control.start() + 1}"
    if pattern is not None and pattern.expression.fullmatch(value) is None:
        return f"{pattern.rule}, not {shown(value)}"
    return None
