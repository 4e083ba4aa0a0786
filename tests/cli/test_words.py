"""Words of printed lines: numbers with their nouns, and columns."""

import pytest

from evalhub.cli.words import counted, table


@pytest.mark.parametrize(
    ("n", "words"), [(0, "0 prompts"), (1, "1 prompt"), (2, "2 prompts"), (1234, "1,234 prompts")]
)
def test_a_number_has_its_noun(n: int, words: str) -> None:
    assert counted(n, "prompt") == words


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert (counted(1, "reply", "replies"), counted(2, "reply", "replies")) == (
        "1 reply",
        "2 replies",
    )


def test_columns_stand_under_each_other_without_spaces_at_the_end() -> None:
    assert table([("a", "first", "x"), ("long", "b", "")]) == ["a     first  x", "long  b"]


def test_an_empty_table_has_no_lines() -> None:
    assert table([]) == []
