"""Contested keys: who answers by when, and what a mended key changes for everybody.

Whoever has sat an assessment may say that the key of an item is wrong. A person decides with a
reason, by a clock; nobody's grade is moved by the contest itself, only by the key that follows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evalhub.core.pay.disputes import DECIDERS, RESPONSE_TIME, DisputeLevel
from evalhub.core.qualifying.assessments import Assessment, Share, grade
from evalhub.core.qualifying.items import Key, check_key
from evalhub.errors import Problem, Sentence

__all__ = [
    "DECIDERS",
    "MAX_CONTEST_WORDS",
    "ContestOutcome",
    "ContestStanding",
    "Regrade",
    "check_answer",
    "regrade_of",
    "standing_of",
]

MAX_CONTEST_WORDS = 4_000


class ContestOutcome(StrEnum):
    """What was decided about a contested key."""

    UPHELD = "upheld"
    """The key stands, for the reason given."""
    OVERTURNED = "overturned"
    """The key was wrong; another takes its place and everybody is graded by it."""


@dataclass(frozen=True, slots=True)
class ContestStanding:
    """Hold who owes an answer, by when, and whether that has passed."""

    is_open: bool
    level: DisputeLevel
    due_at: datetime
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Regrade:
    """Hold what a mended key made of one attempt: the result before, which stays, and after."""

    before: Share
    after: Share
    was_passed: bool
    is_passed: bool

    @property
    def is_changed(self) -> bool:
        """Tell whether the result is another one than before."""
        return (self.before, self.was_passed) != (self.after, self.is_passed)


def standing_of(
    opened_at: datetime, answered_at: datetime | None, now: datetime
) -> ContestStanding:
    """Return how a contest stands at ``now``.

    As with disputes the level follows from the clock: what the first level has not answered in its
    time goes up to the next, which has as much time again, and no job has to run for that.
    """
    level, due_at = DisputeLevel.COORDINATION, opened_at + RESPONSE_TIME
    if (answered_at or now) > due_at:
        level, due_at = DisputeLevel.ADMINISTRATION, due_at + RESPONSE_TIME
    is_open = answered_at is None
    return ContestStanding(is_open, level, due_at, is_overdue=is_open and now > due_at)


def regrade_of(
    assessment: Assessment,
    answers: Mapping[int, int],
    *,
    before: Mapping[int, Key],
    after: Mapping[int, Key],
) -> Regrade:
    """Return what keys ``after`` make of an attempt that keys ``before`` had graded."""
    old, new = grade(assessment, before, answers), grade(assessment, after, answers)
    return Regrade(old.total, new.total, old.is_passed, new.is_passed)


def check_answer(outcome: ContestOutcome, present: Key, wanted: Key) -> Iterator[Problem]:
    """Yield what is wrong with an answer, whose new key counts only when the old is overturned."""
    if outcome is not ContestOutcome.OVERTURNED:
        return
    yield from check_key(wanted)
    # It would tell somebody that they were right and leave their grade as it was.
    if wanted.accepts == present.accepts:
        yield Problem("accepts", Sentence("an overturned key accepts something else than before"))
