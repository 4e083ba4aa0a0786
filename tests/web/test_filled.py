"""Forms come back as they were typed."""

from evalhub.errors import Problem
from evalhub.web.filled import Filled


def test_ticks_texts_and_problems_are_found_by_name() -> None:
    filled = Filled.of(
        [("flags.a", "x"), ("flags.a", "y"), ("why.text", "Because")],
        [Problem("why", "is too short"), Problem("overall", "choose one answer")],
    )

    assert filled.has("flags.a", "y")
    assert not filled.has("flags.b", "y")
    assert (filled.text("why.text"), filled.text("other")) == ("Because", "")
    assert filled.rules("why") == ["is too short"]
