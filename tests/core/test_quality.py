"""Shares of comparisons that check quality: their bounds, their lot, and what somebody expects."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.campaigns import Purpose
from evalhub.core.quality import (
    PERIOD,
    QualityShares,
    check_shares,
    draw_purpose,
    n_anchors_of,
    n_to_expect,
    period_at,
)
from tests.factories import MOMENT


@pytest.mark.parametrize(
    ("shares", "broken"),
    [
        (QualityShares(), []),
        (QualityShares(20, 10, 365, 10), []),
        (QualityShares(control=21), ["control"]),
        (QualityShares(repeat=11, repeat_days=0), ["repeat", "repeat_days"]),
        (QualityShares(control=-1, anchor=11), ["control", "anchor"]),
    ],
    ids=["none", "most", "control", "repeat", "both ends"],
)
def test_shares_keep_to_their_bounds(shares: QualityShares, broken: list[str]) -> None:
    assert [problem.where for problem in check_shares(shares)] == broken


def test_each_purpose_is_drawn_at_its_share() -> None:
    rng = random.Random(3)
    shares = QualityShares(control=10, repeat=5, anchor=2)

    drawn = Counter(draw_purpose(shares, rng.random()) for _ in range(20_000))

    # Four standard errors of a binomial share.
    for purpose, share in ((Purpose.CONTROL, 0.1), (Purpose.REPEAT, 0.05), (Purpose.ANCHOR, 0.02)):
        assert abs(drawn[purpose] / 20_000 - share) < 4 * (share * (1 - share) / 20_000) ** 0.5


@pytest.mark.parametrize(
    ("lot", "purpose"),
    [
        (0.0, Purpose.CONTROL),
        (0.0999, Purpose.CONTROL),
        (0.1, Purpose.REPEAT),
        (0.15, Purpose.ANCHOR),
        (0.17, Purpose.WORK),
        (0.9999, Purpose.WORK),
    ],
)
def test_lots_fall_side_by_side_without_a_gap(lot: float, purpose: Purpose) -> None:
    assert draw_purpose(QualityShares(control=10, repeat=5, anchor=2), lot) is purpose


def test_without_shares_everything_is_work() -> None:
    assert draw_purpose(QualityShares(), 0.0) is Purpose.WORK
    assert n_to_expect(QualityShares(), n_open=7, n_work=1, n_checking=0, most=9) == 7


@settings(max_examples=30)
@given(
    n_open=st.integers(2, 400),
    n_work=st.integers(0, 400),
    n_checks=st.integers(0, 400),
    shares=st.builds(QualityShares, st.integers(1, 20), st.integers(0, 10)),
)
def test_what_is_left_falls_by_one_whatever_the_comparison_was_for(
    n_open: int, n_work: int, n_checks: int, shares: QualityShares
) -> None:
    def left(*, work: int, checks: int) -> int:
        counted = {"n_open": n_open - work, "n_work": n_work + work}
        return n_to_expect(shares, **counted, n_checking=n_checks + checks, most=10_000)

    before = left(work=0, checks=0)

    assert left(work=1, checks=0) == left(work=0, checks=1) == max(before - 1, 1)


def test_checks_beyond_their_share_do_not_stand_out() -> None:
    told = [
        n_to_expect(QualityShares(control=20), n_open=4, n_work=0, n_checking=n, most=9)
        for n in range(7)
    ]

    assert told == [5, 4, 3, 2, 1, 1, 1]


def test_what_is_counted_no_further_says_so_whatever_was_judged() -> None:
    shares = QualityShares(control=20)

    assert n_to_expect(shares, n_open=9, n_work=0, n_checking=8, most=9) == 9
    assert n_to_expect(shares, n_open=8, n_work=0, n_checking=0, most=9) == 9


def test_nothing_is_left_once_the_work_is_done() -> None:
    assert n_to_expect(QualityShares(control=20), n_open=0, n_work=100, n_checking=3, most=9) == 0


def test_anchors_are_few_and_leave_small_projects_their_pairs() -> None:
    assert [n_anchors_of(n) for n in (0, 9, 10, 105, 10_000)] == [0, 0, 1, 10, 20]


@pytest.mark.parametrize(("days", "period"), [(-1, 1), (0, 1), (27, 1), (28, 2), (84, 4)])
def test_periods_of_anchors_follow_one_another(days: int, period: int) -> None:
    assert period_at(MOMENT + timedelta(days=days), since=MOMENT) == period
    assert timedelta(days=28) == PERIOD
