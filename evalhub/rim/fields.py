"""Read single fields that people and programs send, each with its place and rule."""

from collections.abc import Sequence
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
