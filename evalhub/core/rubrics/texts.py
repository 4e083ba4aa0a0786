"""The shapes that single values in a rubric may take, each with the rule to print when broken."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from evalhub.core.free_words import is_clean, says_something

MAX_LINE = 200
MAX_SLUG = 64
MAX_TEXT = 4_000

_SLUG = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_VERSION = re.compile(r"(?:0|[1-9][0-9]{0,5})(?:\.(?:0|[1-9][0-9]{0,5})){2}")
_LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")


@dataclass(frozen=True, slots=True)
class TextRule:
    """Hold a test for one text and the rule it enforces."""

    holds: Callable[[str], bool]
    rule: str


@dataclass(frozen=True, slots=True)
class NumberRule:
    """Hold the least and the greatest number a field may take."""

    least: float
    most: float

    @property
    def rule(self) -> str:
        """Return the rule in words."""
        return f"must lie between {self.least:g} and {self.most:g}"


def is_slug(text: str) -> bool:
    """Return whether ``text`` is a short name of lower-case letters and digits."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def _is_line(text: str) -> bool:
    is_line = text == text.strip() and text.isprintable()
    return is_line and len(text) <= MAX_LINE and says_something(text)


def _is_text(text: str) -> bool:
    return len(text) <= MAX_TEXT and says_something(text) and is_clean(text)


def _is_optional_text(text: str) -> bool:
    return not text or _is_text(text)


def _is_version(text: str) -> bool:
    return _VERSION.fullmatch(text) is not None


def _is_locale(text: str) -> bool:
    return _LOCALE.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    # Python also reads 20261121 and 2026-W47-6, which other readers of the file do not.
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


Slug: TypeAlias = Annotated[
    str,
    TextRule(
        is_slug,
        f"must be 1 to {MAX_SLUG} lower-case letters and digits, joined by single '_' or '-'",
    ),
]
Line: TypeAlias = Annotated[
    str, TextRule(_is_line, f"must be one line of 1 to {MAX_LINE} printable characters")
]
Text: TypeAlias = Annotated[
    str,
    TextRule(_is_text, f"must be 1 to {MAX_TEXT} characters and no control characters"),
]
OptionalText: TypeAlias = Annotated[
    str,
    TextRule(_is_optional_text, f"must be at most {MAX_TEXT} characters and no control characters"),
]
Version: TypeAlias = Annotated[
    str, TextRule(_is_version, "must be a version of three numbers, such as 1.0.0")
]
Locale: TypeAlias = Annotated[
    str, TextRule(_is_locale, "must be a language tag such as en, de-CH or zh-Hant-TW")
]
Date: TypeAlias = Annotated[str, TextRule(_is_date, "must be a date such as 2026-11-21")]

Share: TypeAlias = Annotated[float, NumberRule(0, 1)]
Point: TypeAlias = Annotated[int, NumberRule(-100, 100)]
Level: TypeAlias = Annotated[int, NumberRule(1, 5)]
Count: TypeAlias = Annotated[int, NumberRule(0, 10_000)]
Minutes: TypeAlias = Annotated[float, NumberRule(0.1, 1_440)]
Coefficient: TypeAlias = Annotated[float, NumberRule(-1, 1)]
