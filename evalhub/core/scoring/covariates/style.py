"""Count what makes an answer look good whatever it says: its length and its Markdown.

Only what a reader sees is counted, so code blocks give their length and nothing else: a comment
in code is no heading.
"""

import re
from collections.abc import Sequence

import numpy as np

from evalhub.core.scoring.arrays import FloatArray

STYLE_NAMES = ("length", "headers", "lists", "bold", "tables")
"""Characters; headings; list items; bold passages; tables."""

_CODE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)", re.MULTILINE | re.DOTALL)
_PATTERNS = (
    re.compile(r"^ {0,3}#{1,6}[ \t]", re.MULTILINE),
    re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]", re.MULTILINE),
    re.compile(r"\*\*(?=\S)[^*\n]+(?<=\S)\*\*|__(?=\S)[^_\n]+(?<=\S)__"),
    # Every table has one row of dashes under its heading, with a bar somewhere in it.
    re.compile(r"^(?=[^\n]*\|)[ \t|:-]*-{2,}[ \t|:-]*$", re.MULTILINE),
)


def style_of(text: str) -> tuple[int, ...]:
    """Return the counts of one answer in the order of ``STYLE_NAMES``."""
    prose = _CODE.sub("", text)
    return (len(text), *(sum(1 for _ in pattern.finditer(prose)) for pattern in _PATTERNS))


def style_differences(left: Sequence[str], right: Sequence[str]) -> FloatArray:
    """Return (a - b) / (a + b + 1) of every count for pairs of answers, shape (pairs, 5).

    The difference is relative, so that ten words more matter to a short answer and not to a long
    one; it lies between -1 and 1 and changes its sign when the sides change places.
    """
    a, b = (_counted(texts) for texts in (left, right))
    return np.asarray((a - b) / (a + b + 1))


def _counted(texts: Sequence[str]) -> FloatArray:
    # An answer is judged against several others, and is counted once.
    found = {text: style_of(text) for text in set(texts)}
    counted = np.array([found[text] for text in texts], dtype=np.float64)
    return counted.reshape(len(texts), len(STYLE_NAMES))
