"""Translations are read as strictly as rubrics: place, value and rule of every fault."""

import json
from pathlib import Path

import pytest

from evalhub.core.rubrics.loading import load_rubric
from evalhub.core.rubrics.schema import Rubric
from evalhub.core.rubrics.translations import (
    Translation,
    check_translation,
    is_translation,
    missing_words,
    read_translation,
    translated,
    translation_from_json,
    translation_hash,
    translation_to_json,
)
from evalhub.core.rubrics.words import words_of
from evalhub.errors import BadInput
from tests.core.rubrics.small import SMALL, SMALL_DE, small

RUBRICS = Path(__file__).resolve().parents[3] / "rubrics"
SHIPPED = sorted(path for path in RUBRICS.glob("*.yaml") if "." in path.stem)


def read(text: str, rubric: Rubric | None = None) -> Translation:
    return check_translation(read_translation(text, where="x.de.yaml"), rubric or small())


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as caught:
        read(text)
    return [(problem.where, problem.rule) for problem in caught.value.problems]


def test_a_translation_gives_words_for_places_of_its_rubric() -> None:
    translation = read(SMALL_DE)

    said = translated(small(), translation)

    assert (said.title, said.summary) == ("Kleines Raster", "Which answer is better?")
    assert said.criteria[0].scale is not None
    assert said.criteria[0].scale.points[1].anchor == "Es ist gemischt."
    assert said.overall.points[0].label == "A viel besser"
    assert len(missing_words(small(), translation)) == len(words_of(small())) - 11


def test_without_a_translation_a_rubric_says_its_own_words() -> None:
    assert translated(small(), None) == small()


@pytest.mark.parametrize(
    ("old", "new", "place", "rule"),
    [
        ("correct:", "gone:", "criteria.gone", "is no place of the rubric"),
        ('"3": {', '"4": {', "criteria.correct.scale.points.4", "is no place"),
        ('"3": {', "3: {", "criteria.correct.scale.points", "a key must be text; quote it"),
        ('{question: "Warum?"}', "{min_chars: 5}", "why.min_chars", "is no place"),
        ('{question: "Warum?"}', "{question: 5}", "why.question", "must be text (quote it)"),
        ('{question: "Warum?"}', '{question: " "}', "why.question", "must not be empty"),
        ('{question: "Warum?"}', '{question: "a\\nb"}', "why.question", "must be one line"),
        ('{question: "Warum?"}', "Warum?", "why", "must be a set of keys and values"),
        ("  why: {question", '  "why.question": {x', "why.question", "must not hold a point"),
    ],
)
def test_words_without_a_place_or_against_its_rule_are_refused(
    old: str, new: str, place: str, rule: str
) -> None:
    ((where, told),) = problems(SMALL_DE.replace(old, new))

    assert where.startswith("x.de.yaml line ")
    assert where.endswith(f"field 'words.{place}'")
    assert told.startswith(rule) or rule in told


@pytest.mark.parametrize(
    ("old", "new", "place", "rule"),
    [
        ("rubric: small", "rubric: large", "rubric", "is 'large', but the rubric is small 1.0.0"),
        ("version: 1.0.0", "version: 1.0.1", "version", "is '1.0.1', but the rubric is small"),
        ("language: de", "language: en", "language", "which the rubric itself is written in"),
        ("[{name: EvalHub project, role: translator}]", "[]", "authors", "must name who"),
    ],
)
def test_a_head_that_does_not_fit_is_refused(old: str, new: str, place: str, rule: str) -> None:
    ((where, told),) = problems(SMALL_DE.replace(old, new))

    assert where.startswith("x.de.yaml line ")
    assert where.endswith(f"field '{place}'")
    assert rule in told


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (SMALL_DE.partition("words:")[0], "the key 'words' is missing"),
        (SMALL_DE.partition("words:")[0] + "words: {}", "must hold at least one word"),
        (SMALL_DE + "colour: red\n", "unknown key 'colour'"),
        (SMALL_DE.replace("language: de", "language: German"), "must be a language tag"),
        (SMALL_DE.replace("translation/1", "translation/2"), "must be 'evalhub.rubric-transl"),
        ("- a list", "must be a set of keys and values"),
    ],
    ids=["no words", "empty", "unknown key", "no tag", "another schema", "no mapping"],
)
def test_a_file_of_another_shape_is_refused(text: str, rule: str) -> None:
    assert any(rule in told for _, told in problems(text))


def test_all_faults_are_told_at_once() -> None:
    text = SMALL_DE.replace("urgency:", "hurry:").replace("rude:", "kind:")

    assert [where.partition("field ")[2] for where, _ in problems(text)] == [
        "'words.triage.hurry'",
        "'words.flags.items.kind'",
    ]


def test_a_translation_survives_its_canonical_form() -> None:
    translation = read(SMALL_DE)

    again = translation_from_json(translation_to_json(translation), small())
    as_json = read(json.dumps(translation_to_json(translation)))

    assert again == as_json == translation
    assert translation_hash(read(SMALL_DE + "# a comment\n")) == translation_hash(translation)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (SMALL_DE, True),
        (SMALL_DE.encode(), True),
        ('{"schema": "evalhub.rubric-translation/1"}', True),
        (SMALL, False),
        (b"\xff\xfe", False),
        (SMALL.replace("Which answer", "schema of evalhub.rubric-translation/1: which"), False),
    ],
    ids=["text", "bytes", "json", "rubric", "no text", "a rubric that speaks of it"],
)
def test_a_file_says_what_it_is(text: str | bytes, *, is_one: bool) -> None:
    assert is_translation(text) is is_one


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_translation_is_complete(path: Path) -> None:
    original = path.with_stem(path.stem.partition(".")[0])
    rubric = load_rubric(original.read_bytes(), where=original.name)

    translation = read(path.read_text("utf-8"), rubric)

    assert f".{translation.language}" == path.with_suffix("").suffix
    assert missing_words(rubric, translation) == ()
    said = translated(rubric, translation)
    assert [point.label[:2] for point in said.overall.points] == ["A "] * 3 + ["Et"] + ["B "] * 3


def test_medicine_and_law_ship_in_german() -> None:
    assert [path.stem for path in SHIPPED] == ["law.de", "medicine.de"]
