"""The health of a project is recomputed from what happened, week by week."""

from datetime import UTC, datetime, timedelta

from evalhub.core.operating.health import (
    N_WEEKS,
    Ending,
    WorkEvent,
    first_week,
    health_of,
    week_of,
)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)  # a Saturday


def judged(
    hours: float,
    *,
    days_ago: int = 0,
    minutes: float | None = None,
    n_revisions: int = 1,
    is_right: bool | None = None,
) -> WorkEvent:
    ended = NOW - timedelta(days=days_ago)
    claimed = ended - timedelta(hours=hours)
    return WorkEvent(ended, claimed, Ending.JUDGED, minutes, n_revisions, is_right)


def test_f53_a_week_tells_what_ended_in_it() -> None:
    events = [
        judged(1, minutes=10, is_right=True),
        judged(2, minutes=20, is_right=False, n_revisions=2),
        judged(9),
        WorkEvent(NOW, NOW, Ending.GIVEN_BACK),
        WorkEvent(NOW, NOW, Ending.LAPSED),
        judged(5, days_ago=7),
    ]

    week, before, *rest = health_of(events, now=NOW)

    assert week.monday == datetime(2026, 11, 16, tzinfo=UTC)
    assert (week.n_judged, week.cycle_hours, week.minutes) == (3, 2, 15)
    assert (week.accuracy.value, week.accuracy.n) == (0.5, 2)
    assert (week.rework.value, week.rework.n) == (1 / 3, 3)
    assert (week.given_back.value, week.lapsed.value, week.lapsed.n) == (0.2, 0.2, 5)
    assert week.accuracy.interval is not None
    assert (before.n_judged, before.cycle_hours, before.minutes) == (1, 5, None)
    assert [one.n_judged for one in rest] == [0] * (N_WEEKS - 2)


def test_f53_a_week_without_work_has_no_shares() -> None:
    week = health_of([], now=NOW)[0]

    assert [one.value for one in (week.accuracy, week.rework, week.given_back)] == [None] * 3
    assert (week.cycle_hours, week.minutes) == (None, None)


def test_f53_what_is_older_is_left_out() -> None:
    assert first_week(NOW) == datetime(2026, 9, 28, tzinfo=UTC)
    assert sum(one.n_judged for one in health_of([judged(1, days_ago=60)], now=NOW)) == 0


def test_weeks_begin_on_mondays() -> None:
    assert week_of(datetime(2026, 11, 16, tzinfo=UTC)) == datetime(2026, 11, 16, tzinfo=UTC)
    assert week_of(datetime(2026, 11, 22, 23, 59, tzinfo=UTC)) == datetime(2026, 11, 16, tzinfo=UTC)
