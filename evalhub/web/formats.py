"""Write values as people read them."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date
from markupsafe import Markup, escape

from evalhub.core.money import COMMA_DIGITS, amount, format_money, minor_digits
from evalhub.core.pay.statements import Month
from evalhub.core.rubrics.words import InLanguage, speaks
from evalhub.web.language import SOURCE, current_language, with_comma

_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|per cent|min|s|ms|h|MB|MiB|kB|GB)(?![\w-]))")


_DAY: Mapping[str, str] = {"en": "d MMMM y", "de": "d. MMMM y"}
"""How a day is written in each language, in the pattern letters of Unicode."""


def day(value: date) -> str:
    """Return a date such as ``21 November 2026`` or ``21. November 2026``."""
    language = current_language()
    return format_date(value, _DAY[language], locale=language)


def month(value: Month) -> str:
    """Return a month such as ``November 2026``."""
    return format_date(value.start, "MMMM y", locale=current_language())


def money(minor_units: int, currency: str) -> str:
    """Return an amount such as ``1,014.00 EUR`` or ``1.014,00 EUR``."""
    return with_comma(format_money(minor_units, currency))


def typed_money(minor_units: int, currency: str) -> str:
    """Return an amount as somebody types it into a field, ``14.50`` or ``14,50``.

    Of a currency with three decimal digits it has a point in every language: after a comma they
    could be thousands, and what stands in a field must be taken as it stands.
    """
    text = amount(minor_units, currency)
    return text if minor_digits(currency) > COMMA_DIGITS else with_comma(text)


def moment(value: datetime) -> str:
    """Return a date and time such as ``21 November 2026, 09:30 UTC``."""
    return f"{day(value)}, {clock(value)}"


def clock(value: datetime) -> str:
    """Return a time of day such as ``09:30 UTC``."""
    return f"{value:%H:%M} UTC"


def bound(text: str) -> str:
    """Return ``text`` with each number kept on one line with the unit that follows it.

    The sentences that say how a figure was made also stand in files, where a plain blank is
    what programs and byte-for-byte releases expect; only pages bind them.
    """
    return _BEFORE_UNIT.sub("\u00a0", text)


def english(text: str) -> str | Markup:
    """Return a sentence that is English in every language, marked as such where it stands alone.

    A screen reader would otherwise read it with the sounds of the page's language.
    """
    said = bound(text)
    return (
        said if current_language() == SOURCE else Markup('<span lang="en">{}</span>').format(said)
    )


def worded(text: str) -> str | Markup:
    """Return words of a rubric, marked with their language where the page speaks another one.

    They are set apart in their direction too, so that Arabic criteria stand right on an English
    page. In attributes, which hold no markup, the plain text stands.
    """
    if not isinstance(text, InLanguage) or speaks(text.language, current_language()):
        return text
    if not is_right_to_left(text.language):
        return Markup('<bdi lang="{}">{}</bdi>').format(text.language, text)
    # Said and not left to the first letter: a question may begin with "CT" or another Latin word.
    return Markup('<bdi lang="{}" dir="rtl">{}</bdi>').format(text.language, text)


RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug"})
RIGHT_TO_LEFT |= {"ur", "yi"}
SCRIPTS = re.compile(r"-(arab|hebr|latn|cyrl)\b", re.IGNORECASE)
"""The part of a tag that says in which letters a language is written."""


def is_right_to_left(tag: str) -> bool:
    """Tell whether a language is written from right to left, by its tag.

    Some are written both ways, such as Kurdish, and then the tag names the letters.
    """
    script = SCRIPTS.search(tag)
    if script is not None:
        return script[1].lower() in {"arab", "hebr"}
    return tag.partition("-")[0].lower() in RIGHT_TO_LEFT


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


def sentence(text: str) -> str:
    """Return ``text`` with a full stop, unless it ends as a sentence does or says nothing.

    Why something ended comes also from servers of others, with its end or without.
    """
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."
