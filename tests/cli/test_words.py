"""Lay out printed lines in columns."""

from evalhub.cli.words import table


def test_columns_stand_under_each_other_without_spaces_at_the_end() -> None:
    assert table([("a", "first", "x"), ("long", "b", "")]) == ["a     first  x", "long  b"]


def test_an_empty_table_has_no_lines() -> None:
    assert table([]) == []
