"""How a statement speaks, apart from how it is drawn, which takes long to import."""

from collections.abc import Callable
from dataclasses import dataclass

from evalhub.core.money import format_money


@dataclass(frozen=True, slots=True)
class Speech:
    """Hold how a statement speaks: its language, how it says a text and writes an amount."""

    language: str
    say: Callable[[str], str]
    money: Callable[[int, str], str]


ENGLISH = Speech("en", str, format_money)
