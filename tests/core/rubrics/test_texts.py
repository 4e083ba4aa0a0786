from typing import get_args

import pytest

from evalhub.core.rubrics import texts
from evalhub.core.rubrics.texts import TextRule


def rule_of(alias: object) -> TextRule:
    _, rule = get_args(alias)
    assert isinstance(rule, TextRule)
    return rule


@pytest.mark.parametrize(
    ("alias", "good"),
    [
        (texts.Slug, ["a", "red_team", "med-ex-1", "2fast"]),
        (texts.Line, ["One line", "é", "x" * 200]),
        (texts.Text, ["Two\nlines", "\tindented", "x" * 4000]),
        (texts.OptionalText, ["", "Some"]),
        (texts.Version, ["0.0.1", "1.0.0", "12.3.45"]),
        (texts.Locale, ["en", "de-CH", "zh-Hant-TW", "es-419"]),
        (texts.Date, ["2026-11-21", "2024-02-29"]),
    ],
    ids=["slug", "line", "text", "optional", "version", "locale", "date"],
)
def test_values_of_the_right_shape_are_taken(alias: object, good: list[str]) -> None:
    assert all(rule_of(alias).holds(value) for value in good)


@pytest.mark.parametrize(
    ("alias", "bad"),
    [
        (texts.Slug, ["", "A", "a.b", "a__b", "_a", "a b", "a" * 65, "é", "a\n"]),
        (texts.Line, ["", " a", "a\nb", "a\tb", "x" * 201, "a\u202e", "\u3164"]),
        (texts.Text, ["", "  ", "a\x00", "a\x1b", "x" * 4001]),
        (texts.OptionalText, ["a\x7f", " "]),
        (texts.Version, ["1", "1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "1.0.1234567"]),
        (texts.Locale, ["", "EN", "english", "en_GB", "en-gb"]),
        (texts.Date, ["", "21.11.2026", "2026-02-30", "20261121", "2026-11-21T00:00"]),
    ],
    ids=["slug", "line", "text", "optional", "version", "locale", "date"],
)
def test_values_of_another_shape_are_not(alias: object, bad: list[str]) -> None:
    assert not any(rule_of(alias).holds(value) for value in bad)
