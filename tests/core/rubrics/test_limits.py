"""A hostile rubric file costs no more than its length, and its message fits on a page."""

from dataclasses import replace

import pytest

from evalhub.core.rubrics.part_rules import part_breaches
from evalhub.core.rubrics.reference_rules import reference_breaches
from evalhub.core.rubrics.spots import MAX_PROBLEMS, Findings
from tests.core.rubrics.small import SMALL, changed, problems, small


class Counted(str):
    """Count how often a text is compared with another."""

    __slots__ = ()
    n_compared = 0

    def __eq__(self, other: object) -> bool:
        """Compare as text does."""
        Counted.n_compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_rules_over_a_long_list_compare_each_entry_a_few_times() -> None:
    names = tuple(Counted(f"n{n}") for n in range(2_000))
    rubric = replace(small(), why=replace(small().why, quick_reasons=names))
    Counted.n_compared = 0

    repeats = [breach for breach in part_breaches(rubric) if breach.path == "why.quick_reasons"]
    unknown = [breach for breach in reference_breaches(rubric) if "quick" in breach.path]

    assert (repeats, len(unknown)) == ([], len(names))
    assert Counted.n_compared < 10 * len(names)


def test_each_repeated_entry_is_named_once() -> None:
    text = changed(
        "quick_reasons: [correct, clear]", "quick_reasons: [clear, correct, clear, clear]"
    )

    assert [rule for _, rule in problems(text)] == ["'clear' appears more than once"]


def test_the_problems_of_one_file_are_limited() -> None:
    text = SMALL + "".join(f"x{n}: 1\n" for n in range(MAX_PROBLEMS + 50))

    assert len(problems(text)) == MAX_PROBLEMS


def test_what_ended_the_reading_is_told_however_much_came_before() -> None:
    findings = Findings("x.yaml")
    for _ in range(MAX_PROBLEMS + 1):
        findings.add("one of many")

    error = findings.fatal("is not readable", line=7)

    assert str(error.problems[-1]) == "x.yaml line 7: is not readable"
    assert len(error.problems) == MAX_PROBLEMS + 1


def test_unknown_keys_are_named_in_the_order_of_the_file() -> None:
    keys = ["zoo", "ape", "fox", "elk", "cow"]

    found = problems(SMALL + "".join(f"{key}: 1\n" for key in keys))

    assert [rule for _, rule in found] == [f"unknown key {key!r}" for key in keys]


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 30_000], ids=["too long", "deep"])
def test_nesting_without_end_is_refused(text: str) -> None:
    ((_, rule),) = problems(text)

    assert rule.startswith(("holds 1,000,000 bytes", "nests deeper than 24 levels"))
