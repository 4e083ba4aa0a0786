"""Drift: anchors judged over time, each period against the first, without an author's own voice."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from scipy.stats import fisher_exact

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.annotators.drift import drift_of
from tests.core.scoring.records import judgment
from tests.factories import MOMENT

PEOPLE = ("ann", "bob", "cyd")
A, B, CANNOT = Choice.A, Choice.B, Choice.CANNOT_JUDGE


def period(number: int, n_wrong: int = 0, *, n_pairs: int = 10) -> list[JudgmentRecord]:
    """Return what three people say of anchors in a period: A, but for ``n_wrong`` of Ann's."""
    records = []
    for pair in range(n_pairs):
        for who in PEOPLE:
            choice = B if who == "ann" and pair < n_wrong else A
            one = judgment(who, choice, pair=f"p{pair}")
            at = MOMENT + timedelta(days=28 * (number - 1), minutes=pair)
            records.append(replace(one, created_at=at, purpose=Purpose.ANCHOR))
    return records


def test_f49_a_period_that_agrees_less_is_told_with_its_test() -> None:
    found = drift_of([*period(1), *period(2), *period(3, n_wrong=10)], since=MOMENT)

    assert [(one.period, one.n_annotators, one.agreement.n) for one in found] == [
        (1, 3, 30),
        (2, 3, 30),
        (3, 3, 30),
    ]
    assert [one.is_drop for one in found] == [False, False, True]
    test = found[2].test
    assert test is not None
    table = np.array([[20, 10], [30, 0]])
    assert test.p == pytest.approx(fisher_exact(table, alternative="less").pvalue)
    assert test.value == pytest.approx(2 / 3)
    assert (test.expected, test.n_tests) == (1.0, 1)
    assert test.z < 0


def test_nobody_agrees_with_themselves_in_any_period() -> None:
    alone = [one for one in period(1) + period(2) if one.person_public_id == "ann"]

    found = drift_of(alone, since=MOMENT)

    assert [(one.agreement.value, one.agreement.n) for one in found] == [(None, 0), (None, 0)]
    assert found[0].agreement.reason is not None


def test_few_judgments_are_told_and_not_tested() -> None:
    found = drift_of([*period(1, n_pairs=3), *period(2, n_wrong=3, n_pairs=3)], since=MOMENT)

    assert found[1].agreement.value == pytest.approx(2 / 3)
    assert (found[1].test, found[1].is_drop) == (None, False)


def test_where_all_agree_there_is_nothing_to_test() -> None:
    assert [one.test for one in drift_of([*period(1), *period(2)], since=MOMENT)] == [None, None]


def test_a_period_without_judgments_is_left_out_and_cannot_judge_is_none() -> None:
    unable = [replace(one, choice=CANNOT) for one in period(2)]

    found = drift_of([*period(1), *unable, *period(4)], since=MOMENT)

    assert [one.period for one in found] == [1, 4]
    assert drift_of(unable, since=MOMENT) == ()
    assert drift_of([], since=MOMENT) == ()


def test_another_major_version_of_the_rubric_begins_anew() -> None:
    # Under the newer version Ann's answers are others, and stay what they are.
    newer = [replace(one, rubric_version="2.0.0") for n in (3, 4) for one in period(n, n_wrong=9)]

    found = drift_of([*period(1), *period(2), *newer], since=MOMENT)

    assert [(one.period, one.is_drop) for one in found] == [(3, False), (4, False)]
    minor = [replace(one, rubric_version="1.9.0") for one in period(3, n_wrong=9)]
    assert drift_of([*period(1), *minor], since=MOMENT)[1].is_drop


def test_a_rise_is_no_drop() -> None:
    found = drift_of([*period(1, n_wrong=4), *period(2)], since=MOMENT)

    assert found[1].test is not None
    assert (found[1].test.z > 0, found[1].is_drop) == (True, False)
