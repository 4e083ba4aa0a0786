import pytest

from evalhub.core.judging.answers import (
    Answer,
    ComparedCriterion,
    NotApplicable,
    RatedCriterion,
    swap_sides,
)
from evalhub.core.scoring.criteria import criterion_scores

NA = NotApplicable.NA


@pytest.mark.parametrize(
    ("a", "b", "score"), [(4, 2, 1.0), (2, 4, 0.0), (3, 3, 0.5)], ids=["a", "b", "even"]
)
def test_the_higher_rating_wins(a: int, b: int, score: float) -> None:
    answer = Answer(rated=(RatedCriterion("correct", a=a, b=b),))

    assert criterion_scores(answer) == {"correct": score}
    assert criterion_scores(swap_sides(answer)) == {"correct": 1 - score}


@pytest.mark.parametrize(("value", "score"), [(-2, 1.0), (1, 0.0), (0, 0.5)])
def test_a_negative_comparison_is_a_win_of_a(value: int, score: float) -> None:
    answer = Answer(compared=(ComparedCriterion("clear", value),))

    assert criterion_scores(answer) == {"clear": score}
    assert criterion_scores(swap_sides(answer)) == {"clear": 1 - score}


def test_what_compares_nothing_is_left_out() -> None:
    answer = Answer(
        rated=(RatedCriterion("correct", a=4), RatedCriterion("sources", a=NA, b=1)),
        compared=(ComparedCriterion("clear", NA),),
    )

    assert criterion_scores(answer) == {}
