"""Assessments: what a file may hold, when time is over, and a grade by answers and keys alone."""

import inspect
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evalhub.core.qualifying.assessments import (
    AttemptState,
    Grade,
    Share,
    assessment_from_json,
    assessment_to_json,
    end_of,
    grade,
    read_assessment,
    state_of,
)
from evalhub.core.qualifying.items import Key
from evalhub.errors import BadInput

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def item(skill: str = "accuracy", accepts: tuple[int, ...] = (-3, -2, -1)) -> dict[str, Any]:
    key = {"accepts": list(accepts), "reason": "A names the dose."}
    return {"skill": skill, "prompt": "What dose?", "a": "500 mg.", "b": "Some.", "key": key}


def document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - anything may stand in a file
    items = [item(), item("safety", (0,)), item(accepts=(1, 2, 3))]
    whole = {
        "schema": "evalhub.assessment/1",
        "domain": "medicine",
        "title": "Starter",
        "rubric": "small@1.0.0",
        "minutes": 60,
        "pass_share": 0.5,
        "items": items,
    }
    return {**whole, **changes}


def test_a_file_is_read_with_its_keys_apart() -> None:
    assessment, keys = read_assessment(document(), where="a.json")

    assert [one.skill for one in assessment.items] == ["accuracy", "safety", "accuracy"]
    assert keys[1] == Key(frozenset({0}), "A names the dose.")
    assert assessment_from_json(assessment_to_json(assessment)) == assessment


def test_f16_no_key_is_in_what_is_kept_of_the_assessment() -> None:
    assessment, _keys = read_assessment(document(), where="a.json")

    told = str(assessment_to_json(assessment))

    assert "key" not in told
    assert "names the dose" not in told
    assert "accepts" not in told


def test_an_hour_is_the_time_unless_the_file_says_otherwise() -> None:
    told = document()
    del told["minutes"]

    assert read_assessment(told, where="a.json")[0].minutes == 60


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"domain": "Medicine"}, "domain"),
        ({"title": ""}, "title"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"minutes": "60"}, "minutes"),
        ({"pass_share": 0}, "pass_share"),
        ({"pass_share": "half"}, "pass_share"),
        ({"pass_share": 1.5}, "pass_share"),
        ({"items": []}, "items"),
        ({"items": "none"}, "items"),
        ({"items": [item()] * 101}, "items"),
        ({"items": [item(""), item()]}, "item 1, skill"),
        ({"items": [item(), {**item(), "b": " "}]}, "item 2, b"),
        ({"items": [{**item(), "prompt": 7}]}, "item 1, prompt"),
        ({"items": [item(accepts=())]}, "item 1, key, accepts"),
        ({"items": [item(accepts=(4,))]}, "item 1, key, accepts"),
        ({"items": [{**item(), "key": {"accepts": [1], "reason": ""}}]}, "item 1, key, reason"),
    ],
)
def test_each_broken_rule_names_its_place(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_assessment(document(**changes), where="a.json")

    assert [problem.where for problem in refused.value.problems] == [f"a.json, {place}"]


def test_items_that_are_none_are_all_named() -> None:
    with pytest.raises(BadInput) as refused:
        read_assessment(document(items=[7, item()]), where="a.json")

    assert {problem.where for problem in refused.value.problems} >= {"a.json, item 1, prompt"}


@pytest.mark.parametrize("told", [None, [], {}, {"schema": "evalhub.assessment/2"}])
def test_another_kind_of_file_is_refused(told: Any) -> None:  # noqa: ANN401 - as above
    with pytest.raises(BadInput, match=r"evalhub\.assessment/1"):
        read_assessment(deepcopy(told), where="a.json")


def graded(answers: dict[int, int]) -> Grade:
    assessment, keys = read_assessment(document(), where="a.json")
    return grade(assessment, dict(enumerate(keys)), answers)


def test_a_grade_is_by_skill_and_counts_what_is_open_as_not_right() -> None:
    assert graded({0: -1, 1: 0}) == Grade(
        Share(2, 3), {"accuracy": Share(1, 2), "safety": Share(1, 1)}, is_passed=True
    )
    assert graded({}).total == Share(0, 3)
    assert not graded({0: -3}).is_passed


def test_f16_a_grade_is_given_nothing_of_the_person() -> None:
    assert list(inspect.signature(grade).parameters) == ["assessment", "keys", "answers"]


def test_time_is_over_at_its_moment_and_handing_in_ends_it_before() -> None:
    end = end_of(NOW, minutes=60, extra_minutes=30)

    def state(after: timedelta, *, handed_in: bool = False, reset: bool = False) -> AttemptState:
        at = NOW if handed_in else None
        return state_of(end, handed_in_at=at, is_reset=reset, now=NOW + after)

    assert end == NOW + timedelta(minutes=90)
    assert state(timedelta(minutes=89)) is AttemptState.RUNNING
    assert state(timedelta(minutes=90)) is AttemptState.TIMED_OUT
    assert state(timedelta(minutes=1), handed_in=True) is AttemptState.HANDED_IN
    assert state(timedelta(minutes=1), handed_in=True, reset=True) is AttemptState.RESET
