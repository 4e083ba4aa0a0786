import os

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from evalhub.core.scoring.labels import JudgmentTable, count_graded
from evalhub.core.scoring.labels.grading import NODES, Grading, tabulate
from evalhub.core.scoring.labels.posteriors import (
    PairPosteriors,
    pair_evidence,
    pair_posteriors,
)
from tests.core.scoring.labels.small import make_grading, make_table


def likelihood(d: float, grade: int, grading: Grading, annotator: int) -> float:
    """Return P(grade | d) by the formula, for one judgment of unknown side."""
    cuts = np.concatenate([-grading.cuts[::-1], grading.cuts]) * grading.scale[annotator]
    ends = np.concatenate([[-np.inf], cuts, [np.inf]])
    low, high = ends[grade + 3], ends[grade + 4]
    eta = grading.reliability[annotator]
    straight, flipped = (expit(high - x) - expit(low - x) for x in (d, -d))
    return float(eta * straight + (1 - eta) * flipped)


@pytest.mark.parametrize(
    ("grades", "mean", "sd"),
    [([2], 0.0, 1.5), ([3, 3, -1], 0.0, 1.5), ([-2, 0], 1.2, 0.6), ([3, 3, 3], -1.0, 2.0)],
    ids=["one", "conflict", "cavity", "far prior"],
)
def test_moments_are_those_of_numerical_integration(
    grades: list[int], mean: float, sd: float
) -> None:
    people, grading = list(range(len(grades))), make_grading()
    table = count_graded([0] * len(grades), people, grades, n_pairs=1, n_annotators=4)

    def weight(d: float) -> float:
        each = [likelihood(d, g, grading, k) for g, k in zip(grades, people, strict=True)]
        return float(norm.pdf(d, mean, sd) * np.prod(each))

    def moment(power: int) -> float:
        return quad(lambda d: d**power * weight(d), -25, 25, limit=400)[0]

    found = posteriors_of(table=table, grading=grading, mean=mean, sd=sd)

    total = moment(0)
    assert found.mean[0] == pytest.approx(moment(1) / total, abs=1e-4)
    assert found.variance[0] == pytest.approx(
        moment(2) / total - (moment(1) / total) ** 2, abs=1e-3
    )
    chance = quad(lambda d: expit(d) * weight(d), -25, 25, limit=400)[0] / total
    assert found.probability[0] == pytest.approx(chance, abs=1e-5)
    assert found.log_evidence[0] == pytest.approx(np.log(total), abs=1e-4)


def posteriors_of(
    *, table: JudgmentTable, grading: Grading, mean: float, sd: float, batch: int = 20_000
) -> PairPosteriors:
    """Return the posteriors of every pair of a table under one prior."""
    return pair_posteriors(
        table.by_pair,
        tabulate(table, grading).log_probability,
        prior_mean=np.full(table.n_pairs, mean),
        prior_variance=np.full(table.n_pairs, sd**2),
        pairs_per_batch=batch,
    )


def test_a_pair_without_judgments_keeps_its_prior() -> None:
    table = count_graded([], [], [], n_pairs=1, n_annotators=4)

    found = posteriors_of(table=table, grading=make_grading(), mean=0.7, sd=1.2)

    assert found.mean[0] == pytest.approx(0.7, abs=1e-6)
    assert found.variance[0] == pytest.approx(1.44, abs=1e-6)
    assert found.log_evidence[0] == pytest.approx(0, abs=1e-9)


def test_the_expected_counts_add_up_to_the_judgments() -> None:
    table = make_table()

    expected = posteriors_of(table=table, grading=make_grading(), mean=0, sd=1.5).expected

    assert expected.shape == (len(table.annotator), len(NODES))
    assert np.allclose(expected.sum(axis=1), table.by_pair.sum(axis=0))


def test_batches_change_nothing() -> None:
    table, grading = make_table(30), make_grading()
    whole = posteriors_of(table=table, grading=grading, mean=0, sd=1.5)

    parts = posteriors_of(table=table, grading=grading, mean=0, sd=1.5, batch=7)

    assert whole.mean.tobytes() == parts.mean.tobytes()
    assert np.allclose(whole.expected, parts.expected)


@pytest.mark.parametrize("n_processors", [1, 4])
def test_batches_are_added_in_their_order_however_many_threads_take_them(
    n_processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(n_processors)))
    table = make_table(30)
    log_probability = tabulate(table, make_grading()).log_probability
    mean, variance = np.zeros(1), np.full(1, 2.25)
    added = np.zeros_like(log_probability)
    for start in range(0, 30, 7):
        part = table.by_pair[start : start + 7]
        added += pair_posteriors(
            part, log_probability, prior_mean=mean, prior_variance=variance
        ).expected

    whole = pair_posteriors(
        table.by_pair,
        log_probability,
        prior_mean=mean,
        prior_variance=variance,
        pairs_per_batch=7,
    )

    assert whole.expected.tobytes() == added.tobytes()


@pytest.mark.parametrize("n_priors", [1, 30], ids=["shared prior", "a prior each"])
@pytest.mark.parametrize("is_weighed", [False, True])
def test_the_evidence_alone_is_that_of_the_posteriors_to_the_bit(
    n_priors: int, *, is_weighed: bool
) -> None:
    table, log_probability = (
        make_table(30),
        tabulate(make_table(30), make_grading()).log_probability,
    )
    times = np.arange(1.0, 31.0) if is_weighed else None
    mean, variance = np.linspace(-0.5, 0.5, n_priors), np.full(n_priors, 2.25)

    whole = pair_posteriors(
        table.by_pair,
        log_probability,
        prior_mean=mean,
        prior_variance=variance,
        times=times,
        pairs_per_batch=7,
    )
    alone = pair_evidence(
        table.by_pair,
        log_probability,
        prior_mean=mean,
        prior_variance=variance,
        times=times,
        pairs_per_batch=7,
    )

    assert alone.log_evidence.tobytes() == whole.log_evidence.tobytes()
    assert alone.expected.tobytes() == whole.expected.tobytes()
