"""An application: what may be written, and which decision may follow which."""

import itertools

import pytest

from evalhub.core.qualifying.applications import (
    MAX_BACKGROUND,
    NEXT_DECISIONS,
    Application,
    ApplicationDecision,
    check_application,
)


@pytest.mark.parametrize(
    ("background", "hours", "wheres"),
    [
        ("Ten years in surgery.\r\nOn call.", 8, []),
        ("x", 60, []),
        ("", 8, ["background"]),
        (" \n", 8, ["background"]),
        ("x" * (MAX_BACKGROUND + 1), 8, ["background"]),
        ("a\x07b", 8, ["background"]),
        ("x", 0, ["week_hours"]),
        ("", 61, ["background", "week_hours"]),
    ],
)
def test_each_broken_rule_names_its_field(background: str, hours: int, wheres: list[str]) -> None:
    problems = check_application(Application(background, hours))

    assert [problem.where for problem in problems] == wheres


def test_f20_acceptance_follows_nothing_or_a_refusal_and_is_followed_by_nothing() -> None:
    accepted, declined, withdrawn = ApplicationDecision
    ways = {
        (before, to)
        for before, to in itertools.product((None, *ApplicationDecision), ApplicationDecision)
        if to in NEXT_DECISIONS[before]
    }

    assert ways == {(None, accepted), (None, declined), (None, withdrawn), (declined, accepted)}
