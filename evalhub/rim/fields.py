"""Read single fields that people and programs send, each with its place and rule."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from evalhub.errors import BadInput

Kind = TypeVar("Kind", bound=StrEnum)
MAX_DIGITS = 9
MAX_SHOWN = 60


def whole_number(text: str, *, where: str) -> int:
    """Return the number that ``text`` holds; raise ``BadInput`` naming ``where``."""
    digits = text.strip()
    # isdigit alone takes superscripts and other scripts' digits, some of which int refuses.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise BadInput.at(where, f"{shown(text)} is not a whole number")
    return int(digits)


def choice(text: str, kind: type[Kind], *, where: str) -> Kind:
    """Return the member of ``kind`` that ``text`` names; raise ``BadInput``."""
    try:
        return kind(text)
    except ValueError as error:
        known = ", ".join(member.value for member in kind)
        raise BadInput.at(where, f"{shown(text)} is none of {known}") from error


def chosen(texts: Sequence[str], kind: type[Kind], *, where: str) -> frozenset[Kind]:
    """Return the members of ``kind`` that ``texts`` name; raise ``BadInput``."""
    return frozenset(choice(text, kind, where=where) for text in texts)


def shown(text: str) -> str:
    """Return ``text`` quoted, and cut when it is long."""
    return repr(text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…")
