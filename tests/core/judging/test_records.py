"""Records turn what was shown into an order that does not depend on the database."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.core.people import Origin
from evalhub.core.responses import ResponseStatus

X = JudgedResponse("alpha", 1, 0, "Alpha 7B", "a" * 64, ResponseStatus.ANSWERED)
Y = JudgedResponse("beta", 1, 0, "Beta 7B", "b" * 64, ResponseStatus.ANSWERED)
RECORD = JudgmentRecord(
    public_id="j1",
    prompt_key="p1",
    prompt_sha256="0" * 64,
    x=X,
    y=Y,
    person_public_id="person",
    person_origin=Origin.ACCOUNT,
    origin=JudgmentOrigin.FORM,
    annotator_kind=AnnotatorKind.HUMAN,
    is_swapped=False,
    choice=Choice.A,
    preference=-2,
    answer={},
    why="",
    confidence=None,
    rubric_id="general",
    rubric_version="1.0.0",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    active_seconds=None,
    revision=1,
)


@pytest.mark.parametrize(
    ("is_swapped", "choice", "canonical", "winner"),
    [
        (False, Choice.A, Choice.A, X),
        (False, Choice.B, Choice.B, Y),
        (True, Choice.A, Choice.B, Y),
        (True, Choice.B, Choice.A, X),
        (True, Choice.BOTH_BAD, Choice.BOTH_BAD, None),
        (False, Choice.CANNOT_JUDGE, Choice.CANNOT_JUDGE, None),
    ],
    ids=["a", "b", "swapped-a", "swapped-b", "swapped-tie", "cannot-judge"],
)
def test_the_choice_is_turned_to_x_and_y(
    is_swapped: bool, choice: Choice, canonical: Choice, winner: JudgedResponse | None
) -> None:
    record = replace(RECORD, is_swapped=is_swapped, choice=choice)

    assert record.canonical_choice is canonical
    assert record.winner == winner


@pytest.mark.parametrize(
    ("is_swapped", "preference", "canonical"),
    [(False, -2, -2), (True, -2, 2), (True, None, None), (False, None, None)],
    ids=["as-shown", "swapped", "swapped-none", "none"],
)
def test_the_preference_is_turned_to_x_and_y(
    is_swapped: bool, preference: int | None, canonical: int | None
) -> None:
    record = replace(RECORD, is_swapped=is_swapped, preference=preference)

    assert record.canonical_preference == canonical


def test_a_pair_is_named_by_prompt_and_responses_alone() -> None:
    again = replace(RECORD, public_id="j2", choice=Choice.B, is_swapped=True)

    assert RECORD.pair_key == again.pair_key
    assert RECORD.pair_key != replace(RECORD, prompt_key="p2").pair_key


@pytest.mark.parametrize(
    ("origin", "person_origin", "is_simulated"),
    [
        (JudgmentOrigin.FORM, Origin.ACCOUNT, False),
        (JudgmentOrigin.SIMULATED, Origin.ACCOUNT, True),
        (JudgmentOrigin.FORM, Origin.SIMULATED, True),
    ],
    ids=["real", "by-origin", "by-person"],
)
def test_a_simulated_judgment_says_so(
    origin: JudgmentOrigin, person_origin: Origin, is_simulated: bool
) -> None:
    record = replace(RECORD, origin=origin, person_origin=person_origin)

    assert record.is_simulated is is_simulated
