"""Exceptions have an owner and a due time, go up one level, and belong to nobody for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from evalhub.core.operating.exceptions import (
    ExceptionKind,
    ExceptionLevel,
    ExceptionMove,
    exception_key,
    standing_of,
)
from evalhub.core.pay.disputes import RESPONSE_TIME

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def taken(at: datetime, person_id: int = 1) -> ExceptionMove:
    return ExceptionMove(person_id, "Cora", "", at, is_answer=False)


def test_f11_an_exception_is_due_in_five_days_and_then_goes_up_one_level() -> None:
    in_time = standing_of(START, (), START + RESPONSE_TIME)
    late = standing_of(START, (), START + RESPONSE_TIME + SECOND)
    over = standing_of(START, (), START + 2 * RESPONSE_TIME + SECOND)

    assert (in_time.level, in_time.due_at) == (ExceptionLevel.COORDINATION, START + RESPONSE_TIME)
    assert (late.level, late.is_overdue) == (ExceptionLevel.ADMINISTRATION, False)
    assert late.due_at == START + 2 * RESPONSE_TIME
    assert over.is_overdue


@pytest.mark.parametrize(
    ("after", "owner"),
    [
        (RESPONSE_TIME, "Cora"),
        (RESPONSE_TIME + SECOND, None),
    ],
    ids=["in time", "late"],
)
def test_f11_whoever_lets_it_lie_holds_it_no_longer(after: timedelta, owner: str | None) -> None:
    assert standing_of(START, [taken(START)], START + after).owner == owner


def test_who_takes_it_on_the_next_level_holds_it_until_that_is_over_too() -> None:
    moves = [taken(START), taken(START + RESPONSE_TIME + SECOND, 2)]

    held = standing_of(START, moves, START + RESPONSE_TIME + 2 * SECOND)

    assert held.owner_id == 2
    assert standing_of(START, moves, START + 3 * RESPONSE_TIME).owner_id is None


def test_an_exception_is_known_by_its_rows() -> None:
    assert exception_key(ExceptionKind.ENDPOINT_FAILURE, 7, 12) == "endpoint_failure:7:12"
