"""People are found by the words of their name and address."""

import pytest

from evalhub.core.searching import MAX_WORD, MAX_WORDS, search_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dr. Ada O'Brien-Okafor", ("dr", "ada", "o", "brien", "okafor")),
        ("ÖZGE Straße", ("özge", "strasse")),
        ("ada.l_2@example.org", ("ada", "l", "2", "example", "org")),
        ("李 小龙", ("李", "小龙")),
        ("%_", ()),
        ("", ()),
        ("Ada ada ADA", ("ada",)),
    ],
)
def test_words_are_folded_and_told_once(text: str, words: tuple[str, ...]) -> None:
    assert search_words(text) == words


def test_all_that_is_known_of_somebody_is_cut_together() -> None:
    assert search_words("Ada", None, "ada@example.org") == ("ada", "example", "org")


def test_a_text_of_any_length_is_bounded() -> None:
    found = search_words("x" * 1_000, *(f"word{n}" for n in range(100)))

    assert len(found) == MAX_WORDS
    assert found[0] == "x" * MAX_WORD
