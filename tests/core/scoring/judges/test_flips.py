import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.judges.flips import NO_FLIPS, NO_REPEATS, order_flips
from tests.core.scoring.records import judgment

A, B, TIE = Choice.A, Choice.B, Choice.TIE


def both_orders(pair: str, plain: Choice, swapped: Choice) -> list[JudgmentRecord]:
    return [
        judgment("gpt", plain, pair=pair),
        judgment("gpt", swapped, pair=pair, is_swapped=True, minute=1),
    ]


def test_a_verdict_that_follows_the_answer_does_not_flip() -> None:
    found = order_flips([*both_orders("p", A, B), *both_orders("q", TIE, TIE)])

    assert (found.flipped.value, found.flipped.n) == (0.0, 2)
    assert found.to_left.reason == NO_FLIPS


@pytest.mark.parametrize(("choice", "to_left"), [(A, 1.0), (B, 0.0)])
def test_a_verdict_that_follows_the_place_flips(choice: Choice, to_left: float) -> None:
    found = order_flips(both_orders("p", choice, choice))

    assert found.flipped.value == 1.0
    assert found.to_left.value == to_left


def test_a_tie_in_one_order_is_a_flip_to_neither_side() -> None:
    found = order_flips(both_orders("p", TIE, A))

    assert found.flipped.value == 1.0
    assert found.to_left.n == 0


def test_one_order_says_nothing() -> None:
    found = order_flips([judgment("gpt", A), judgment("gpt", B, minute=1)])

    assert found.flipped.value is None
    assert found.flipped.reason == NO_REPEATS


def test_cannot_judge_is_no_verdict() -> None:
    assert order_flips(both_orders("p", A, Choice.CANNOT_JUDGE)).flipped.n == 0
