"""A limit a minute is kept by spacing what is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.canonical import Json
from evalhub.core.pulling.pacing import Pace, correct, guessed_tokens, longest_answer, take


def sent_at(pace: Pace, *asked_at: float, amount: float = 1.0) -> list[float]:
    """Return when each of what is asked at these moments is sent."""
    moments = []
    for now in asked_at:
        pace, wait_s = take(pace, amount=amount, now=now)
        moments.append(now + wait_s)
    return moments


def test_the_first_is_sent_at_once_and_the_others_are_spaced() -> None:
    assert sent_at(Pace(10), 0.0, 0.0, 0.0) == [0.0, 6.0, 12.0]


def test_what_was_not_used_is_not_saved_up() -> None:
    assert sent_at(Pace(10), 0.0, 100.0, 100.0) == [0.0, 100.0, 106.0]


@given(st.integers(1, 600), st.lists(st.floats(0, 300), max_size=60))
def test_no_minute_holds_more_than_its_limit(per_minute: int, asked_at: list[float]) -> None:
    moments = sent_at(Pace(per_minute), *sorted(asked_at))

    for begin in moments:
        # A hair less than a minute: the next request may go out as the minute ends.
        n = sum(begin <= moment < begin + 60 - 1e-6 for moment in moments)
        assert n <= per_minute


def test_what_is_larger_than_the_limit_goes_out_and_is_paid_for() -> None:
    assert sent_at(Pace(100), 0.0, 0.0, amount=300.0) == [0.0, 180.0]


@pytest.mark.parametrize(("by", "free_at"), [(50, 90.0), (-50, 30.0), (0, 60.0)])
def test_a_guess_is_corrected(by: float, free_at: float) -> None:
    pace, _ = take(Pace(100), amount=100, now=0.0)

    assert correct(pace, by=by).free_at == free_at


@pytest.mark.parametrize(
    ("parameters", "limit"),
    [
        ({}, None),
        ({"max_tokens": 50}, 50),
        ({"maxOutputTokens": 50, "max_tokens": 20}, 20),
        ({"max_tokens": "many"}, None),
        ({"max_tokens": True}, None),
        ({"max_tokens": -1}, None),
    ],
    ids=str,
)
def test_the_limit_of_an_answer_is_found(parameters: dict[str, Json], limit: int | None) -> None:
    assert longest_answer(parameters) == limit


def test_a_question_is_guessed_with_its_answer() -> None:
    assert guessed_tokens(400, 250) == 350
