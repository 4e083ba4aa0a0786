"""Compute how a project's work goes, week by week, from what happened to its assignments."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from evalhub.core.scoring.intervals.shares import Share, share_of

N_WEEKS = 8
"""How many weeks are told, the present one among them."""


class Ending(StrEnum):
    """How an assignment ended."""

    JUDGED = "judged"
    """With a judgment in force; a cannot-judge is one."""
    GIVEN_BACK = "given_back"
    """Without a judgment, by its expert or by coordination."""
    LAPSED = "lapsed"
    """Its time ran out."""


@dataclass(frozen=True, slots=True)
class WorkEvent:
    """Hold what happened to one assignment that ended.

    ``minutes`` is the counted time of its judgment, None where no script counted. ``n_revisions``
    counts the judgment's versions, and ``is_right`` tells of one on a control item.
    """

    ended_at: datetime
    claimed_at: datetime
    ending: Ending
    minutes: float | None = None
    n_revisions: int = 1
    is_right: bool | None = None


@dataclass(frozen=True, slots=True)
class WeekHealth:
    """Hold the figures of one week that begins on the Monday ``monday``.

    Shares are of what ended in the week, with Wilson intervals: ``accuracy`` of the answers to
    control items that are right, ``rework`` of the judgments that were changed afterwards,
    ``given_back`` and ``lapsed`` of all assignments. ``cycle_hours`` is the median time from claim
    to judgment and ``minutes`` the median counted time of a judgment; None without any.
    """

    monday: datetime
    n_judged: int
    accuracy: Share
    rework: Share
    given_back: Share
    lapsed: Share
    cycle_hours: float | None
    minutes: float | None


@dataclass(slots=True)
class _Week:
    endings: defaultdict[Ending, int] = field(default_factory=lambda: defaultdict(int))
    cycles: list[float] = field(default_factory=list)
    minutes: list[float] = field(default_factory=list)
    n_reworked: int = 0
    n_right: int = 0
    n_controls: int = 0

    def take(self, event: WorkEvent) -> None:
        self.endings[event.ending] += 1
        if event.ending is not Ending.JUDGED:
            return
        self.cycles.append((event.ended_at - event.claimed_at) / timedelta(hours=1))
        if event.minutes is not None:
            self.minutes.append(event.minutes)
        self.n_reworked += event.n_revisions > 1
        if event.is_right is not None:
            self.n_controls += 1
            self.n_right += event.is_right


def week_of(moment: datetime) -> datetime:
    """Return the start of the Monday of a moment's week."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def first_week(now: datetime) -> datetime:
    """Return the Monday from which weeks are told."""
    return week_of(now) - timedelta(weeks=N_WEEKS - 1)


def health_of(events: Iterable[WorkEvent], *, now: datetime) -> list[WeekHealth]:
    """Return the last ``N_WEEKS`` weeks, the newest first.

    Medians and not means: one page left open over a night would say of a week that nobody worked
    fast. Events before the first week are left out.
    """
    weeks = {week_of(now) - timedelta(weeks=n): _Week() for n in range(N_WEEKS)}
    for event in events:
        if (week := weeks.get(week_of(event.ended_at))) is not None:
            week.take(event)
    return [_told(monday, week) for monday, week in weeks.items()]


def _told(monday: datetime, week: _Week) -> WeekHealth:
    n, n_judged = sum(week.endings.values()), week.endings[Ending.JUDGED]
    return WeekHealth(
        monday=monday,
        n_judged=n_judged,
        accuracy=share_of(week.n_right, week.n_controls),
        rework=share_of(week.n_reworked, n_judged),
        given_back=share_of(week.endings[Ending.GIVEN_BACK], n),
        lapsed=share_of(week.endings[Ending.LAPSED], n),
        cycle_hours=median(week.cycles) if week.cycles else None,
        minutes=median(week.minutes) if week.minutes else None,
    )
