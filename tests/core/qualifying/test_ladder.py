"""The ladder: what levels ask for, what is met, and where each decision leads."""

from dataclasses import replace

import pytest

from evalhub.core.qualifying.ladder import (
    LADDER,
    NOBODY_ELSE,
    Criterion,
    CriterionKind,
    Evidence,
    Rung,
    agreement_with_others,
    criteria_of,
    level_after,
    next_level,
)
from evalhub.core.qualifying.levels import LadderOutcome, Level
from evalhub.core.scoring.intervals.shares import share_of

NOTHING = Evidence(
    has_training=False,
    is_assessed=False,
    has_credential=False,
    n_judgments=0,
    agreement=share_of(0, 0),
)
ALL = Evidence(
    has_training=True,
    is_assessed=True,
    has_credential=True,
    n_judgments=3_000,
    agreement=share_of(350, 500),
)


def missing(level: Level, evidence: Evidence) -> list[CriterionKind]:
    return [one.kind for one in criteria_of(LADDER[level], evidence) if not one.is_met]


def test_f33_every_level_asks_for_something_and_can_be_reached() -> None:
    assert set(LADDER) == set(Level) - {Level.NONE}
    for level, rung in LADDER.items():
        assert criteria_of(rung, NOTHING)
        assert missing(level, NOTHING) == [one.kind for one in criteria_of(rung, NOTHING)]
        assert missing(level, ALL) == []


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (replace(ALL, is_assessed=False), CriterionKind.ASSESSMENT),
        (replace(ALL, has_credential=False), CriterionKind.CREDENTIAL),
        (replace(ALL, n_judgments=199), CriterionKind.JUDGMENTS),
        (replace(ALL, agreement=share_of(59, 100)), CriterionKind.AGREEMENT),
        (replace(ALL, agreement=share_of(49, 49)), CriterionKind.AGREEMENT),
        (replace(ALL, agreement=share_of(0, 0)), CriterionKind.AGREEMENT),
    ],
    ids=["assessment", "credential", "judgments", "too low", "too few pairs", "no pairs"],
)
def test_f33_exactly_what_is_missing_is_named(evidence: Evidence, kind: CriterionKind) -> None:
    assert missing(Level.PROFESSIONAL, evidence) == [kind]


def test_the_last_judgment_and_the_last_pair_count() -> None:
    just = replace(ALL, n_judgments=200, agreement=share_of(30, 50))

    assert missing(Level.PROFESSIONAL, just) == []
    assert criteria_of(Rung(has_training=True), just) == (
        Criterion(CriterionKind.TRAINING, is_met=True),
    )


@pytest.mark.parametrize(
    ("outcome", "level", "after"),
    [
        (LadderOutcome.PROMOTE, Level.NONE, Level.BEGINNER),
        (LadderOutcome.PROMOTE, Level.LEAD, None),
        (LadderOutcome.KEEP, Level.SENIOR, Level.SENIOR),
        (LadderOutcome.KEEP, Level.NONE, Level.NONE),
        (LadderOutcome.LOWER, Level.BEGINNER, Level.NONE),
        (LadderOutcome.LOWER, Level.NONE, None),
    ],
)
def test_each_decision_leads_one_step_or_nowhere(
    outcome: LadderOutcome, level: Level, after: Level | None
) -> None:
    assert level_after(outcome, level) is after


def test_above_the_highest_level_there_is_none() -> None:
    assert next_level(Level.SENIOR) is Level.LEAD
    assert next_level(Level.LEAD) is None


def test_f33_agreement_is_with_the_others_and_not_with_oneself() -> None:
    answers = {
        1: {7: -1, 8: -1, 9: 1},  # the others are divided
        2: {7: -1, 8: -1, 9: -1},  # all alike
        3: {7: 0, 8: 1},  # differs
        4: {7: 1},  # nobody else
        5: {8: 1, 9: 1},  # not judged by them
    }

    found = agreement_with_others(7, answers)

    assert (found.value, found.n) == (0.5, 2)
    assert agreement_with_others(7, {4: {7: 1}}).reason == NOBODY_ELSE
