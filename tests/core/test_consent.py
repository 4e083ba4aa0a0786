"""Consent: the latest answer is the state, and the earlier ones tell what was withdrawn."""

from datetime import UTC, datetime

import pytest

from evalhub.core.canonical import canonical_json
from evalhub.core.consent import (
    FOUR_ANSWERS,
    PURPOSE_WORDS,
    STANDING_TEXT,
    ConsentAnswer,
    ConsentPurpose,
    ConsentStanding,
    ordered,
    purposes_from_json,
    standing_on,
    text_from_json,
)

MOMENT = datetime(2026, 11, 26, tzinfo=UTC)
TRAIN, STUDY = ConsentPurpose.REWARD_MODEL_TRAINING, ConsentPurpose.RESEARCH


def said(*purposes: ConsentPurpose) -> ConsentAnswer:
    return ConsentAnswer(frozenset(purposes), 1, MOMENT)


@pytest.mark.parametrize(
    ("answers", "standing"),
    [
        pytest.param((), ConsentStanding.UNANSWERED, id="never asked"),
        pytest.param((said(TRAIN),), ConsentStanding.GRANTED, id="granted"),
        pytest.param((said(STUDY),), ConsentStanding.REFUSED, id="only another purpose"),
        pytest.param((said(),), ConsentStanding.REFUSED, id="nothing"),
        pytest.param((said(TRAIN), said(STUDY)), ConsentStanding.WITHDRAWN, id="withdrawn"),
        pytest.param(
            (said(TRAIN), said(), said(STUDY)), ConsentStanding.WITHDRAWN, id="withdrawn long ago"
        ),
        pytest.param((said(), said(TRAIN)), ConsentStanding.GRANTED, id="granted later"),
    ],
)
def test_where_somebody_stands_is_what_they_said_last(
    answers: tuple[ConsentAnswer, ...], standing: ConsentStanding
) -> None:
    assert standing_on(answers, TRAIN) is standing


def test_a_text_comes_back_from_its_stored_form_with_its_hash() -> None:
    found = text_from_json(canonical_json(STANDING_TEXT.as_json()))

    assert found == STANDING_TEXT
    assert found.sha256 == STANDING_TEXT.sha256


@pytest.mark.parametrize("field", [field for field, _ in FOUR_ANSWERS])
def test_the_shipped_text_answers_what_everybody_asks_first(field: str) -> None:
    assert len(getattr(STANDING_TEXT, field)) > 40


def test_every_purpose_is_explained() -> None:
    assert set(PURPOSE_WORDS) == set(ConsentPurpose)


def test_purposes_are_stored_in_one_order() -> None:
    stored = ordered({STUDY, TRAIN})

    assert stored == ["reward_model_training", "research"]
    assert purposes_from_json(canonical_json(stored)) == {STUDY, TRAIN}
