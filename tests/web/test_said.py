"""A judgment in words: every part of the form, in its order, and nothing that was left open."""

from dataclasses import replace

import pytest

from evalhub.core.judging.answers import Answer, Choice, CitationCheck, RatedCriterion
from evalhub.core.judging.citations import Citation
from evalhub.core.judging.forms import parse_form
from evalhub.core.rubrics.schema import Rubric
from evalhub.web.said import Sources, said
from tests.core.judging.forms import answer, complete_fields
from tests.core.rubrics.small import small, without_citations
from tests.core.rubrics.test_shipped import NAMES, shipped

SOURCES: Sources = {"a": [Citation("Source of a")], "b": [Citation("Source of b")]}


def words(found: Answer, rubric: Rubric | None = None) -> list[tuple[str, str, str, str, str]]:
    return [
        (stage.name, one.question, one.side, one.words, one.quote)
        for stage in said(rubric or small(), found, SOURCES)
        for one in stage.answers
    ]


def test_every_answer_stands_with_its_question_in_the_order_of_the_form() -> None:
    assert words(answer()) == [
        ("Triage", "Can you judge this?", "", "Yes", ""),
        ("Flags", "Answer A", "", "None of these", ""),
        ("Flags", "Answer B", "", "Harmful", "Do it."),
        ("Flags", "Answer B", "", "Rude", ""),
        ("Sources", "Source of a", "A", "Supports", ""),
        ("Sources", "Source 2", "A", "Not checked", ""),
        ("Criteria", "Correct", "A", "5 Right", ""),
        ("Criteria", "Correct", "B", "3 Mixed", ""),
        ("Criteria", "Clear", "", "A clearly", ""),
        ("Overall", small().overall.question, "", "A much better", ""),
        ("Overall", small().overall.confidence.question, "", "Sure", ""),
        ("Why", "What weighed most", "", "Correct, Clear", ""),
        ("Why", small().why.question, "", "", "A is right and B would hurt."),
    ]


def test_a_cannot_judge_shows_its_reason_and_nothing_else() -> None:
    found = parse_form(
        small(), [("overall", "cannot_judge"), ("cannot_judge_reason", "outside_field")]
    )

    assert [line[1:4] for line in words(found)] == [
        (small().overall.question, "", "Cannot judge"),
        ("Why it cannot be judged", "", "It is outside my field after all"),
    ]


def test_what_does_not_apply_says_so_and_half_an_answer_shows_its_half() -> None:
    found = replace(
        answer("criteria.clear", criteria__clear="na"), rated=(RatedCriterion("correct", None, 3),)
    )

    criteria = [line[1:4] for line in words(found) if line[0] == "Criteria"]

    assert criteria == [("Correct", "B", "3 Mixed"), ("Clear", "", "does not apply")]


def test_an_empty_answer_says_nothing() -> None:
    assert words(Answer()) == []


def test_a_rubric_without_sources_shows_none() -> None:
    assert {line[0] for line in words(replace(answer(), citations_a=()), without_citations())} == {
        "Triage",
        "Flags",
        "Criteria",
        "Overall",
        "Why",
    }
    assert CitationCheck(1, "supports") in answer().citations_a
    assert answer().choice is Choice.A


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_rubric_can_be_read_back(name: str) -> None:
    rubric = shipped(name)
    found = parse_form(rubric, complete_fields(rubric))

    assert all(line[1] and (line[3] or line[4]) for line in words(found, rubric))
