from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import norm

from evalhub.core.judging.answers import Choice
from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.labels import (
    ItemLabels,
    JudgmentTable,
    PairedResponses,
    PooledLabels,
    count_graded,
    fit_item_only,
    fit_pooled,
    label_inputs,
    pooled_or_reason,
)
from evalhub.core.scoring.labels.grading import NODES, tabulate
from evalhub.core.scoring.labels.propagation import Sites, cavities, next_sites
from evalhub.errors import EstimationError, NotConverged
from tests.core.releasing.material import make_record
from tests.core.scoring.labels.small import draw_grades, make_paired, make_table

TAU = 0.8
STRENGTHS = np.array([1.2, 0.4, -0.4, -1.2])


@cache
def drawn() -> tuple[FloatArray, JudgmentTable, PairedResponses]:
    """Return true differences, and one error-free judgment of each pair."""
    rng = np.random.default_rng(4)
    paired = make_paired(60)
    worth = STRENGTHS[paired.model] + rng.normal(0, TAU, len(paired.model))
    gap = worth[paired.second] - worth[paired.first]
    n = len(gap)
    table = count_graded(
        np.arange(n),
        rng.integers(0, 4, n),
        draw_grades(gap, rng),
        n_pairs=n,
        n_annotators=4,
    )
    return gap, table, paired


@cache
def simulated() -> tuple[FloatArray, ItemLabels, PooledLabels]:
    """Return true differences, and both kinds of labels of them."""
    gap, table, paired = drawn()
    return gap, fit_item_only(table), fit_pooled(table, paired)


def test_pooling_guesses_more_signs_than_the_judgments_alone() -> None:
    gap, item, pooled = simulated()

    by_item, by_pool = (np.mean(one.preference * gap > 0) for one in (item, pooled))

    assert by_pool > by_item + 0.03


def test_strengths_and_the_response_effect_are_found_again() -> None:
    _, _, pooled = simulated()

    assert np.allclose(pooled.strength, STRENGTHS, atol=0.35)
    assert pooled.tau == pytest.approx(TAU, abs=0.3)


def test_pooled_preferences_are_calibrated_where_the_model_holds() -> None:
    gap, table, paired = drawn()

    pooled = fit_pooled(table, paired, tau=TAU)

    held = np.abs(pooled.preference - gap) < 1.645 * pooled.preference_se

    assert np.mean(held) == pytest.approx(0.90, abs=0.04)
    assert np.polyfit(pooled.preference, gap, 1)[0] == pytest.approx(1.0, abs=0.2)


def test_one_pair_is_weighed_exactly() -> None:
    paired = PairedResponses(np.array([0]), np.array([1]), np.array([0, 1]), n_models=2)
    table = count_graded([0, 0], [0, 1], [2, 3], n_pairs=1, n_annotators=2)

    fit = fit_pooled(table, paired, tau=1.0)

    log_probability = table.by_pair @ tabulate(table, fit.grading).log_probability
    sd = np.sqrt(2 * 4 + 2)

    d = np.linspace(-12, 12, 4_001)
    weight = norm.pdf(d, 0, sd) * np.exp(np.interp(d, NODES, log_probability[0]))
    assert fit.preference[0] == pytest.approx((d * weight).sum() / weight.sum(), abs=0.02)


def test_other_pairs_of_a_response_move_a_label() -> None:
    paired = PairedResponses(np.array([0, 0, 1]), np.array([1, 2, 2]), np.full(3, -1), n_models=0)
    table = count_graded([0, 0, 1, 1], [0, 1, 0, 1], [3, 3, 3, 3], n_pairs=3, n_annotators=2)

    fit = fit_pooled(table, paired, tau=1.0)

    assert fit.preference[0] == pytest.approx(fit.preference[1], abs=0.01)
    assert fit.preference[2] == pytest.approx(0, abs=0.01)
    assert fit.preference_se[2] < np.sqrt(2)


def test_exchanging_the_responses_mirrors_every_label() -> None:
    paired, table = make_paired(8), make_table(48, overlap=2, seed=2)
    turned = PairedResponses(paired.second, paired.first, paired.model, n_models=4)
    mirrored = make_mirrored(seed=2)

    one, other = fit_pooled(table, paired, tau=1.0), fit_pooled(mirrored, turned, tau=1.0)

    assert np.allclose(one.preference, -other.preference, atol=0.02)
    assert np.allclose(one.strength, other.strength, atol=0.02)


def make_mirrored(seed: int) -> JudgmentTable:
    """Return the table of ``make_table`` with first and second exchanged."""
    table = make_table(48, overlap=2, seed=seed)
    pair, cell = (one.astype(np.int64) for one in table.by_pair.nonzero())
    repeats = table.by_pair.data.astype(int)
    pair, cell = np.repeat(pair, repeats), np.repeat(cell, repeats)
    return count_graded(
        pair,
        table.annotator[cell],
        3 - table.category[cell],
        side=-table.side[cell],
        n_pairs=48,
        n_annotators=4,
    )


def test_a_fit_cut_short_says_how_far_it_still_moves() -> None:
    with pytest.raises(NotConverged, match=r"still move by .* after 2 rounds") as caught:
        fit_pooled(make_table(24), make_paired(4), max_rounds=2)
    assert caught.value.gradient > 0.002


def test_a_fit_that_runs_away_says_so_and_computes_nothing_with_infinite_numbers() -> None:
    paired = replace(make_paired(4), model=np.full(16, -1))

    # Warnings are errors here: a division by no variance would raise one before.
    with pytest.raises(EstimationError, match=r"run away: at a response effect of 0\.02 "):
        fit_pooled(make_table(24), paired, tau=0.02)


def test_a_small_response_effect_is_no_run_away() -> None:
    paired = replace(make_paired(4), model=np.full(16, -1))

    fit = fit_pooled(make_table(24), paired, tau=0.2)

    assert np.abs(fit.preference).max() < 3 * 0.2
    assert (fit.preference_se > 0).all()


def test_a_site_taken_out_and_put_back_leaves_the_posterior() -> None:
    sites = Sites(np.array([0.8]), np.array([0.3]), np.array([1.0]), np.zeros(1))
    mean, variance = np.array([0.5]), np.array([0.9])

    cavity = cavities(mean, variance, sites)
    again = next_sites(sites, cavity, mean=mean, variance=variance)

    assert again.precision == pytest.approx(0.8)
    assert again.shift == pytest.approx(0.3)


def test_a_site_that_turns_back_takes_smaller_steps() -> None:
    start = Sites.saying_nothing(1)
    cavity = cavities(np.zeros(1), np.ones(1), start)

    there = next_sites(start, cavity, mean=np.array([0.5]), variance=np.array([0.8]))
    back = next_sites(there, cavity, mean=np.array([-0.5]), variance=np.array([0.8]))

    assert back.share[0] < there.share[0]


def test_two_humps_move_the_mean_alone() -> None:
    start = Sites.saying_nothing(1)
    cavity = cavities(np.zeros(1), np.ones(1), start)

    after = next_sites(start, cavity, mean=np.array([0.5]), variance=np.array([1.8]))

    assert after.precision[0] == pytest.approx(1e-6)
    assert after.shift[0] > 0


def test_no_site_takes_its_whole_way_late_in_a_fit() -> None:
    start = Sites.saying_nothing(1)
    cavity = cavities(np.zeros(1), np.ones(1), start)
    early, late = (
        next_sites(
            replace(start, n_rounds=n), cavity, mean=np.array([0.5]), variance=np.array([0.8])
        )
        for n in (0, 400)
    )

    assert early.share[0] == pytest.approx(0.7)
    assert late.share[0] == pytest.approx(0.14)


def test_an_optional_fit_is_that_of_the_same_inputs() -> None:
    inputs = label_inputs([("p", make_record(Choice.B, 2)), ("q", make_record(Choice.A, -1))])

    found, reason = pooled_or_reason(inputs, most=2)

    expected = fit_pooled(inputs.table, inputs.paired, controls=inputs.controls)
    assert found is not None
    assert found.probability.tolist() == expected.probability.tolist()
    assert reason == ""


def test_more_judgments_than_there_is_time_for_are_left_out_with_their_number() -> None:
    inputs = label_inputs([("p", make_record(person=f"person-{n}")) for n in range(3)])

    assert pooled_or_reason(inputs, most=2) == (
        None,
        "3 judgments are more than 2; the pooled fit is left out.",
    )


def test_an_optional_fit_that_does_not_end_has_a_reason_instead() -> None:
    inputs = label_inputs([("p", make_record(Choice.B, 2)), ("q", make_record(Choice.A, -1))])

    found, reason = pooled_or_reason(inputs, most=2, max_rounds=1)

    assert found is None
    assert reason.startswith("The pooled labels still move by")
