"""What a coordinator reads of a project: how far its people go, and what is stuck and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.operating.backlog import Backlog, Capacity, Stuck, StuckReason, stuck_of
from evalhub.core.qualifying.routes import Route

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SWAHILI = Backlog("medicine", Route("sw"), n_left=40, n_pairs=20, most_wanted=2, n_experts=3)


def found(*backlog: Backlog, **given: object) -> list[Stuck]:
    told = {"n_experts": 3, "n_over": 0, "last_judged_at": NOW, "now": NOW, **given}
    status = told.pop("status", ProjectStatus.OPEN)
    return stuck_of(status, backlog, **told)  # type: ignore[arg-type]  # of many types


def test_f53_work_that_goes_on_is_not_stuck() -> None:
    assert found(SWAHILI) == []


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (replace(SWAHILI, n_experts=0), StuckReason.NOBODY_QUALIFIED),
        (replace(SWAHILI, n_experts=1), StuckReason.TOO_FEW_EXPERTS),
    ],
)
def test_f53_the_kind_of_prompt_that_nobody_gets_is_named(
    one: Backlog, reason: StuckReason
) -> None:
    others = replace(SWAHILI, route=Route("en"))

    assert found(others, one) == [Stuck(reason, 40, "medicine", Route("sw"))]


def test_f53_what_is_done_is_not_stuck_whoever_is_missing() -> None:
    assert found(replace(SWAHILI, n_left=0, n_experts=0), n_experts=0) == []


def test_f53_a_project_without_experts_says_so_once() -> None:
    assert found(replace(SWAHILI, n_experts=0), n_experts=0) == [Stuck(StuckReason.NO_EXPERTS, 40)]


@pytest.mark.parametrize("last", [None, NOW - timedelta(days=7)])
def test_f53_a_week_without_a_judgment_is_a_standstill(last: datetime | None) -> None:
    assert found(SWAHILI, last_judged_at=last) == [Stuck(StuckReason.STANDS_STILL, 40)]
    assert found(replace(SWAHILI, n_experts=0), last_judged_at=last) == [
        Stuck(StuckReason.NOBODY_QUALIFIED, 40, "medicine", Route("sw"))
    ]


def test_f53_claims_that_ran_out_are_told_also_at_the_end() -> None:
    assert found(n_over=2) == [Stuck(StuckReason.LAPSED_CLAIMS, 2)]


def test_f53_a_project_that_rests_is_not_stuck() -> None:
    assert found(replace(SWAHILI, n_experts=0), status=ProjectStatus.PAUSED) == []


def test_f53_the_rest_takes_as_long_as_pledged_and_as_worked() -> None:
    capacity = Capacity(3, 2, 2, pledged_minutes=600, worked_minutes=300, needed_minutes=900)

    assert (capacity.weeks_as_pledged, capacity.weeks_as_worked) == (1.5, 3.0)
    idle = replace(capacity, pledged_minutes=0, worked_minutes=0)
    assert (idle.weeks_as_pledged, idle.weeks_as_worked) == (None, None)
