"""Repeats: steady judgments, and whether unsteady ones lean to a side of the page."""

from dataclasses import replace

import pytest
from scipy.stats import binomtest

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.annotators.repeats import repeat_figures, repeated_answers
from tests.core.scoring.records import judgment

A, B, TIE, CANNOT = Choice.A, Choice.B, Choice.TIE, Choice.CANNOT_JUDGE


def twice(
    first: Choice, again: Choice, *, pair: str = "p1", was_swapped: bool = False, who: str = "ann"
) -> list[JudgmentRecord]:
    """Return a judgment and its repeat a week later, both as they were shown."""
    return [
        judgment(who, first, pair=pair, is_swapped=was_swapped),
        replace(
            judgment(who, again, pair=pair, is_swapped=not was_swapped, minute=10_080),
            purpose=Purpose.REPEAT,
        ),
    ]


@pytest.mark.parametrize(
    ("first", "again", "is_same", "is_turned"),
    [(A, B, True, False), (A, A, False, True), (TIE, TIE, True, False), (A, TIE, False, False)],
    ids=["same response", "same side", "two ties", "became a tie"],
)
@pytest.mark.parametrize("was_swapped", [False, True], ids=["plain first", "swapped first"])
def test_f08_a_repeat_is_compared_by_response_and_not_by_side(
    first: Choice, again: Choice, *, is_same: bool, is_turned: bool, was_swapped: bool
) -> None:
    (answer,) = repeated_answers(twice(first, again, was_swapped=was_swapped))

    assert (answer.is_same, answer.is_turned) == (is_same, is_turned)


def test_a_lasting_preference_for_a_side_is_found_by_the_sign_test() -> None:
    records = [one for n in range(12) for one in twice(A, A, pair=f"p{n}", was_swapped=n % 2 == 0)]

    found = repeat_figures([*records, *twice(B, A, pair="steady")])

    assert found.consistency.value == pytest.approx(1 / 13)
    assert found.consistency.n == 13
    assert (found.left.value, found.left.n) == (1.0, 12)
    assert found.p == pytest.approx(binomtest(12, 12, 0.5).pvalue)
    assert found.z == pytest.approx(12**0.5)


def test_changes_of_mind_without_a_side_are_no_leaning() -> None:
    records = [one for n in range(8) for one in twice(*((A, A) if n % 2 else (B, B)), pair=f"p{n}")]

    found = repeat_figures(records)

    assert (found.left.value, found.p, found.z) == (0.5, 1.0, 0.0)


def test_without_two_answers_of_one_person_nothing_is_compared() -> None:
    first, again = twice(A, B)
    elsewhere = replace(again, person_public_id="bob")
    unable = twice(CANNOT, B, pair="p2") + twice(A, CANNOT, pair="p3")

    found = repeat_figures([first, elsewhere, *unable])

    assert (found.consistency.value, found.consistency.n) == (None, 0)
    assert found.consistency.reason == "No pair that came again has two answers."
    assert (found.left.value, found.z, found.p) == (None, None, None)


@pytest.mark.parametrize(
    ("rubric", "version", "n"),
    [("general", "2.0.0", 0), ("another", "1.0.0", 0), ("general", "1.9.1", 1)],
    ids=["major version", "rubric", "minor version"],
)
def test_answers_are_compared_where_they_mean_the_same(rubric: str, version: str, n: int) -> None:
    first, again = twice(A, B)
    first = replace(first, rubric_id="general", rubric_version="1.0.0")

    again = replace(again, rubric_id=rubric, rubric_version=version)

    assert len(repeated_answers([first, again])) == n


def test_controls_and_anchors_are_no_repeats() -> None:
    first, again = twice(A, B)

    others = [replace(again, purpose=purpose) for purpose in (Purpose.CONTROL, Purpose.ANCHOR)]

    assert repeated_answers([first, *others]) == []
