"""Keys of controls: one text for one meaning, in the order of the pair whatever was shown."""

import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.judging.known import (
    MAX_REASON,
    KeyAnswer,
    answer_of,
    check_key,
    key_from_text,
    key_text,
    turned,
)

X, TIE, Y = KeyAnswer.X, KeyAnswer.TIE, KeyAnswer.Y


def test_a_key_is_one_text_in_whatever_order_it_was_said() -> None:
    assert key_text([Y, X]) == key_text({X, Y}) == "x,y"
    assert key_text([]) == ""


@pytest.mark.parametrize("accepted", [{X}, {Y, TIE}, set()], ids=["one", "two", "withdrawn"])
def test_a_stored_key_reads_back(accepted: set[KeyAnswer]) -> None:
    assert key_from_text(key_text(accepted)) == accepted
    assert turned(turned(accepted)) == accepted


def test_turning_a_key_changes_sides_and_no_tie() -> None:
    assert turned({X, TIE}) == {Y, TIE}


@pytest.mark.parametrize(
    ("choice", "plain", "swapped"),
    [
        (Choice.A, X, Y),
        (Choice.B, Y, X),
        (Choice.TIE, TIE, TIE),
        (Choice.BOTH_BAD, TIE, TIE),
        (Choice.CANNOT_JUDGE, None, None),
    ],
)
def test_choices_answer_in_the_order_of_the_row(
    choice: Choice, plain: KeyAnswer | None, swapped: KeyAnswer | None
) -> None:
    assert answer_of(choice) is plain
    assert answer_of(choice, is_swapped=True) is swapped


@pytest.mark.parametrize(
    ("accepted", "reason", "broken"),
    [
        ({X}, "The dose is wrong.", []),
        (set(), "Withdrawn.", []),
        ({X, TIE, Y}, "All.", ["accepted"]),
        ({X}, " ", ["reason"]),
        ({X}, "x" * (MAX_REASON + 1), ["reason"]),
        ({X}, "a\x07b", ["reason"]),
    ],
    ids=["right", "withdrawn", "everything", "empty", "long", "control character"],
)
def test_a_key_asks_something_and_says_why(
    accepted: set[KeyAnswer], reason: str, broken: list[str]
) -> None:
    assert [problem.where for problem in check_key(accepted, reason)] == broken
