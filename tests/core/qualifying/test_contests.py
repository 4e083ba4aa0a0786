"""Contested keys: the clock of answers, and what a mended key makes of results."""

from datetime import UTC, datetime, timedelta

import pytest

from evalhub.core.pay.disputes import DisputeLevel
from evalhub.core.qualifying.assessments import Share, read_assessment
from evalhub.core.qualifying.contests import (
    ContestOutcome,
    ContestStanding,
    Regrade,
    check_answer,
    regrade_of,
    standing_of,
)
from evalhub.core.qualifying.items import Key
from tests.core.qualifying.test_assessments import document

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST, NEXT = DisputeLevel.COORDINATION, DisputeLevel.ADMINISTRATION


@pytest.mark.parametrize(
    ("days", "answered", "expected"),
    [
        (5, None, ContestStanding(True, FIRST, NOW + 5 * DAY, False)),
        (6, None, ContestStanding(True, NEXT, NOW + 10 * DAY, False)),
        (11, None, ContestStanding(True, NEXT, NOW + 10 * DAY, True)),
        (99, 2, ContestStanding(False, FIRST, NOW + 5 * DAY, False)),
        (99, 20, ContestStanding(False, NEXT, NOW + 10 * DAY, False)),
    ],
    ids=["in time", "gone up", "overdue", "answered", "answered late"],
)
def test_f16_what_is_not_answered_in_time_goes_up(
    days: int, answered: int | None, expected: ContestStanding
) -> None:
    answered_at = None if answered is None else NOW + answered * DAY

    assert standing_of(NOW, answered_at, NOW + days * DAY) == expected


def test_f16_a_mended_key_tells_the_result_before_and_after() -> None:
    assessment, keys = read_assessment(document(), where="a.json")
    before = dict(enumerate(keys))
    after = {**before, 1: Key(frozenset({1}), "B says it.")}

    changed = regrade_of(assessment, {1: 1}, before=before, after=after)
    same = regrade_of(assessment, {0: -3}, before=before, after=after)

    assert changed == Regrade(Share(0, 3), Share(1, 3), was_passed=False, is_passed=False)
    assert changed.is_changed
    assert not same.is_changed
    lifted = regrade_of(assessment, {0: -3, 1: 1}, before=before, after=after)
    assert (lifted.was_passed, lifted.is_passed) == (False, True)


def test_an_overturned_key_accepts_something_else() -> None:
    present, wanted = Key(frozenset({-1}), "Old."), Key(frozenset({1}), "New.")

    def problems(outcome: ContestOutcome, key: Key) -> list[str]:
        return [problem.where for problem in check_answer(outcome, present, key)]

    assert problems(ContestOutcome.OVERTURNED, wanted) == []
    assert problems(ContestOutcome.OVERTURNED, present) == ["accepts"]
    assert problems(ContestOutcome.OVERTURNED, Key(frozenset(), "New.")) == ["accepts"]
    assert problems(ContestOutcome.UPHELD, Key(frozenset(), "")) == []
