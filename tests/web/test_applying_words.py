"""What statistics of an item say on a page, with and without figures."""

from flask import Flask

from evalhub.core.qualifying.item_statistics import item_statistics
from evalhub.web.applying_words import discrimination_words, pass_words


def words_of(rows: list[list[bool]], app: Flask) -> tuple[str, str]:
    """Return the words about the first of the items that ``rows`` answer."""
    first = item_statistics(rows, 3)[0]
    with app.test_request_context():
        return pass_words(first), discrimination_words(first)


def test_an_item_that_nobody_answered_has_no_figure(app: Flask) -> None:
    passed, told = words_of([], app)

    assert passed == "nobody has answered"
    assert told == "fewer than 5 attempts"


def test_figures_stand_with_their_interval_and_n(app: Flask) -> None:
    rows = [[n % 2 == 0, n % 2 == 0, n % 3 == 0] for n in range(12)]

    passed, told = words_of(rows, app)

    assert passed.startswith("50 % (95 % interval ")
    assert passed.endswith("n = 12)")
    assert "95 % interval" in told
    assert told.endswith("n = 12)")


def test_an_item_on_which_all_are_alike_tells_nobody_apart(app: Flask) -> None:
    _, told = words_of([[True, n % 2 == 0, False] for n in range(8)], app)

    assert told == "all answers, or all other scores, are alike"
