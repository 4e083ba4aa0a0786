"""A project's plan is checked before it is stored."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.campaigns import OverlapRule, PairingStrategy, SelectionMode
from evalhub.core.projects import ProjectPlan, check_plan

PLAN = ProjectPlan(
    slug="acute",
    title="Acute presentations",
    purpose="Trains a reward model for triage.",
    prompt_set="medicine@1",
    rubric="medicine@1.0.0",
    endpoints=("a", "b"),
)


def test_a_sound_plan_has_no_problem() -> None:
    assert check_plan(PLAN) == []


@pytest.mark.parametrize(
    "plan",
    [
        replace(PLAN, strategy=PairingStrategy.BALANCED, pairs_per_prompt=2),
        replace(PLAN, strategy=PairingStrategy.BASELINE, baseline="a"),
    ],
    ids=["balanced", "baseline"],
)
def test_every_strategy_can_be_planned(plan: ProjectPlan) -> None:
    assert check_plan(plan) == []


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        (replace(PLAN, slug="Acute!"), "slug"),
        (replace(PLAN, slug="a" * 81), "slug"),
        (replace(PLAN, title="  "), "title"),
        (replace(PLAN, title="x" * 201), "title"),
        (replace(PLAN, purpose=""), "purpose"),
        (replace(PLAN, terms="x" * 20_001), "terms"),
        (replace(PLAN, pay_currency="Euro"), "pay_currency"),
        (replace(PLAN, pay_minor_units=-1), "pay"),
        (replace(PLAN, seed=-1), "seed"),
        (replace(PLAN, overlap=0), "overlap"),
        (replace(PLAN, overlap=101), "overlap"),
        (replace(PLAN, lease_minutes=1), "lease_minutes"),
        (replace(PLAN, expected_minutes=0), "expected_minutes"),
        (replace(PLAN, endpoints=("a",)), "endpoints"),
        (replace(PLAN, endpoints=("a", "b", "b")), "endpoints"),
        (replace(PLAN, strategy=PairingStrategy.BASELINE), "baseline"),
        (replace(PLAN, strategy=PairingStrategy.BASELINE, baseline="c"), "baseline"),
        (replace(PLAN, baseline="a"), "baseline"),
        (replace(PLAN, strategy=PairingStrategy.BALANCED), "pairs_per_prompt"),
        (replace(PLAN, strategy=PairingStrategy.BALANCED, pairs_per_prompt=0), "pairs_per_prompt"),
        (
            replace(PLAN, strategy=PairingStrategy.BALANCED, pairs_per_prompt=1_001),
            "pairs_per_prompt",
        ),
        (replace(PLAN, pairs_per_prompt=3), "pairs_per_prompt"),
        (replace(PLAN, samples_per_endpoint=0), "samples_per_endpoint"),
        (replace(PLAN, samples_per_endpoint=21), "samples_per_endpoint"),
        (replace(PLAN, title="two\nlines"), "title"),
        (replace(PLAN, title="turned \u202e round"), "title"),
        (replace(PLAN, purpose="clears \x1b[2J the screen"), "purpose"),
        (replace(PLAN, terms="a\x00b"), "terms"),
        (replace(PLAN, domain="\ud800"), "domain"),
    ],
)
def test_a_broken_rule_is_named_by_its_field(changed: ProjectPlan, where: str) -> None:
    assert [problem.where for problem in check_plan(changed)] == [where]


def test_the_line_ends_of_a_web_form_are_no_control_characters() -> None:
    assert check_plan(replace(PLAN, purpose="One.\r\nTwo.", terms="\tA\r\nB")) == []


@given(
    st.sampled_from(["seed", "overlap", "lease_minutes", "pay_minor_units", "expected_minutes"]),
    st.integers(),
)
def test_every_number_that_passes_fits_its_column(name: str, value: int) -> None:
    plan = replace(PLAN, **{name: value})  # type: ignore[arg-type]  # all of these are numbers

    assert check_plan(plan) or 0 <= value < 2**31


@pytest.mark.parametrize(("overlap", "is_sound"), [(2, False), (3, True), (5, True)])
def test_a_conflict_needs_somebody_left_to_ask(overlap: int, *, is_sound: bool) -> None:
    plan = replace(PLAN, overlap=overlap, overlap_rule=OverlapRule.ON_CONFLICT)

    problems = check_plan(plan)

    assert [problem.where for problem in problems] == ([] if is_sound else ["overlap"])


def test_a_project_asks_for_the_order_and_a_fixed_overlap_unless_told_otherwise() -> None:
    assert PLAN.selection_mode is SelectionMode.RANK
    assert PLAN.overlap_rule is OverlapRule.FIXED
