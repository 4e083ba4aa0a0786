"""Reduce text to what two wordings of one question share."""

import re
import unicodedata

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """Return the words and numbers of ``text``: NFKC, case folded, without punctuation."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("_", " "))


def normalised(text: str) -> str:
    """Return the words of ``text`` with one space between them, or the text without words."""
    # Two texts of punctuation alone have the same words, none, and are not the same prompt.
    return " ".join(words_of(text)) or text.strip()
