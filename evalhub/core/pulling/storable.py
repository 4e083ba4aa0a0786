"""Make text that any endpoint can send fit for both databases."""

import re

NUL = "\x00"
_SURROGATES = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"


def storable(text: str, *, limit: int | None = None) -> str:
    """Return ``text`` without NUL and lone surrogates, cut to ``limit`` characters.

    PostgreSQL cannot hold NUL in text and UTF-8 has no lone surrogates; other control
    characters are kept, because they are what the model said.
    """
    clean = _SURROGATES.sub(REPLACEMENT, text.replace(NUL, ""))
    return clean if limit is None else clean[:limit]


def storable_or_none(text: str | None, *, limit: int) -> str | None:
    """Return ``storable(text)``, or None for None."""
    return None if text is None else storable(text, limit=limit)
