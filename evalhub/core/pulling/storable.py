"""Make text that any endpoint can send fit for both databases."""

import re
import unicodedata

NUL = "\x00"
_SURROGATES = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Characters that Unicode counts as letters or symbols and that fonts draw as nothing.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def storable(text: str, *, limit: int | None = None) -> str:
    """Return ``text`` without NUL and lone surrogates, cut to ``limit`` characters.

    PostgreSQL cannot hold NUL in text and UTF-8 has no lone surrogates; other control
    characters are kept, because they are what the model said.
    """
    clean = _SURROGATES.sub(REPLACEMENT, text.replace(NUL, ""))
    return clean if limit is None else clean[:limit]


def has_visible_text(text: str) -> bool:
    """Tell whether a reader would see anything of ``text``.

    Spaces are not all that shows as nothing: a server that sends U+200B or U+0000 alone has
    not answered, and its blank page must not be judged as an answer.
    """
    return any(
        unicodedata.category(char) not in _UNSEEN_CATEGORIES and char not in _BLANKS
        for char in text
    )


def storable_or_none(text: str | None, *, limit: int) -> str | None:
    """Return ``storable(text)``, or None for None."""
    return None if text is None else storable(text, limit=limit)
