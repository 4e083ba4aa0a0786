"""Criteria that the tags rule out are not asked; what a triage answer decides is."""

import pytest
from hypothesis import given

from evalhub.core.judging.applicability import criteria_to_ask, simplify
from evalhub.core.rubrics.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Facts,
    FieldEquals,
    HasTag,
    Not,
    evaluate,
    leaves,
)
from tests.core.rubrics.small import small
from tests.core.rubrics.test_conditions import facts, trees

TAG, OTHER = HasTag("urgent"), HasTag("other")
FIELD, SECOND = FieldEquals("urgency", "now"), FieldEquals("urgency", "later")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (TAG, True),
        (OTHER, False),
        (FIELD, FIELD),
        (Not(TAG), False),
        (Not(FIELD), Not(FIELD)),
        (AnyOf((OTHER, FIELD)), FIELD),
        (AnyOf((FIELD, OTHER, SECOND)), AnyOf((FIELD, SECOND))),
        (AnyOf((TAG, FIELD)), True),
        (AnyOf((OTHER, Not(TAG))), False),
        (AllOf((TAG, FIELD)), FIELD),
        (AllOf((FIELD, TAG, SECOND)), AllOf((FIELD, SECOND))),
        (AllOf((OTHER, FIELD)), False),
        (AllOf((TAG, Not(OTHER))), True),
    ],
)
def test_tags_decide_what_they_can(condition: Condition, expected: Condition | bool) -> None:
    assert simplify(condition, frozenset({"urgent"})) == expected


def test_only_what_is_ruled_out_is_left_out() -> None:
    by_tag = small("{any: [{field: urgency, in: [now]}, {tag: urgent}]}", "{tag: urgent}")

    assert len(criteria_to_ask(by_tag, frozenset())) == 3
    assert len(criteria_to_ask(by_tag, frozenset({"urgent"}))) == 4


@pytest.mark.parametrize(
    ("tags", "is_open"), [(frozenset(), True), (frozenset({"urgent"}), False)], ids=["no", "yes"]
)
def test_what_is_asked_says_what_it_hangs_on(tags: frozenset[str], *, is_open: bool) -> None:
    asked = criteria_to_ask(small(), tags)

    waiting = [item.criterion.id for item in asked if item.when is not None]
    assert waiting == (["prompt_help"] if is_open else [])


@given(trees, facts)
def test_what_is_left_once_the_tags_are_known_decides_the_same(
    condition: Condition, found: Facts
) -> None:
    rest = simplify(condition, found.tags)

    assert (rest if isinstance(rest, bool) else evaluate(rest, found)) is evaluate(condition, found)


@given(trees, facts)
def test_no_tag_is_left_once_the_tags_are_known(condition: Condition, found: Facts) -> None:
    rest = simplify(condition, found.tags)

    assert isinstance(rest, bool) or not any(isinstance(leaf, HasTag) for leaf in leaves(rest))
