"""Judgments become ratings in the pair's own order, whichever side an annotator saw first."""

from dataclasses import replace

import pytest

from evalhub.core.judging.answers import (
    Answer,
    Choice,
    ComparedCriterion,
    NotApplicable,
    RatedCriterion,
)
from evalhub.core.scoring.agreement import SubjectKind, TieRule
from evalhub.core.scoring.agreement.subjects import (
    CHOICES,
    criteria,
    graded_preferences,
    overall_choices,
)
from tests.core.scoring.records import judgment

A, B = Choice.A, Choice.B


def test_choices_are_turned_to_the_pairs_own_order() -> None:
    records = [judgment("ann", A), judgment("bob", B, is_swapped=True)]

    subject = overall_choices(records)

    assert subject.ratings.unit_counts().tolist() == [[2, 0, 0]]
    assert subject.ratings.categories == CHOICES
    assert subject.tie_rule is TieRule.THIRD_ANSWER


@pytest.mark.parametrize("tie", [Choice.TIE, Choice.BOTH_GOOD, Choice.BOTH_BAD])
def test_every_kind_of_tie_is_a_tie(tie: Choice) -> None:
    assert overall_choices([judgment("ann", tie)]).ratings.unit_counts().tolist() == [[0, 1, 0]]


def test_cannot_judge_is_no_answer() -> None:
    subject = overall_choices([judgment("ann", Choice.CANNOT_JUDGE), judgment("bob", A)])

    assert len(subject.ratings.unit) == 1


def test_ties_left_out_take_the_annotators_repeat_with_them() -> None:
    records = [judgment("ann", Choice.TIE), judgment("ann", A, minute=5), judgment("bob", A)]

    subject = overall_choices(records, with_ties=False)

    assert subject.ratings.unit_counts().tolist() == [[1, 0]]
    assert subject.tie_rule is TieRule.LEFT_OUT


def test_pairs_of_one_prompt_are_kept_apart() -> None:
    other = replace(judgment("ann", A), x=judgment().y, y=judgment().x)

    assert overall_choices([judgment("ann", A), other]).ratings.n_blocks == 2


def test_preferences_are_turned_and_missing_ones_left_out() -> None:
    records = [
        judgment("ann", A, preference=-3),
        judgment("bob", B, preference=3, is_swapped=True),
        judgment("cyd", B),
    ]

    subject = graded_preferences(records)

    assert subject.ratings.category.tolist() == [0, 0]
    assert len(subject.ratings.categories) == 7


def test_compared_criteria_are_turned_with_the_sides() -> None:
    answer = Answer(compared=(ComparedCriterion("clear", -2),))
    records = [
        judgment("ann", A, answer=answer),
        judgment("bob", A, answer=answer, is_swapped=True),
    ]

    (subject,) = criteria(records, {"clear": (-2, -1, 0, 1, 2)})

    assert (subject.kind, subject.name) == (SubjectKind.COMPARED, "clear")
    assert subject.ratings.unit_counts().tolist() == [[1, 0, 0, 0, 1]]
    assert subject.tie_rule is TieRule.MIDDLE


def test_rated_criteria_are_two_units_of_one_pair() -> None:
    shown = Answer(rated=(RatedCriterion("correct", a=4, b=2),))
    turned = Answer(rated=(RatedCriterion("correct", a=2, b=4),))
    records = [
        judgment("ann", A, answer=shown),
        judgment("bob", B, answer=turned, is_swapped=True),
    ]

    (subject,) = criteria(records, {"correct": (1, 2, 3, 4, 5)})

    assert subject.ratings.n_blocks == 1
    assert subject.ratings.unit_counts().tolist() == [[0, 0, 0, 2, 0], [0, 2, 0, 0, 0]]
    assert subject.tie_rule is TieRule.NO_TIES


def test_does_not_apply_is_no_answer() -> None:
    answer = Answer(
        rated=(RatedCriterion("sources", a=NotApplicable.NA),),
        compared=(ComparedCriterion("clear", NotApplicable.NA),),
    )

    assert criteria([judgment("ann", A, answer=answer)], {}) == ()


def test_values_outside_the_scale_extend_it() -> None:
    answer = Answer(compared=(ComparedCriterion("clear", 3),))

    (subject,) = criteria([judgment("ann", A, answer=answer)], {"clear": (-1, 0, 1)})

    assert subject.ratings.categories == ("-1", "0", "1", "3")
