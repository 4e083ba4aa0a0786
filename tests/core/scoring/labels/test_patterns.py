"""Pairs that were judged alike are fitted once, and the fit is the one over the pairs."""

import numpy as np
import pytest

from evalhub.core.scoring.labels import JudgmentTable, count_graded, fit_item_only
from evalhub.core.scoring.labels.grading import tabulate
from evalhub.core.scoring.labels.item_only import PRIOR_SD
from evalhub.core.scoring.labels.parameters import ReliabilityPrior, first_grading
from evalhub.core.scoring.labels.patterns import find_patterns
from evalhub.core.scoring.labels.posteriors import pair_posteriors


def make_table(seed: int, *, n_pairs: int = 60, n_judgments: int = 90) -> JudgmentTable:
    """Return few judgments by two people, so that many pairs are alike and some have none."""
    rng = np.random.default_rng(seed)
    return count_graded(
        rng.integers(0, n_pairs, n_judgments),
        rng.integers(0, 2, n_judgments),
        rng.integers(-1, 2, n_judgments),
        n_pairs=n_pairs,
        n_annotators=2,
    )


@pytest.mark.parametrize("seed", range(5))
def test_every_pair_has_the_counts_of_its_pattern(seed: int) -> None:
    table = make_table(seed)

    found = find_patterns(table)

    whole = table.by_pair.toarray()
    assert np.array_equal(found.counts.toarray()[found.of_pair], whole)
    assert len(found.n_pairs) == len(np.unique(whole, axis=0)) < table.n_pairs
    assert found.n_pairs.sum() == table.n_pairs


def test_patterns_stand_in_the_order_of_their_first_pairs() -> None:
    table = count_graded([0, 1, 2, 3], [0, 0, 0, 1], [2, -3, 2, 0], n_pairs=4, n_annotators=2)

    found = find_patterns(table)

    assert found.of_pair.tolist() == [0, 1, 0, 2]
    assert found.n_pairs.tolist() == [2, 1, 1]


def test_the_same_cells_counted_otherwise_are_another_pattern() -> None:
    table = count_graded([0, 1, 1], [0, 0, 0], [1, 1, 1], n_pairs=2, n_annotators=1)

    assert find_patterns(table).of_pair.tolist() == [0, 1]


def test_no_pairs_have_no_patterns() -> None:
    found = find_patterns(count_graded([], [], [], n_pairs=0, n_annotators=0))

    assert (len(found.n_pairs), found.of_pair.tolist()) == (0, [])


def test_patterns_give_the_likelihood_and_the_expectations_of_the_pairs() -> None:
    table = make_table(9)
    prior = ReliabilityPrior.of((8.0, 2.0), n_annotators=2)
    log_probability = tabulate(table, first_grading(prior)).log_probability
    patterns = find_patterns(table)

    alike = pair_posteriors(
        patterns.counts,
        log_probability,
        prior_mean=np.zeros(1),
        prior_variance=np.full(1, PRIOR_SD**2),
        times=patterns.n_pairs,
        pairs_per_batch=7,
    )

    each = pair_posteriors(
        table.by_pair,
        log_probability,
        prior_mean=np.zeros(table.n_pairs),
        prior_variance=np.full(table.n_pairs, PRIOR_SD**2),
    )
    assert np.allclose(alike.expected, each.expected, atol=1e-12)
    assert np.array_equal(alike.mean[patterns.of_pair], each.mean)
    assert (alike.log_evidence * patterns.n_pairs).sum() == pytest.approx(each.log_evidence.sum())


def test_pairs_that_were_judged_alike_get_one_label() -> None:
    table = count_graded([0, 1, 2], [0, 1, 0], [3, -1, 3], n_pairs=4, n_annotators=2)

    labels = fit_item_only(table)

    assert labels.probability[0] == labels.probability[2] > 0.5 > labels.probability[1]
    assert labels.probability[3] == pytest.approx(0.5)
