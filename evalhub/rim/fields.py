"""Read single fields that people and programs send, each with its place and rule."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from evalhub.errors import BadInput, Sentence

Kind = TypeVar("Kind", bound=StrEnum)
MAX_DIGITS = 9
MAX_SHOWN = 60


def whole_number(text: str, *, where: str) -> int:
    """Return the number that ``text`` holds; raise ``BadInput`` naming ``where``."""
    digits = text.strip()
    # isdigit alone takes superscripts and other scripts' digits, some of which int refuses.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        rule = Sentence("%(value)s is not a whole number", value=shown(text))
        raise BadInput.at(where, rule)
    return int(digits)


def day(text: str, *, where: str) -> date:
    """Return the day that ``text`` names as a date field does; raise ``BadInput``."""
    given = text.strip()
    try:
        found = date.fromisoformat(given)
    except ValueError as error:
        raise BadInput.at(where, _no_date(text)) from error
    # Python reads 20261121 and 2026-W47-6 too, which nobody meant to type into a date field.
    if found.isoformat() != given:
        raise BadInput.at(where, _no_date(text))
    return found


def _no_date(text: str) -> Sentence:
    return Sentence("%(text)s is not a date such as 2026-11-21", text=shown(text))


def day_or_none(text: str, *, where: str) -> date | None:
    """Return the day that ``text`` names, or None where nothing was typed."""
    return day(text, where=where) if text.strip() else None


def names(text: str) -> tuple[str, ...]:
    """Return the names that ``text`` lists between commas or blanks, each once, in its order."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def choice(text: str, kind: type[Kind], *, where: str) -> Kind:
    """Return the member of ``kind`` that ``text`` names; raise ``BadInput``."""
    try:
        return kind(text)
    except ValueError as error:
        known = ", ".join(member.value for member in kind)
        # Who sent nothing chose nothing: two empty quotation marks would tell them less.
        rule = (
            Sentence("%(value)s is none of %(known)s", value=shown(text), known=known)
            if text
            else Sentence("choose one of %(known)s", known=known)
        )
        raise BadInput.at(where, rule) from error


def chosen(texts: Sequence[str], kind: type[Kind], *, where: str) -> frozenset[Kind]:
    """Return the members of ``kind`` that ``texts`` name; raise ``BadInput``."""
    return frozenset(choice(text, kind, where=where) for text in texts)


def shown(text: str) -> str:
    """Return ``text`` quoted, and cut when it is long."""
    return repr(text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…")
