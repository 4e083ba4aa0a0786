"""Check what people write in their own words: reasons, backgrounds, statements, names.

Every field of free words goes through here, so that a reason which the reviewer's page refuses
is not one that an appeal takes. What counts is what a reader sees.
"""

import re
import unicodedata
from collections.abc import Iterator

from evalhub.errors import BadInput, Problem, Sentence

_UNSEEN = frozenset("CZ")
"""Controls, marks of direction, joiners, private and unassigned characters; every kind of space."""

_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""What Unicode counts as letters, marks or signs and every font draws as nothing: the grapheme
joiner, fillers of Hangul and Khmer, the Braille pattern without dots."""

_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""Control characters but for line breaks and tabs, and halves of a surrogate pair."""


def is_clean(text: str) -> bool:
    """Return whether ``text`` has only characters that pages, databases and UTF-8 can carry."""
    return _UNCLEAN.search(text) is None


def plain_words(text: str) -> str:
    """Return ``text`` as it is kept: line ends of one kind, nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def says_something(text: str) -> bool:
    """Tell whether a reader sees anything in ``text``: a letter, a figure or a sign.

    Characters without width pass for text wherever blanks are stripped, and show as nothing. An
    accent alone sits on no letter.
    """
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANKS for char in text)


def seen_length(text: str) -> int:
    """Return how many characters of ``text`` somebody reads, any run of spaces counted as one.

    Lengths that a rubric asks for are counted so: thirty joiners, or two letters with twenty
    spaces between them, are no reason of twenty characters. Zero where nothing is seen.
    """
    if text.isascii() and text.isprintable():
        # Nearly all text: each of its characters is seen, and need not be looked up by itself.
        return len(" ".join(text.split()))
    if not says_something(text):
        return 0
    return len(" ".join("".join(map(_seen, text)).split()))


def check_words(
    text: str, *, most: int, least: int = 1, where: str = "reason"
) -> Iterator[Problem]:
    """Yield what is wrong with the words in the field ``where``; with ``least`` 0 it may be empty.

    What is too short is counted as it is read, what is too long as it would be kept.
    """
    words = plain_words(text)
    n_seen = seen_length(words)
    if len(words) > most:
        rule = Sentence("has %(n)s characters; at most %(most)s are kept", n=len(words), most=most)
        yield Problem(where, rule)
    elif not n_seen and least:
        rule = Sentence("write something that can be read, at most %(most)s characters", most=most)
        yield Problem(where, rule)
    elif n_seen < least:
        rule = Sentence("has %(n)s characters; it needs at least %(least)s", n=n_seen, least=least)
        yield Problem(where, rule)
    elif not is_clean(words):
        yield Problem(where, Sentence("holds an invisible control character; type it again"))


def checked_words(text: str, *, most: int, least: int = 1, where: str = "reason") -> str:
    """Return the words of a field as they are kept; raise ``BadInput`` as ``check_words`` says."""
    words = plain_words(text)
    if problems := list(check_words(words, most=most, least=least, where=where)):
        raise BadInput(problems)
    return words


def _seen(char: str) -> str:
    """Return ``char`` as it counts: a space for a space, nothing for what nobody sees."""
    if char.isspace():
        return " "
    is_unseen = unicodedata.category(char)[0] in _UNSEEN or char in _BLANKS
    # Selectors choose how the character before them is drawn and are none themselves.
    return "" if is_unseen or "\ufe00" <= char <= "\ufe0f" else char
