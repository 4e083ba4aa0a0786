"""Criteria that the tags rule out are not asked; what a triage answer decides is."""

import pytest

from evalhub.core.judging.applicability import criteria_to_ask, holds
from evalhub.core.rubrics.conditions import AllOf, AnyOf, Condition, FieldEquals, HasTag, Not
from tests.core.rubrics.small import small

TAG, OTHER, FIELD = HasTag("urgent"), HasTag("other"), FieldEquals("urgency", "now")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (TAG, True),
        (OTHER, False),
        (FIELD, None),
        (Not(TAG), False),
        (Not(FIELD), None),
        (AnyOf((OTHER, FIELD)), None),
        (AnyOf((TAG, FIELD)), True),
        (AnyOf((OTHER, Not(TAG))), False),
        (AllOf((TAG, FIELD)), None),
        (AllOf((OTHER, FIELD)), False),
        (AllOf((TAG, Not(OTHER))), True),
    ],
)
def test_a_condition_holds_fails_or_waits(condition: Condition, expected: bool | None) -> None:
    assert holds(condition, frozenset({"urgent"})) is expected


def test_only_what_is_ruled_out_is_left_out() -> None:
    always = small()
    by_tag = small("{any: [{field: urgency, in: [now]}, {tag: urgent}]}", "{tag: urgent}")

    assert len(criteria_to_ask(always, frozenset())) == 4
    assert len(criteria_to_ask(by_tag, frozenset())) == 3
    assert len(criteria_to_ask(by_tag, frozenset({"urgent"}))) == 4
