"""Cut names into the words by which people are found."""

import re

MAX_WORD = 40
MAX_WORDS = 8
LAST = "\U0010ffff"
"""Stands behind every letter, so that ``word`` to ``word + LAST`` holds all that begin with it."""

_WORD = re.compile(r"[^\W_]+")


def search_words(*texts: str | None) -> tuple[str, ...]:
    """Return the words of ``texts``, each once, folded so that case does not matter.

    An address counts as its parts: ``ada.l@example.org`` is found by each. More than ``MAX_WORDS``
    are left out, which no name has and which a search need not have.
    """
    found = (word.casefold()[:MAX_WORD] for text in texts if text for word in _WORD.findall(text))
    return tuple(dict.fromkeys(found))[:MAX_WORDS]
