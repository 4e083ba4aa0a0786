"""Reading fields: hints that help and cost little, dates that every reader reads alike."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import Json
from evalhub.core.prompts.fields import MAX_GUESSED, MAX_UNKNOWN, Fields, did_you_mean
from evalhub.core.prompts.vocabulary import Split
from evalhub.errors import Problem

KNOWN = ("id", "prompt", "language")


def fields_of(**row: Json) -> Fields:
    return Fields(row, where="f line 1", problems=[])


def rules(fields: Fields) -> list[str]:
    return [problem.rule for problem in fields.problems]


def test_a_misspelt_name_is_told_its_nearest() -> None:
    assert did_you_mean("langauge", KNOWN) == "; did you mean 'language'?"


def test_what_is_like_nothing_known_gets_no_hint() -> None:
    assert did_you_mean("zebra", KNOWN) == ""


def test_a_text_in_place_of_a_word_is_not_compared() -> None:
    nearly = "a" * MAX_GUESSED

    assert did_you_mean(nearly, [nearly]) != ""
    assert did_you_mean(nearly + "a", [nearly]) == ""


def test_each_unknown_field_is_named_while_they_are_few() -> None:
    fields = fields_of(**{f"x{n}": 1 for n in range(MAX_UNKNOWN)})

    fields.refuse_unknown(KNOWN)

    assert rules(fields) == [f"unknown field 'x{n}'" for n in range(MAX_UNKNOWN)]


def test_many_unknown_fields_are_counted() -> None:
    fields = fields_of(id=1, **{f"x{n}": 1 for n in range(MAX_UNKNOWN + 2_500)})

    fields.refuse_unknown(KNOWN)

    assert len(fields.problems) == MAX_UNKNOWN + 1
    assert rules(fields)[-1] == "and 2,500 more unknown fields"


@pytest.mark.parametrize("value", [7, True, ["train"], {"train": 1}, "TRAIN "])
def test_what_is_no_word_is_refused(value: Json) -> None:
    fields = fields_of(split=value)

    assert fields.word("split", Split) is None
    assert rules(fields)[0].startswith("must be one of train, eval, gold, holdout, not ")


@given(st.dates())
def test_every_date_is_read_back(day: date) -> None:
    assert fields_of(day=day.isoformat()).day("day") == day


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-W47-6", id="week"),
        pytest.param("20261121", id="no hyphens"),
        pytest.param("2026-11-31", id="no such day"),
        pytest.param("\u0662\u0660\u0662\u0666-\u0661\u0661-\u0662\u0661", id="other digits"),
        pytest.param("2026-11-21T00:00", id="with a time"),
        pytest.param(20261121, id="number"),
    ],
)
def test_what_is_no_date_is_refused(text: Json) -> None:
    fields = fields_of(as_of=text)

    assert fields.day("as_of") is None
    assert rules(fields)[0].startswith("must be a date such as 2026-11-21, not ")


def test_a_problem_in_a_nested_object_has_its_whole_path() -> None:
    fields = fields_of(source={"parts": [{"kind": 7}]})

    source = fields.object("source")
    assert source is not None
    (part,) = source.objects("parts", most=1)
    part.text("kind", limit=5)

    assert fields.problems == [
        Problem("f line 1, field 'source.parts[0].kind'", "must be text, not a number")
    ]


def test_text_that_no_page_can_show_is_refused_with_its_place() -> None:
    fields = fields_of(title="bell \x07")

    assert fields.text("title", limit=20) is None
    assert rules(fields) == ["holds the control character U+0007 at character 6"]
