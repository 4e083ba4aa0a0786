"""Hold the work that is left against the people who may do it, and say what is stuck and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.qualifying.routes import Route

QUIET_FOR = timedelta(days=7)
"""After so long without a judgment an open project counts as standing still."""


class StuckReason(StrEnum):
    """Why some work of a project does not get done by itself."""

    NO_EXPERTS = "no_experts"
    """No expert is on the project."""
    NOBODY_QUALIFIED = "nobody_qualified"
    """Nobody on the project may judge prompts of this kind."""
    TOO_FEW_EXPERTS = "too_few_experts"
    """Pairs want more judgments than there are experts who may judge them."""
    STANDS_STILL = "stands_still"
    """Nobody has judged for a week."""
    LAPSED_CLAIMS = "lapsed_claims"
    """Claims ran out, and their places are only taken back by the next claim."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """Hold what is left of one kind of prompt.

    ``n_left`` are the judgments that are still wanted and in nobody's hands, ``n_pairs`` the pairs
    that want them, and ``most_wanted`` the most judgments that one of these has or wants in all.
    ``n_experts`` may judge them now.
    """

    domain: str
    route: Route
    n_left: int
    n_pairs: int
    most_wanted: int
    n_experts: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """Hold who is on a project and how much they can do.

    ``n_active`` judged in the last seven days. ``pledged_minutes`` is what experts said they have
    a week, of whom ``n_pledging`` said so; ``worked_minutes`` were booked in the last seven days.
    ``needed_minutes`` is what is left at the expected minutes of a comparison.
    """

    n_experts: int
    n_active: int
    n_pledging: int
    pledged_minutes: int
    worked_minutes: int
    needed_minutes: int

    @property
    def weeks_as_pledged(self) -> float | None:
        """Return how many weeks the rest takes at the pledged hours; None where none are."""
        return self.needed_minutes / self.pledged_minutes if self.pledged_minutes else None

    @property
    def weeks_as_worked(self) -> float | None:
        """Return how many weeks the rest takes at the pace of the last seven days."""
        return self.needed_minutes / self.worked_minutes if self.worked_minutes else None


@dataclass(frozen=True, slots=True)
class Stuck:
    """Name one thing that is stuck: why, how many judgments or claims, and of which kind."""

    reason: StuckReason
    n: int
    domain: str = ""
    route: Route | None = None


def stuck_of(
    status: ProjectStatus,
    backlog: Sequence[Backlog],
    *,
    n_experts: int,
    n_over: int,
    last_judged_at: datetime | None,
    now: datetime,
) -> list[Stuck]:
    """Return what does not get done by itself; nothing of a project that hands out no work.

    Each names what a coordinator can do about it: put somebody on, verify somebody, ask for less.
    """
    n_left = sum(one.n_left for one in backlog)
    if status is not ProjectStatus.OPEN:
        return []
    found = [Stuck(StuckReason.LAPSED_CLAIMS, n_over)] if n_over else []
    if not n_left:
        return found
    if not n_experts:
        return [*found, Stuck(StuckReason.NO_EXPERTS, n_left)]
    found += _by_kind(backlog)
    # Not beside what explains it already: one finding a coordinator acts on is enough.
    is_quiet = last_judged_at is None or last_judged_at <= now - QUIET_FOR
    if is_quiet and not any(one.reason is StuckReason.NOBODY_QUALIFIED for one in found):
        found.append(Stuck(StuckReason.STANDS_STILL, n_left))
    return found


def _by_kind(backlog: Sequence[Backlog]) -> Iterator[Stuck]:
    for one in backlog:
        if not one.n_left:
            continue
        if not one.n_experts:
            yield Stuck(StuckReason.NOBODY_QUALIFIED, one.n_left, one.domain, one.route)
        # Nobody judges a pair twice, so an overlap of three with two experts never ends.
        elif one.most_wanted > one.n_experts:
            yield Stuck(StuckReason.TOO_FEW_EXPERTS, one.n_left, one.domain, one.route)
