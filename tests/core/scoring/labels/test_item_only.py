from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.scoring.arrays import IntArray
from evalhub.core.scoring.labels import ControlCounts, count_graded, fit_item_only
from tests.core.scoring.labels.small import draw_grades, make_table


def judgments(n_pairs: int, seed: int) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return pair, annotator, grade and side of three judgments a pair."""
    rng = np.random.default_rng(seed)
    pair = np.repeat(np.arange(n_pairs), 3)
    grade = draw_grades(rng.normal(0, 1.5, n_pairs)[pair], rng)
    return pair, rng.integers(0, 4, len(pair)), grade, rng.choice([-1, 1], len(pair))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_exchanging_the_responses_mirrors_every_label(seed: int) -> None:
    pair, annotator, grade, side = judgments(12, seed)
    counted = partial(count_graded, pair, annotator, n_pairs=12, n_annotators=4)

    one = fit_item_only(counted(grade, side=side))
    other = fit_item_only(counted(-grade, side=-side))

    assert np.allclose(one.preference, -other.preference, atol=1e-3)
    assert np.allclose(one.probability, 1 - other.probability, atol=1e-3)
    assert np.allclose(one.preference_se, other.preference_se, atol=1e-3)


def test_the_order_of_the_judgments_changes_no_bit() -> None:
    pair, annotator, grade, side = judgments(25, 1)
    order = np.random.default_rng(5).permutation(len(pair))
    counted = partial(count_graded, n_pairs=25, n_annotators=4)

    one = fit_item_only(counted(pair, annotator, grade, side=side))
    other = fit_item_only(counted(pair[order], annotator[order], grade[order], side=side[order]))

    assert one.probability.tobytes() == other.probability.tobytes()
    assert one.preference_se.tobytes() == other.preference_se.tobytes()


def test_cuts_position_and_reliability_are_found_again() -> None:
    rng = np.random.default_rng(7)
    n_pairs = 1_500
    pair, annotator = np.repeat(np.arange(n_pairs), 4), np.tile(np.arange(4), n_pairs)
    side = rng.choice([-1, 1], len(pair))
    grade = draw_grades(rng.normal(0, 1.5, n_pairs)[pair] + 0.4 * side, rng)
    turned = np.where((annotator == 3) & (rng.random(len(pair)) < 0.3), -grade, grade)

    fit = fit_item_only(
        count_graded(pair, annotator, turned, side=side, n_pairs=n_pairs, n_annotators=4)
    )

    assert np.allclose(fit.grading.cuts, [0.5, 1.5, 3.0], rtol=0.12)
    assert fit.grading.position == pytest.approx(0.4, abs=0.1)
    assert fit.grading.reliability[3] == pytest.approx(0.7, abs=0.07)
    assert (fit.grading.reliability[:3] > 0.9).all()


def test_labels_are_calibrated_where_the_model_holds() -> None:
    rng = np.random.default_rng(11)
    worth, pair = rng.normal(0, 1.5, 2_000), np.repeat(np.arange(2_000), 2)
    table = count_graded(
        pair,
        rng.integers(0, 5, len(pair)),
        draw_grades(worth[pair], rng),
        n_pairs=2_000,
        n_annotators=5,
    )

    fit = fit_item_only(table)

    held = np.abs(fit.preference - worth) < 1.645 * fit.preference_se
    assert np.mean(held) == pytest.approx(0.90, abs=0.03)
    assert np.polyfit(fit.preference, worth, 1)[0] == pytest.approx(1.0, abs=0.08)


def test_stronger_and_more_judgments_say_more() -> None:
    pair, grade = [0, 1, 2, 2, 3], [1, 3, 3, 3, -2]
    fit = fit_item_only(count_graded(pair, [0, 1, 0, 1, 2], grade, n_pairs=5, n_annotators=3))

    weak, strong, twice, against, unjudged = fit.preference

    assert 0 < weak < strong < twice
    assert against < 0
    assert unjudged == pytest.approx(0, abs=1e-9)
    assert fit.probability[4] == pytest.approx(0.5, abs=1e-9)
    assert fit.preference_se[2] < fit.preference_se[1] < fit.preference_se[4]


def test_a_tie_alone_is_even() -> None:
    fit = fit_item_only(count_graded([0], [0], [0], n_pairs=1, n_annotators=1))

    assert fit.probability[0] == pytest.approx(0.5, abs=1e-9)


def test_an_annotator_who_fails_controls_counts_for_less() -> None:
    table = count_graded([0, 1], [0, 1], [2, 2], n_pairs=2, n_annotators=2)
    controls = ControlCounts(right=np.array([30, 5]), wrong=np.array([0, 6]))

    good, bad = fit_item_only(table, controls=controls).probability

    assert good > bad > 0.5


def test_no_judgments_at_all_give_even_labels() -> None:
    fit = fit_item_only(count_graded([], [], [], n_pairs=3, n_annotators=0))

    assert np.allclose(fit.probability, 0.5)
    assert fit.log_likelihood == pytest.approx(0, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_unanimous_judgments_are_never_turned(seed: int) -> None:
    table = make_table(20, seed=seed)
    fit = fit_item_only(table)

    for_second = (table.n_first == 0) & (table.n_tied == 0) & (table.n_second > 1)

    assert (fit.preference[for_second] > 0).all()


def test_the_parameters_of_the_labels_are_rounded() -> None:
    grading = fit_item_only(make_table()).grading

    assert grading.cuts.tolist() == grading.cuts.round(4).tolist()
    assert grading.reliability.tolist() == grading.reliability.round(4).tolist()
