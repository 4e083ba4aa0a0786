"""Write values as people read them."""

import re
from datetime import datetime

from markupsafe import Markup, escape

_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|per cent|min|s|ms|h|MB|MiB|kB|GB)(?![\w-]))")


def day(value: datetime) -> str:
    """Return a date such as ``21 November 2026``."""
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    """Return a date and time such as ``21 November 2026, 09:30 UTC``."""
    return f"{day(value)}, {value:%H:%M} UTC"


def bound(text: str) -> str:
    """Return ``text`` with each number kept on one line with the unit that follows it.

    The sentences that say how a figure was made also stand in files, where a plain blank is
    what programs and byte-for-byte releases expect; only pages bind them.
    """
    return _BEFORE_UNIT.sub("\u00a0", text)


def number(value: int) -> str:
    """Return a whole number with thousands set apart, such as ``1,133``."""
    return f"{value:,}"


def short_hash(value: str) -> str:
    """Return the ends of a hash, enough to compare by eye."""
    return f"{value[:8]}…{value[-4:]}"


def code_words(text: str) -> Markup:
    """Return ``text`` with what stands between backquotes set as code, and the rest escaped.

    The same sentences stand in a release's card, where Markdown reads the backquotes.
    """
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return escape(text)  # A backquote without its partner is a character like any other.
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )
