"""Make canonical rows for tests of the flavours."""

from dataclasses import replace
from typing import cast

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.material import JudgedPair
from evalhub.core.releasing.rows import MarginRow
from tests.core.releasing.made import margin_row
from tests.core.releasing.material import QUESTION, make_judged_pair, make_judgment, make_prompt

TALK = (
    ("system", "Be brief."),
    ("user", "My knee hurts."),
    ("assistant", "Since when?"),
    ("user", "Since Monday."),
)
"""A conversation of two questions under a system prompt."""


def make_pair(
    *,
    turns: tuple[tuple[str, str], ...] = QUESTION,
    x_text: str = "Rest.",
    y_text: str = "Drink.",
    choice: Choice = Choice.A,
    preference: int | None = None,
) -> JudgedPair:
    """Return a pair with one judgment."""
    pair = make_judged_pair(make_judgment(choice, preference))
    return replace(pair, prompt=make_prompt(turns=turns), x_text=x_text, y_text=y_text)


def row_of(pair: JudgedPair) -> MarginRow:
    """Return the canonical row of ``pair``, with its margin."""
    return cast("MarginRow", margin_row(pair))
