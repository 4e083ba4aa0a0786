"""The ladder: what each level of a domain asks for, and what somebody has of that.

It is evidence for a person who decides and moves no level by itself. What was skipped, given back,
disputed or appealed is no part of it: the only judgments that count are those somebody gave.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from evalhub.core.qualifying.levels import LadderOutcome, Level
from evalhub.core.scoring.annotators.figures import majority
from evalhub.core.scoring.intervals.shares import Share, share_of
from evalhub.errors import Sentence

NOBODY_ELSE = Sentence("On no pair of this domain do the other experts have a majority.")


class CriterionKind(StrEnum):
    """What a level can ask for."""

    TRAINING = "training"
    """A training of the domain that was passed."""
    ASSESSMENT = "assessment"
    """The assessment of the domain, with what it asks for reached."""
    CREDENTIAL = "credential"
    """A credential of the domain that is verified now."""
    JUDGMENTS = "judgments"
    """Judgments given in projects of the domain."""
    AGREEMENT = "agreement"
    """Agreement with what most other experts said of the same pairs."""


@dataclass(frozen=True, slots=True)
class Rung:
    """Hold what a level asks for; 0 and False ask for nothing.

    ``min_agreement`` is held against the share itself and only once it rests on ``min_shared``
    pairs: a share of five pairs says nothing of anybody.
    """

    has_training: bool = False
    is_assessed: bool = False
    has_credential: bool = False
    min_judgments: int = 0
    min_agreement: float = 0.0
    min_shared: int = 0


LADDER: Mapping[Level, Rung] = {
    Level.BEGINNER: Rung(has_training=True),
    Level.PRACTISED: Rung(has_training=True, is_assessed=True, min_judgments=50),
    Level.PROFESSIONAL: Rung(
        is_assessed=True,
        has_credential=True,
        min_judgments=200,
        min_agreement=0.6,
        min_shared=50,
    ),
    Level.SENIOR: Rung(
        has_credential=True, min_judgments=1_000, min_agreement=0.65, min_shared=200
    ),
    Level.LEAD: Rung(has_credential=True, min_judgments=3_000, min_agreement=0.65, min_shared=500),
}
"""What each level asks for. The shares lie under what experts reach with each other in published
studies, 63 to 77 per cent: a bar above them would ask for agreement, not for skill."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what is known of somebody in one domain, as far as a level asks for it."""

    has_training: bool
    is_assessed: bool
    has_credential: bool
    n_judgments: int
    agreement: Share


@dataclass(frozen=True, slots=True)
class Criterion:
    """Hold one thing that a level asks for, and whether it is there."""

    kind: CriterionKind
    is_met: bool


def next_level(level: Level) -> Level | None:
    """Return the level above, or None above the highest."""
    return Level(level + 1) if level < max(Level) else None


def level_after(outcome: LadderOutcome, level: Level) -> Level | None:
    """Return the level that a decision leads to; None where there is no such step."""
    if outcome is LadderOutcome.PROMOTE:
        return next_level(level)
    if outcome is LadderOutcome.LOWER:
        return Level(level - 1) if level else None
    return level


def criteria_of(rung: Rung, evidence: Evidence) -> tuple[Criterion, ...]:
    """Return all that a level asks for, each met or missing."""
    share = evidence.agreement
    agrees = share.n >= rung.min_shared and (share.value or 0.0) >= rung.min_agreement
    asked = (
        (CriterionKind.TRAINING, rung.has_training, evidence.has_training),
        (CriterionKind.ASSESSMENT, rung.is_assessed, evidence.is_assessed),
        (CriterionKind.CREDENTIAL, rung.has_credential, evidence.has_credential),
        (
            CriterionKind.JUDGMENTS,
            rung.min_judgments > 0,
            evidence.n_judgments >= rung.min_judgments,
        ),
        (CriterionKind.AGREEMENT, rung.min_shared > 0, agrees),
    )
    return tuple(Criterion(kind, is_met) for kind, is_asked, is_met in asked if is_asked)


def agreement_with_others(person: int, answers: Mapping[int, Mapping[int, int]]) -> Share:
    """Return how often a person says what more of the others say of a pair than anything else.

    ``answers`` has by pair what each person said of it: -1, 0 (a tie) or 1 in the pair's own order.
    Pairs on which the others are evenly divided say nothing and are left out, and so is the
    person's own answer, which would agree with itself. The interval is Wilson's.
    """
    said = []
    for given in answers.values():
        most = majority(Counter(code for who, code in given.items() if who != person))
        if person in given and most is not None:
            said.append(given[person] == most)
    return share_of(sum(said), len(said), reason=NOBODY_ELSE)
