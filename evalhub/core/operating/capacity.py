"""Hold the work that waits in all projects against the people of the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Staff:
    """Count the people who can sign in, by what they do; who holds two roles counts in both."""

    n_experts: int
    n_reviewers: int
    n_operations: int

    @property
    def per_reviewer(self) -> tuple[float, float] | None:
        """Return how many experts and people of operations there are for each reviewer.

        None without a reviewer: there is nobody to stand in relation to.
        """
        if not self.n_reviewers:
            return None
        return self.n_experts / self.n_reviewers, self.n_operations / self.n_reviewers


@dataclass(frozen=True, slots=True)
class ProjectBacklog:
    """Hold the judgments that an open project still gives out, and what it asks for.

    ``level`` is the least level in ``domain`` that it asks for, 0 for none.
    """

    slug: str
    title: str
    domain: str
    level: int
    n_left: int
    expected_minutes: int

    @property
    def minutes(self) -> int:
        """Return how long the rest takes at the expected minutes of a comparison."""
        return self.n_left * self.expected_minutes


@dataclass(frozen=True, slots=True)
class LevelBacklog:
    """Hold what is left for people of one level or above in a domain, and how many hold it."""

    domain: str
    level: int
    n_projects: int
    n_left: int
    minutes: int
    n_holders: int


@dataclass(frozen=True, slots=True)
class Turnaround:
    """Hold the median time from one moment to another in hours, and of how many."""

    hours: float | None
    n: int


@dataclass(frozen=True, slots=True)
class ReviewBacklog:
    """Hold the cases that wait for a reviewer: how many, and how long the oldest has waited."""

    n_waiting: int
    oldest_hours: float | None
    limit_hours: int

    @property
    def is_over(self) -> bool:
        """Tell whether a case has waited for longer than the house means to let any wait."""
        return self.oldest_hours is not None and self.oldest_hours > self.limit_hours


def review_backlog(since: Sequence[datetime], *, now: datetime, limit_hours: int) -> ReviewBacklog:
    """Return the backlog of cases that have waited ``since`` these moments.

    By the longest wait and not the sum: ten cases of an hour are a morning's work, one that lies
    for ten days is an expert who does not get an answer.
    """
    oldest = (now - min(since)) / _HOUR if since else None
    return ReviewBacklog(len(since), oldest, limit_hours)


def turnaround_of(spans: Sequence[timedelta]) -> Turnaround:
    """Return the median of time spans; a mean would tell of the one that lay over a holiday."""
    hours = [span / _HOUR for span in spans]
    return Turnaround(median(hours) if hours else None, len(hours))


def by_level(
    projects: Sequence[ProjectBacklog], levels: Sequence[tuple[str, int]], *, n_experts: int
) -> list[LevelBacklog]:
    """Return what is left by the domain and level that is asked for, the most hours first.

    ``levels`` are the domain and level of everybody who holds one now; a higher level counts for a
    lower one. What asks for no level is open to all ``n_experts``.
    """
    kinds = {(one.domain, one.level) for one in projects if one.n_left}
    found = []
    for domain, level in kinds:
        asking = [
            one for one in projects if one.n_left and (one.domain, one.level) == (domain, level)
        ]
        holders = sum(held >= level for of, held in levels if of == domain)
        found.append(
            LevelBacklog(
                domain=domain,
                level=level,
                n_projects=len(asking),
                n_left=sum(one.n_left for one in asking),
                minutes=sum(one.minutes for one in asking),
                n_holders=holders if level else n_experts,
            )
        )
    return sorted(found, key=lambda one: (-one.minutes, one.domain, one.level))
