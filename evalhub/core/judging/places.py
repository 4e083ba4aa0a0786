"""Find where words that somebody read stand in a text that was written as Markdown.

A page shows "Take 500 mg at home" where the text says ``Take **500 mg** at [home](https://…)``,
so words are looked for as they are written first, and then one after another with what
Markdown puts between them passed over.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from evalhub.core.judging.masking import Span

MAX_PLACES = 50
"""Places of one quote that are told apart; nobody chooses among more."""

_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_INVISIBLE}])*")
_DROPPED = re.compile(f"[{_INVISIBLE}]")
_TARGET = re.compile(r"(?<=\])\([^()\s]{0,500}(?:\s[^()\n]{0,200})?\)")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,32}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_UNSEEN = re.compile(
    r"^[ \t>]*(?:\d{1,9}[.)][ \t]|(?:`{3,}|~{3,})[^\n]*)|\\[a-zA-Z]+", re.MULTILINE
)
"""What is not read: numbers of a list, the language of a block of code, commands of a formula."""


def find_places(quote: str, text: str) -> tuple[Span, ...]:
    """Return where ``quote`` stands in ``text``, in order, at most ``MAX_PLACES`` times.

    As it is written, but for blanks and line breaks, if it does stand so anywhere; else by its
    sequence of whole words, in any case, with targets of links, entities and numbers of lists
    passed over. Places do not overlap. A quote without any word is only looked for as written.
    """
    parts = quote.split()
    if not parts:
        return ()
    exact = re.compile(r"\s+".join(map(re.escape, parts)))
    found = tuple(_first(match.span() for match in exact.finditer(text)))
    return found or _by_words(quote, text)


def _first(spans: Iterator[Span]) -> Iterator[Span]:
    return (span for span, _ in zip(spans, range(MAX_PLACES), strict=False))


def _by_words(quote: str, text: str) -> tuple[Span, ...]:
    wanted = [word for word, _ in _words(quote)]
    if not wanted:
        return ()
    for reading in dict.fromkeys((text, _without(text, _TARGET), _as_read(text))):
        found = tuple(_first(_runs(wanted, list(_words(reading)))))
        if found:
            return found
    return ()


def _as_read(text: str) -> str:
    return _without(_without(_without(text, _TARGET), _ENTITY), _UNSEEN)


def _without(text: str, pattern: re.Pattern[str]) -> str:
    # Blanks of the same length, so that the places of what is left stay as they are.
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _words(text: str) -> Iterator[tuple[str, Span]]:
    for match in _WORD.finditer(text):
        seen = unicodedata.normalize("NFKC", _DROPPED.sub("", match[0]))
        yield seen.casefold(), match.span()


def _runs(wanted: Sequence[str], words: Sequence[tuple[str, Span]]) -> Iterator[Span]:
    """Yield where ``wanted`` stands in ``words``, each run after the end of the one before."""
    length, n = len(wanted), 0
    while n + length <= len(words):
        # Most places differ in their first word, and a slice costs as much as the quote is long.
        if words[n][0] != wanted[0]:
            n += 1
            continue
        run = words[n : n + length]
        if all(word == one for (word, _), one in zip(run, wanted, strict=True)):
            yield (run[0][1][0], run[-1][1][1])
            n += length
        else:
            n += 1
