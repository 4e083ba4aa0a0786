import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.errors import BadInput
from evalhub.services.accounts.fields import clean_email, clean_name, folded_email


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        ("  ada@example.org\n", "ada@example.org"),
        ("ada+work@example.org", "ada+work@example.org"),
        ("o'neill@example.org", "o'neill@example.org"),
        ("jose\u0301@example.org", "jos\u00e9@example.org"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_an_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert clean_email(typed) == stored


@given(st.text())
def test_folding_an_address_twice_or_composed_otherwise_changes_nothing(typed: str) -> None:
    folded = folded_email(typed)

    assert folded_email(folded) == folded
    assert folded_email(unicodedata.normalize("NFD", typed)) == folded


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "a@b@example.org",
        "ada lovelace@example.org",
        "ada\u0000@example.org",
        "ada\u202e@example.org",
        "a" * 250 + "@example.org",
        "x" * 1000,
    ],
    ids=range(10),
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="e-mail address"):
        clean_email(typed)


def test_a_long_wrong_address_is_quoted_short() -> None:
    with pytest.raises(BadInput) as caught:
        clean_email("x" * 100_000)

    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("  Ada   Lovelace ", "Ada Lovelace"), ("李 博", "李 博"), ("नि\u200dत", "नि\u200dत")],
)
def test_a_name_loses_outer_and_doubled_spaces(typed: str, stored: str) -> None:
    assert clean_name(typed) == stored


@pytest.mark.parametrize("typed", ["", " \t ", "x" * 201], ids=["empty", "blank", "long"])
def test_a_name_of_a_wrong_length_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="needs 1 to 200 characters"):
        clean_name(typed)


@pytest.mark.parametrize("typed", ["Ada\u202eadA", "Ada\u0000", "A\ufeffda", "A\ue000"], ids=ascii)
def test_a_name_with_unseen_characters_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="cannot be seen"):
        clean_name(typed)
