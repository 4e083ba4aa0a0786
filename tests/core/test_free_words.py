"""What somebody wrote in their own words counts as a reader sees it."""

import pytest

from evalhub.core.free_words import (
    check_words,
    checked_words,
    is_clean,
    plain_words,
    says_something,
    seen_length,
)
from evalhub.errors import BadInput

INVISIBLE = {
    "nothing": "",
    "spaces": " \t\n",
    "spaces of other scripts": "\u2003\u3000\u00a0",
    "zero-width spaces": "\u200b" * 30,
    "joiners": "\u200d\u200c\u2060",
    "marks of direction": "\u202e\u2066\u2069\u200f",
    "a mark of byte order": "\ufeff",
    "fillers": "\u3164\u115f\u1160\uffa0",
    "braille without dots": "\u2800" * 20,
    "selectors": "\ufe0f\ufe00",
    "an accent on nothing": "\u0301",
    "private characters": "\ue000",
}


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE)
def test_what_nobody_sees_says_nothing_and_is_no_reason(text: str) -> None:
    (problem,) = check_words(text, most=4_000)

    assert not says_something(text)
    assert seen_length(text) == 0
    assert str(problem) == ("reason: write something that can be read, at most 4,000 characters")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("Grüße", 5),
        ("  two words\n", 9),
        ("a" + " " * 30 + "b", 3),
        ("a\u200b\u200bb", 2),
        ("\u0645\u06cc\u200c\u062e\u0648", 4),
        ("क्षि", 4),
        ("❤\ufe0f", 1),
        ("一", 1),
        ("!", 1),
    ],
)
def test_a_length_counts_what_is_seen(text: str, length: int) -> None:
    assert seen_length(text) == length


def test_words_that_are_too_short_are_counted_as_they_are_read() -> None:
    (problem,) = check_words("ok" + "\u200b" * 30, least=10, most=20, where="why")

    assert str(problem) == "why: has 32 characters; at most 20 are kept"
    (problem,) = check_words("ok" + "\u200b" * 10, least=10, most=20, where="why")
    assert str(problem) == "why: has 2 characters; it needs at least 10"


def test_words_may_be_missing_where_none_are_asked_for() -> None:
    assert list(check_words("", least=0, most=10)) == []
    assert list(check_words("ten chars.", most=10)) == []


def test_words_with_a_control_character_are_refused_and_line_ends_are_not() -> None:
    assert list(check_words("one\r\ntwo\rthree", most=100)) == []
    (problem,) = check_words("one\u0007", most=100)
    assert "invisible control character" in problem.rule


def test_words_are_kept_with_plain_line_ends_and_nothing_around_them() -> None:
    assert plain_words(" a\r\nb\rc \n") == "a\nb\nc"


def test_checked_words_are_kept_so_or_refused_at_their_field() -> None:
    assert checked_words(" a\r\nb ", most=3) == "a\nb"
    assert checked_words(" ", least=0, most=3) == ""

    with pytest.raises(BadInput, match="why: has 2 characters; it needs at least 3"):
        checked_words("ab", least=3, most=9, where="why")


def test_clean_text_holds_no_control_characters_and_no_surrogates() -> None:
    assert is_clean("Grüße\n\t😀")
    assert not is_clean("\ud800")
    assert not is_clean("a\rb")


@pytest.mark.parametrize("code", [0x00, 0x08, 0x0B, 0x0D, 0x1F, 0x7F, 0xD800, 0xDFFF])
def test_one_character_that_nothing_can_carry_makes_a_text_unclean(code: int) -> None:
    assert not is_clean(f"fine {chr(code)} text")


@pytest.mark.parametrize("code", [0x09, 0x0A, 0x20, 0x7E, 0x80, 0xD7FF, 0xE000, 0x10FFFF])
def test_characters_beside_those_are_clean(code: int) -> None:
    assert is_clean(f"fine {chr(code)} text")


@pytest.mark.parametrize("text", ["", "  ", "a  b", " two words ", "x" * 30, "~ !"])
def test_plain_text_counts_as_any_other_text_does(text: str) -> None:
    # Whatever is not ASCII is looked at character by character.
    assert seen_length(text) == seen_length(f"{text} é") - 1 - bool(text.strip())
