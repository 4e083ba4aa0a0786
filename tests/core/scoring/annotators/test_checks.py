"""Checks find what was planted, name it with its test, and leave ordinary people alone."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest, false_discovery_control, fisher_exact, norm

from evalhub.core.judging.answers import Answer, Choice, ComparedCriterion, RatedCriterion
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.reviewing.alerts import CheckKind
from evalhub.core.scoring.annotators.checks import Finding, findings_of
from tests.core.scoring.records import judgment

PEOPLE = ("ann", "bob", "cyd", "dee")
N = 60


def crowd(*, seed: int = 1, n: int = N) -> list[JudgmentRecord]:
    """Return the judgments of four people who mostly agree, look around and write their own."""
    rng = random.Random(seed)
    records = []
    for pair in range(n):
        better = rng.choice([Choice.A, Choice.B])
        for who in PEOPLE:
            said = better if rng.random() < 0.8 else _other(better)
            is_swapped = rng.random() < 0.5
            record = judgment(
                who,
                _other(said) if is_swapped else said,
                pair=f"p{pair}",
                is_swapped=is_swapped,
                minute=pair,
                answer=_answer(rng),
            )
            time = rng.lognormvariate(5, 0.5)
            records.append(replace(record, active_seconds=time, why=f"{who} on {pair}"))
    return records


def _other(choice: Choice) -> Choice:
    return Choice.B if choice is Choice.A else Choice.A


def _answer(rng: random.Random) -> Answer:
    return Answer(
        rated=(RatedCriterion("correct", rng.randint(1, 5), rng.randint(1, 5)),),
        compared=(ComparedCriterion("clear", rng.randint(-2, 2)),),
    )


def change(records: Sequence[JudgmentRecord], **fields: object) -> list[JudgmentRecord]:
    """Return the judgments with some fields of everything that Ann gave."""
    return [
        replace(one, **fields) if one.person_public_id == "ann" else one  # type: ignore[arg-type]  # each test knows
        for one in records
    ]


def found_of(records: Sequence[JudgmentRecord], check: CheckKind) -> Finding:
    """Return what a check found; it must be about Ann alone."""
    [finding] = [one for one in findings_of(records) if one.check is check]
    assert finding.annotator == "ann"
    return finding


def test_f49_who_always_prefers_the_first_side_is_found_with_a_statistic() -> None:
    finding = found_of(change(crowd(), choice=Choice.A), CheckKind.SIDE)

    assert (finding.n, finding.value, finding.expected) == (N, 1.0, 0.5)
    assert finding.statistic == pytest.approx(N**0.5)
    assert finding.p == pytest.approx(binomtest(N, N, 0.5).pvalue)
    assert finding.p < finding.q < 0.01
    # Nobody copies, so that is no test; the four others are made of each of four people.
    assert finding.n_tests == 16


def test_f49_ordinary_people_are_left_alone() -> None:
    found = [findings_of(crowd(seed=seed)) for seed in range(3)]

    assert sum(map(len, found)) == 0


def test_f49_haste_is_found_by_a_robust_z() -> None:
    finding = found_of(change(crowd(), active_seconds=12.0), CheckKind.SPEED)

    assert finding.value == pytest.approx(12.0)
    assert finding.expected > 60
    assert finding.statistic < -4
    assert finding.p == pytest.approx(norm.cdf(finding.statistic))


def test_who_takes_long_is_not_reported() -> None:
    slow = change(crowd(), active_seconds=5_000.0)

    assert CheckKind.SPEED not in {one.check for one in findings_of(slow)}


def test_f49_flat_answers_are_found() -> None:
    flat = {
        "rated": [{"criterion": "correct", "a": 1, "b": 1}],
        "compared": [{"criterion": "clear", "value": 1}],
    }

    finding = found_of(change(crowd(), answer=flat), CheckKind.FLAT)

    assert finding.value == 1.0
    assert finding.expected < 0.2


def test_f49_copied_reasons_are_found() -> None:
    finding = found_of(change(crowd(), why="A is  better."), CheckKind.COPIED)

    assert finding.value == pytest.approx((N - 1) / N)
    table = np.array([[N - 1, 1], [0, 3 * N]])
    assert finding.p == pytest.approx(fisher_exact(table, alternative="greater").pvalue)


def test_f49_who_differs_from_the_others_is_found() -> None:
    rng = random.Random(3)
    records = [
        replace(one, choice=rng.choice([Choice.A, Choice.B]))
        if one.person_public_id == "ann"
        else one
        for one in crowd(n=120)
    ]

    finding = found_of(records, CheckKind.AGREEMENT)

    assert finding.value < finding.expected
    assert finding.statistic < 0


def test_all_tests_of_a_project_are_corrected_together() -> None:
    records = change(change(crowd(), choice=Choice.A), active_seconds=12.0)

    found = findings_of(records)

    assert len(found) >= 2
    others = [1.0] * (found[0].n_tests - len(found))
    corrected = false_discovery_control([*(one.p for one in found), *others])
    assert [one.q for one in found] == pytest.approx(list(corrected[: len(found)]), abs=0)


def test_few_judgments_are_not_tested() -> None:
    few = change(crowd(n=19), choice=Choice.A)

    assert findings_of(few) == ()
    assert findings_of([]) == ()


def test_untimed_and_equally_long_judgments_show_no_haste() -> None:
    untimed = [replace(one, active_seconds=None) for one in crowd()]
    same = [replace(one, active_seconds=60.0) for one in crowd()]

    assert findings_of(untimed) == findings_of(same) == ()


def test_answers_without_criteria_are_passed_over() -> None:
    assert findings_of([replace(one, answer=None) for one in crowd()]) == ()
