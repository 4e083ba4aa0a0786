import pytest

from evalhub.core.people import Role
from evalhub.errors import BadInput
from evalhub.rim.fields import choice, chosen, shown, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), (" 12 ", 12), ("999999999", 999_999_999)])
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert whole_number(text, where="days") == number


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "1.5", "1e3", "٣", "1" * 10, "9" * 10_000], ids=range(8)
)
def test_what_is_no_whole_number_names_its_place(text: str) -> None:
    with pytest.raises(BadInput, match="is not a whole number") as caught:
        whole_number(text, where="days")

    assert caught.value.problems[0].where == "days"
    assert len(str(caught.value)) < 200


def test_choices_are_read() -> None:
    assert choice("lab", Role, where="role") is Role.LAB
    assert chosen(["lab", "admin", "lab"], Role, where="roles") == {Role.LAB, Role.ADMIN}
    assert chosen([], Role, where="roles") == frozenset()


def test_an_unknown_choice_lists_the_known_ones() -> None:
    with pytest.raises(BadInput, match="'king' is none of admin, researcher"):
        choice("king", Role, where="role")


def test_nothing_chosen_is_told_what_there_is_to_choose() -> None:
    with pytest.raises(BadInput, match="role: choose one of admin, researcher"):
        choice("", Role, where="role")


def test_long_text_is_quoted_short() -> None:
    assert shown("x" * 100) == repr("x" * 60 + "…")
