"""What opens a case: conflicts by their gravity, overrides, and a sample that nobody can redraw."""

from dataclasses import replace

import pytest

from evalhub.core.judging.answers import (
    Answer,
    Choice,
    ComparedCriterion,
    RaisedFlag,
    SideFlags,
    swap_sides,
)
from evalhub.core.reviewing.triggers import (
    Vote,
    conflict_of,
    contradicts_itself,
    is_sampled,
    vote_of,
)
from evalhub.core.reviewing.vocabulary import Trigger
from tests.core.rubrics.small import small

A_BETTER = Answer(choice=Choice.A, preference=-2)
VETOED = SideFlags(raised=(RaisedFlag("harmful", "x"),))
X, Y = -1, 1


def vote(preference: int, *vetoed: int) -> Vote:
    sign = (preference > 0) - (preference < 0)
    return Vote(sign, preference, frozenset(vetoed))


@pytest.mark.parametrize(
    ("votes", "trigger"),
    [
        ([vote(-1), vote(1)], Trigger.SIGN_CONFLICT),
        ([vote(-3), vote(0)], Trigger.SPREAD),
        ([vote(-2), vote(0)], None),
        ([vote(-1), vote(-2)], None),
        ([vote(-1), vote(1, X)], Trigger.VETO_CONFLICT),
        ([vote(-1), vote(0, X)], Trigger.VETO_CONFLICT),
        ([vote(-1, X), vote(-1, X)], None),
        ([vote(-1), vote(-2), vote(2)], Trigger.SIGN_CONFLICT),
        ([vote(-1)], None),
        ([Vote(-1, None), Vote(1, None)], Trigger.SIGN_CONFLICT),
    ],
    ids=["sign", "spread", "near", "same", "veto", "tie", "both", "third", "one", "plain"],
)
def test_the_gravest_conflict_is_named(votes: list[Vote], trigger: Trigger | None) -> None:
    assert conflict_of(votes) is trigger
    assert conflict_of(votes[::-1]) is trigger


def test_a_vote_is_told_in_the_order_of_the_pair() -> None:
    straight = vote_of(small(), A_BETTER, is_swapped=False)
    turned = vote_of(small(), swap_sides(A_BETTER), is_swapped=True)

    assert straight == turned == Vote(X, -2)


def test_a_veto_against_the_preferred_answer_is_an_override() -> None:
    overriding = replace(A_BETTER, flags_a=VETOED)
    both = replace(A_BETTER, flags_a=VETOED, flags_b=VETOED)

    assert vote_of(small(), overriding, is_swapped=False) == Vote(
        X, -2, frozenset({X}), is_override=True
    )
    assert vote_of(small(), overriding, is_swapped=True) == Vote(
        Y, 2, frozenset({Y}), is_override=True
    )
    assert vote_of(small(), both, is_swapped=False) == Vote(X, -2, frozenset({X, Y}))


@pytest.mark.parametrize("choice", [None, Choice.CANNOT_JUDGE])
def test_who_cannot_judge_contradicts_nobody(choice: Choice | None) -> None:
    assert vote_of(small(), Answer(choice=choice), is_swapped=False) is None


def test_the_sample_has_its_share_and_stays_the_same() -> None:
    drawn = [number for number in range(4_000) if is_sampled(7, number, 0.1)]

    assert 320 <= len(drawn) <= 480
    assert drawn == [number for number in range(4_000) if is_sampled(7, number, 0.1)]
    assert drawn != [number for number in range(4_000) if is_sampled(8, number, 0.1)]


def test_a_greater_share_keeps_what_was_drawn() -> None:
    few = {number for number in range(500) if is_sampled(1, number, 0.1)}
    many = {number for number in range(500) if is_sampled(1, number, 0.3)}

    assert few < many
    assert not any(is_sampled(1, number, 0.0) for number in range(500))
    assert all(is_sampled(1, number, 1.0) for number in range(500))


@pytest.mark.parametrize(("value", "found"), [(2, True), (-2, False), (0, False)])
def test_criteria_that_favour_the_other_answer_are_pointed_out(value: int, found: bool) -> None:
    answer = replace(A_BETTER, compared=(ComparedCriterion("clear", value),))

    assert contradicts_itself(small(), answer) is found


def test_without_a_preference_nothing_is_contradicted() -> None:
    tie = Answer(choice=Choice.TIE, preference=0, compared=(ComparedCriterion("clear", 2),))

    assert not contradicts_itself(small(), tie)
    assert not contradicts_itself(small(), A_BETTER)
