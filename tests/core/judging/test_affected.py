"""What a change of a rubric touches: by the letter, and by what was answered and ticked."""

from dataclasses import replace

import pytest

from evalhub.core.judging.affected import ChangedParts, changed_parts
from evalhub.core.judging.answers import (
    Answer,
    ComparedCriterion,
    RaisedFlag,
    RatedCriterion,
    SideFlags,
)
from evalhub.core.rubrics.loading import load_rubric
from evalhub.core.rubrics.schema import Rubric
from tests.core.rubrics.small import changed, small


def other(old: str, new: str) -> Rubric:
    """Return the small rubric with one text changed."""
    return load_rubric(changed(old, new), where="other")


@pytest.mark.parametrize(
    ("old", "new", "criteria", "flags"),
    [
        ("summary: Which answer is better?", "summary: Which?", set(), set()),
        ("anchor: It is mixed.", "anchor: It is half right.", {"correct"}, set()),
        ("question: Which is kinder?", "question: Which is nicer?", {"kind"}, set()),
        ("help: Unkind words.", "help: Rough words.", set(), {"rude"}),
        ("label: A slightly}", "label: A a little}", {"clear", "kind"}, set()),
    ],
    ids=["the head", "an anchor", "a question", "a flag", "the scale of those that compare"],
)
def test_f15_a_change_names_the_parts_that_read_otherwise(
    old: str, new: str, criteria: set[str], flags: set[str]
) -> None:
    parts = changed_parts(small(), other(old, new))

    assert (set(parts.criteria), set(parts.flags)) == (criteria, flags)


def test_what_a_version_drops_is_changed_and_what_it_adds_is_not() -> None:
    more = small()
    less = replace(more, criteria=more.criteria[:-1])

    assert changed_parts(more, less).criteria == {"kind"}
    assert changed_parts(less, more).criteria == set()


@pytest.mark.parametrize(
    ("answer", "is_touched"),
    [
        (Answer(), False),
        (Answer(rated=(RatedCriterion("correct", 1, 5),)), True),
        (Answer(compared=(ComparedCriterion("clear", 1),)), False),
        (Answer(flags_a=SideFlags(none_ticked=True)), False),
        (Answer(flags_b=SideFlags(raised=(RaisedFlag("rude"),))), True),
        (Answer(flags_a=SideFlags(raised=(RaisedFlag("harmful"),))), False),
    ],
)
def test_f15_an_answer_is_touched_by_what_it_answers_and_ticks(
    answer: Answer, *, is_touched: bool
) -> None:
    parts = ChangedParts(frozenset({"correct", "kind"}), frozenset({"rude"}))

    assert parts.touch(answer) is is_touched
