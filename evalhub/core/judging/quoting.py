"""Tell whether words that an annotator quotes stand in the response they are said to show.

A quote is evidence: a flag's words are read by whoever settles a disagreement and are
released beside the judgment. Words of the other answer, or of memory, would be evidence of
nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\[?(?:\u2026|\.{3,})\]?")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,400})\]\([^()\s]{0,500}(?:\s[^()\n]{0,200})?\)")
_UNSEEN = re.compile(
    r"^[ \t>]*(?:\d{1,9}[.)][ \t]|(?:`{3,}|~{3,})[^\n]*)|\\[a-zA-Z]+", re.MULTILINE
)
"""What stands in Markdown and not in what is read: numbers of a list, the language of a block of
code, commands of a formula."""


def is_quoted(quote: str, text: str) -> bool:
    """Return whether ``quote`` stands in ``text``, which is Markdown, as a reader sees it.

    What counts is the sequence of words: blanks, line breaks, capitals, punctuation and
    Markdown's marks are passed over, since a selection, a hand that types and a phone's
    keyboard each change them. An ellipsis stands for words left out; the parts around it must
    follow in order. A quote may begin and end within a word, as a selection does. Only a quote
    without any word, such as an arrow, is looked for as it is written.
    """
    parts = [words for part in _GAP.split(quote) if (words := _words(part))]
    if not parts:
        return " ".join(quote.split()) in " ".join(text.split())
    return any(_follow(parts, _words(one)) for one in _readings(text))


def _readings(text: str) -> Iterator[str]:
    # Code shows "&lt;" as it is written, and prose as the sign that it stands for.
    for shown in dict.fromkeys((unescape(text), text)):
        # With what Markdown hides and without: who typed "2." before the words is right too.
        labels = _LINK.sub(r" \1 ", shown)
        yield from (shown, labels, _UNSEEN.sub(" ", labels))


def _words(text: str) -> str:
    # Soft hyphens, joiners and marks of direction stand within words and are not seen.
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(_WORD.findall(seen.casefold()))


def _follow(parts: list[str], words: str) -> bool:
    """Tell whether ``parts`` stand in ``words`` one after another."""
    end = 0
    for part in parts:
        start = words.find(part, end)
        if start < 0:
            return False
        end = start + len(part)
    return True
