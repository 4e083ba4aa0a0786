"""Find what two answers share word for word, and the figures that only one of them has.

Shown on demand only: a look at differences first would lead the eye to form before matter. Two
answers that were written apart differ in nearly every word, so what is worth showing is what they
copied from one source and where their numbers part: a dose, a date, a paragraph of a statute.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from evalhub.core.judging.masking import Span

SHORTEST_SHARED = 5
"""Words in a row from which a passage counts as shared; shorter ones are chance."""
MAX_WORDS = 4_000
"""Words of an answer up to which passages are compared: the time grows faster than the length."""

_WORD = re.compile(r"\w+")
_FIGURE = re.compile(r"(?<![\w.,])\d+(?:[.,:/]\d+)*(?![\w])")


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold, for one answer, the figures that are its own and the passages that it shares."""

    own: tuple[Span, ...]
    shared: tuple[Span, ...]


def differences(a: str, b: str) -> tuple[Difference, Difference]:
    """Return what is to be shown of each of two answers beside the other."""
    shared = _shared(a, b)
    return (
        Difference(_own_figures(a, b), tuple(one for one, _ in shared)),
        Difference(_own_figures(b, a), tuple(sorted(other for _, other in shared))),
    )


def _shared(a: str, b: str) -> list[tuple[Span, Span]]:
    words_a, words_b = list(_WORD.finditer(a)), list(_WORD.finditer(b))
    if max(len(words_a), len(words_b)) > MAX_WORDS:
        return []
    matcher = SequenceMatcher(None, _said(words_a), _said(words_b))
    return [
        (_span(words_a, block.a, block.size), _span(words_b, block.b, block.size))
        for block in matcher.get_matching_blocks()
        if block.size >= SHORTEST_SHARED
    ]


def _said(words: Sequence[re.Match[str]]) -> list[str]:
    return [word[0].casefold() for word in words]


def _span(words: Sequence[re.Match[str]], first: int, n: int) -> Span:
    return (words[first].start(), words[first + n - 1].end())


def _own_figures(text: str, other: str) -> tuple[Span, ...]:
    known = set(_FIGURE.findall(other))
    return tuple(match.span() for match in _FIGURE.finditer(text) if match[0] not in known)
