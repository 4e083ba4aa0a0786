"""Stored answers are read fast where they are sound, and with a place where they are not."""

import pytest

from evalhub.core.canonical import Json, canonical_json, stored_json
from evalhub.core.judging.answers import (
    SCHEMA,
    Answer,
    ComparedCriterion,
    NotApplicable,
    answer_from_json,
    answer_to_json,
)
from evalhub.errors import BadInput
from evalhub.services.releasing.reading import read_answer
from tests.release_project import CANNOT, FULL

BROKEN: dict[str, Json] = {
    "not an object": [1],
    "no schema": {"choice": "a", "preference": -1},
    "another schema": {"schema": "evalhub.answer/2"},
    "a number as text": {"schema": SCHEMA, "choice": "a", "preference": "-1"},
    "an unknown choice": {"schema": SCHEMA, "choice": "c"},
    "a contradiction": {"schema": SCHEMA, "choice": "a", "preference": 2},
}


@pytest.mark.parametrize(
    "answer",
    [
        FULL,
        CANNOT,
        Answer(),
        Answer(compared=(ComparedCriterion("clear", NotApplicable.NA),)),
    ],
    ids=["full", "cannot judge", "empty", "not applicable"],
)
def test_an_answer_comes_back_as_it_was_stored(answer: Answer) -> None:
    stored = answer_to_json(answer)
    text = stored_json(canonical_json(stored))

    assert read_answer(text, where="here") == answer == answer_from_json(stored)
    assert read_answer(stored, where="here") == answer


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_answer_is_refused_in_the_words_of_the_careful_reader(name: str) -> None:
    with pytest.raises(BadInput) as careful:
        answer_from_json(BROKEN[name], where="judgment 7")

    with pytest.raises(BadInput) as found:
        read_answer(stored_json(canonical_json(BROKEN[name])), where="judgment 7")

    assert found.value.problems == careful.value.problems


def test_a_number_that_the_fast_reader_cannot_hold_is_left_to_the_careful_one() -> None:
    stored: Json = {"schema": SCHEMA, "confidence": 2**62}
    text = stored_json(canonical_json(stored))

    assert read_answer(text, where="here") == answer_from_json(stored)


def test_words_that_read_like_the_name_of_the_schema_name_none() -> None:
    stored: Json = {"why": f'"schema":"{SCHEMA}"', "choice": "a", "preference": -1}

    with pytest.raises(BadInput, match="schema"):
        read_answer(stored_json(canonical_json(stored)), where="judgment 7")
