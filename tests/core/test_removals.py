"""Rules of removals: who keeps whom away, who answers by when, and what ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from evalhub.core.pay.disputes import DisputeLevel, DisputeState
from evalhub.core.removals import RemovalEvent, RemovalStep, is_in_force, own_step, standing_in

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OBJECTED, REJECTED, APPEALED = RemovalStep.OBJECTED, RemovalStep.REJECTED, RemovalStep.APPEALED
UPHELD, LIFTED = RemovalStep.UPHELD, RemovalStep.LIFTED


def events(*steps: RemovalStep) -> list[RemovalEvent]:
    return [RemovalEvent(step, "Words.", NOW) for step in steps]


@pytest.mark.parametrize(
    ("steps", "holds"),
    [
        ((), True),
        ((OBJECTED,), True),
        ((OBJECTED, REJECTED, APPEALED, REJECTED), True),
        ((OBJECTED, UPHELD), False),
        ((LIFTED,), False),
        ((OBJECTED, REJECTED, LIFTED), False),
    ],
)
def test_a_removal_holds_until_it_is_lifted_or_an_objection_upheld(
    steps: tuple[RemovalStep, ...], *, holds: bool
) -> None:
    assert is_in_force(events(*steps)) is holds


@pytest.mark.parametrize(
    ("steps", "step"),
    [
        ((), OBJECTED),
        ((OBJECTED,), None),
        ((OBJECTED, REJECTED), APPEALED),
        ((OBJECTED, REJECTED, APPEALED), None),
        ((OBJECTED, REJECTED, APPEALED, REJECTED), None),
        ((LIFTED,), None),
    ],
)
def test_f51_an_expert_objects_once_and_appeals_once(
    steps: tuple[RemovalStep, ...], step: RemovalStep | None
) -> None:
    assert own_step(events(*steps), NOW) is step


def test_f51_what_is_late_goes_to_the_administration() -> None:
    made = events(OBJECTED)

    early, late = (standing_in(made, NOW + timedelta(days=days)) for days in (4, 6))

    assert early is not None
    assert late is not None
    assert (early.level, early.state) == (DisputeLevel.COORDINATION, DisputeState.OPEN)
    assert (late.level, late.is_overdue) == (DisputeLevel.ADMINISTRATION, False)


def test_nobody_owes_an_answer_where_nobody_objected() -> None:
    assert standing_in([], NOW) is None
    assert standing_in(events(LIFTED), NOW) is None
