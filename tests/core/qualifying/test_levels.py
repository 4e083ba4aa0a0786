"""Levels: they hold for one domain and a time, and the latest decision counts."""

from datetime import UTC, datetime, timedelta

import pytest

from evalhub.core.qualifying.levels import (
    MAX_LEVEL_DAYS,
    Level,
    LevelDecision,
    check_level,
    level_at,
)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def decided(level: Level, domain: str = "medicine", *, days: int | None = 30) -> LevelDecision:
    expires_at = None if days is None else NOW + timedelta(days=days)
    return LevelDecision(domain, level, "Passed.", NOW, expires_at, "Bo")


def test_nobody_has_a_level_without_a_decision() -> None:
    assert level_at((), "medicine", NOW) is Level.NONE


def test_a_level_holds_in_its_domain_alone() -> None:
    decisions = (decided(Level.PROFESSIONAL), decided(Level.BEGINNER, "law"))

    assert level_at(decisions, "medicine", NOW) is Level.PROFESSIONAL
    assert level_at(decisions, "law", NOW) is Level.BEGINNER
    assert level_at(decisions, "coding", NOW) is Level.NONE


def test_the_latest_decision_counts_also_when_it_is_lower_or_takes_back() -> None:
    lowered = (decided(Level.LEAD), decided(Level.PRACTISED))
    taken = (*lowered, decided(Level.NONE, days=None))

    assert level_at(lowered, "medicine", NOW) is Level.PRACTISED
    assert level_at(taken, "medicine", NOW) is Level.NONE


def test_a_level_that_ran_out_brings_no_earlier_one_back() -> None:
    decisions = (decided(Level.SENIOR, days=300), decided(Level.PRACTISED, days=1))

    assert level_at(decisions, "medicine", NOW + timedelta(days=2)) is Level.NONE


def test_it_ends_at_its_moment() -> None:
    decisions = (decided(Level.SENIOR, days=1),)
    end = NOW + timedelta(days=1)

    assert level_at(decisions, "medicine", end - timedelta(microseconds=1)) is Level.SENIOR
    assert level_at(decisions, "medicine", end) is Level.NONE


@pytest.mark.parametrize(
    ("domain", "level", "days", "reason", "wheres"),
    [
        ("medicine", 3, 365, "Passed.", []),
        ("medicine", 0, 1, "Left.", []),
        ("Medicine", 3, 365, "Passed.", ["domain"]),
        ("medicine", 6, 365, "Passed.", ["level"]),
        ("medicine", -1, 365, "Passed.", ["level"]),
        ("medicine", 3, 0, "Passed.", ["days"]),
        ("medicine", 3, MAX_LEVEL_DAYS + 1, "Passed.", ["days"]),
        ("", 9, 0, "", ["reason", "domain", "level", "days"]),
    ],
)
def test_each_broken_rule_is_named(
    domain: str, level: int, days: int, reason: str, wheres: list[str]
) -> None:
    assert [problem.where for problem in check_level(domain, level, days, reason)] == wheres
