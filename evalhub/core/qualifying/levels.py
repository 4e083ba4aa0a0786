"""Levels of skill: five to a domain, given by a person for a time and with a reason.

They are the operator's own and no state's. Nothing moves a level by itself: not a score, not a
skipped comparison, not an appeal. It ends on its day unless a person gives it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from evalhub.core.qualifying.credentials import check_reason, name_rule
from evalhub.core.rubrics.texts import is_slug
from evalhub.errors import Problem, Sentence

MAX_LEVEL_DAYS = 1_826
"""Five years. A level that never ended would say of somebody what nobody has looked at since."""


class Level(IntEnum):
    """What somebody can be trusted with in one domain; each includes those below it."""

    NONE = 0
    """Nothing yet, or taken back."""
    BEGINNER = 1
    """Judges plain comparisons after training."""
    PRACTISED = 2
    """Judges without guidance."""
    PROFESSIONAL = 3
    """Judges what needs the profession's own knowledge."""
    SENIOR = 4
    """Settles disagreements."""
    LEAD = 5
    """Writes rubrics and keys."""


class LadderOutcome(StrEnum):
    """What a person decides who has looked at somebody's evidence."""

    PROMOTE = "promote"
    """The next level, for a time."""
    KEEP = "keep"
    """The level as it is; one that ends is renewed."""
    LOWER = "lower"
    """The level below; from the first, none."""


@dataclass(frozen=True, slots=True)
class LevelDecision:
    """Hold one decision: the level of a person in ``domain`` from ``decided_at`` on."""

    domain: str
    level: Level
    reason: str
    decided_at: datetime
    expires_at: datetime | None
    decided_by: str

    def holds_at(self, now: datetime) -> Level:
        """Return the level that this decision gives at ``now``."""
        is_over = self.expires_at is not None and self.expires_at <= now
        return Level.NONE if is_over else self.level


def level_at(decisions: Sequence[LevelDecision], domain: str, now: datetime) -> Level:
    """Return the level in ``domain`` by the latest of ``decisions``, which are in order."""
    latest = [decision for decision in decisions if decision.domain == domain]
    return latest[-1].holds_at(now) if latest else Level.NONE


def check_level(domain: str, level: int, days: int, reason: str) -> list[Problem]:
    """Return every rule that a decision about a level breaks."""
    problems = check_reason(reason)
    if not is_slug(domain):
        problems.append(Problem("domain", name_rule(domain)))
    for where, value, most in (("level", level, max(Level)), ("days", days, MAX_LEVEL_DAYS)):
        least = 0 if where == "level" else 1
        if not least <= value <= most:
            rule = Sentence(
                "%(value)s does not lie between %(least)s and %(most)s",
                value=int(value),
                least=least,
                most=int(most),
            )
            problems.append(Problem(where, rule))
    return problems
