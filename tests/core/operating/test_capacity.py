"""The capacity of the house: people in relation, backlog by level, waits and turnaround."""

from datetime import UTC, datetime, timedelta

import pytest

from evalhub.core.operating.capacity import (
    ProjectBacklog,
    Staff,
    by_level,
    review_backlog,
    turnaround_of,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def project(slug: str, level: int, n_left: int, *, domain: str = "medicine") -> ProjectBacklog:
    return ProjectBacklog(slug, slug.title(), domain, level, n_left, expected_minutes=10)


def test_f48_people_stand_in_relation_to_one_reviewer() -> None:
    assert Staff(90, 30, 15).per_reviewer == (3.0, 0.5)
    assert Staff(90, 0, 15).per_reviewer is None


@pytest.mark.parametrize(("hours", "is_over"), [(71, False), (72, False), (73, True)])
def test_f48_the_oldest_case_decides_whether_the_backlog_is_over(
    hours: int, *, is_over: bool
) -> None:
    since = [NOW - timedelta(hours=hours), NOW - timedelta(hours=1)]

    backlog = review_backlog(since, now=NOW, limit_hours=72)

    assert (backlog.n_waiting, backlog.oldest_hours, backlog.is_over) == (2, hours, is_over)


def test_nothing_that_waits_is_never_too_long() -> None:
    backlog = review_backlog([], now=NOW, limit_hours=1)

    assert (backlog.n_waiting, backlog.oldest_hours, backlog.is_over) == (0, None, False)


def test_f48_turnaround_is_a_median_with_its_n() -> None:
    told = turnaround_of([timedelta(hours=hours) for hours in (1, 2, 300)])

    assert (told.hours, told.n) == (2, 3)
    assert turnaround_of([]).hours is None


def test_f48_a_level_is_held_against_those_who_have_it_or_a_higher_one() -> None:
    projects = [project("a", 3, 6), project("b", 3, 1), project("c", 1, 2), project("done", 5, 0)]
    levels = [("medicine", 1), ("medicine", 3), ("medicine", 5), ("law", 5)]

    found = by_level(projects, levels, n_experts=90)

    assert [
        (one.level, one.n_projects, one.n_left, one.minutes, one.n_holders) for one in found
    ] == [
        (3, 2, 7, 70, 2),
        (1, 1, 2, 20, 3),
    ]


def test_what_asks_for_no_level_is_open_to_everybody() -> None:
    (found,) = by_level([project("a", 0, 4, domain="law")], [("law", 5)], n_experts=90)

    assert (found.domain, found.level, found.n_holders) == ("law", 0, 90)
