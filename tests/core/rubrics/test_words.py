"""The words of a rubric by their places, and the same rubric in other words."""

from copy import deepcopy

import pytest

from evalhub.core.rubrics.canonical import rubric_hash
from evalhub.core.rubrics.words import InLanguage, in_words, speaks, words_of
from tests.core.rubrics.small import small


def test_every_text_that_is_read_has_a_place() -> None:
    words = words_of(small())

    assert words["title"].text == "Small rubric"
    assert words["triage.competence.options.out_of_scope.label"].text == "No"
    assert words["flags.none_option.label"].text == "None of these"
    assert words["criteria.correct.scale.points.3.anchor"].text == "It is mixed."
    assert words["criteria.correct.examples.1.why"].text == "The other half."
    assert words["overall.points.-3.label"].text == "A much better"
    assert words["overall.confidence.points.2.label"].text == "Sure"
    assert words["citations.results.not_found.label"].text == "Not found"
    assert words["worked_examples.ex-1.a"].text == "4"


def test_what_nobody_reads_and_what_is_left_empty_have_none() -> None:
    places = list(words_of(small()))

    assert not [place for place in places if place.startswith(("authors", "informed_by", "task"))]
    assert "criteria.correct.id" not in places
    assert "flags.items.harmful.help" not in places
    assert "flags.items.rude.help" in places


def test_a_place_keeps_the_rule_of_its_field() -> None:
    words = words_of(small())

    assert not words["title"].rule.holds("two\nlines")
    assert words["summary"].rule.holds("two\nlines")


def test_other_words_change_nothing_but_the_words() -> None:
    rubric = small()

    said = in_words(rubric, {place: f"{place}!" for place in words_of(rubric)}, "de")

    assert said.criteria[0].name == "criteria.correct.name!"
    assert said.criteria[1].applies_when == rubric.criteria[1].applies_when
    assert said.why.required_when == rubric.why.required_when
    assert [p.value for p in said.overall.points] == [p.value for p in rubric.overall.points]
    assert said.authors == rubric.authors


def test_each_text_knows_its_language() -> None:
    said = in_words(small(), {"title": "Kleines Raster"}, "de")

    texts = (said.title, said.summary)
    assert [one.language for one in texts if isinstance(one, InLanguage)] == ["de", "en"]


def test_a_copy_keeps_its_language() -> None:
    copied = deepcopy(InLanguage("Titel", "de"))

    assert (copied, copied.language) == ("Titel", "de")


def test_marking_its_language_does_not_change_what_a_rubric_is() -> None:
    rubric = small()

    assert rubric_hash(in_words(rubric, {}, "en")) == rubric_hash(rubric)
    assert in_words(rubric, {}, "en") == rubric


@pytest.mark.parametrize(
    ("tag", "language", "is_read"),
    [("de", "de", True), ("de-CH", "de", True), ("den", "de", False), ("en", "", False)],
)
def test_a_language_is_read_by_its_first_part(tag: str, language: str, *, is_read: bool) -> None:
    assert speaks(tag, language) is is_read
