import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.selection.lots import ModelPairs
from evalhub.core.scoring.selection.outlook import N_FUTURES, Outlook, foresee
from evalhub.core.scoring.selection.standing import (
    Standing,
    estimate_standing,
    inverse,
)
from tests.core.scoring.selection.worlds import THREE, expected_scores, rng, score_tables, standing

EVERY = ModelPairs.every(3)
EVEN = np.full(3, 1 / 3)


def _foresee(now: Standing, *horizons: int, inflation: float = 1.0) -> Outlook:
    return foresee(now, EVERY, EVEN, horizons=horizons, rng=rng(), inflation=inflation)


def test_two_models_now_are_in_the_order_the_normal_distribution_says() -> None:
    now = standing(np.array([0.2, 0.0]), np.full(2, 0.02))

    outlook = foresee(now, ModelPairs.every(2), np.ones(1), horizons=[], rng=rng())

    (point,) = outlook.points
    expected = norm.cdf(0.2 / 0.2)
    assert point.n_more == 0
    assert point.winner == pytest.approx(expected, abs=0.02)
    assert point.neighbours == pytest.approx(expected, abs=1e-12)
    assert point.places_off == pytest.approx(1 - expected, abs=0.02)


def test_two_models_later_are_as_sure_as_the_integral_says() -> None:
    now = standing(np.array([0.1, 0.0]), np.full(2, 0.02))

    outlook = foresee(now, ModelPairs.every(2), np.ones(1), horizons=[100], rng=rng())

    # One difference with variance r, observed 100 times with information w each.
    p = 1 / (1 + np.exp(-0.1))
    r, left = 0.04, 1 / (1 / 0.04 + 100 * p * (1 - p))
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    then = norm.cdf(np.abs(0.1 + np.sqrt(r - left) * nodes) / np.sqrt(left))
    expected = then @ weights / weights.sum()
    assert outlook.points[1].winner == pytest.approx(expected, abs=0.02)
    assert outlook.points[1].neighbours == pytest.approx(
        expected, abs=1.5 * outlook.error.neighbours
    )


def test_more_judgments_settle_more() -> None:
    outlook = _foresee(estimate_standing(expected_scores(THREE / 8)), 100, 400, 1_600)

    for one, later in zip(outlook.points, outlook.points[1:], strict=False):
        assert later.winner > one.winner
        assert later.neighbours > one.neighbours
        assert later.places_off < one.places_off


def test_endless_judgments_settle_everything() -> None:
    outlook = _foresee(estimate_standing(expected_scores(THREE / 8)), 10**8)

    assert outlook.points[-1].winner > 0.99
    assert outlook.points[-1].places_off < 0.02


def test_a_settled_order_stays_settled() -> None:
    outlook = _foresee(estimate_standing(expected_scores(THREE * 3, n_each=2_000)), 10)

    assert [point.winner for point in outlook.points] == [1.0, 1.0]
    assert outlook.points[0].places_off == 0.0


def test_judgments_that_are_alike_settle_less() -> None:
    now = estimate_standing(expected_scores(THREE / 4))

    plain, alike = (_foresee(now, 300, inflation=k).points for k in (1.0, 3.0))

    assert all(b.winner < a.winner for a, b in zip(plain, alike, strict=True))


def test_judgments_of_others_do_not_settle_the_winner() -> None:
    now = standing(np.array([0.05, 0.0, -3.0]), np.full(3, 0.01))

    apart, between = (
        foresee(now, EVERY, np.array(chances), horizons=[2_000], rng=rng()).points[1].winner
        for chances in ([0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    )

    assert between > apart + 0.1


def test_the_same_seed_gives_the_same_outlook() -> None:
    now = estimate_standing(expected_scores(THREE))

    assert _foresee(now, 50) == _foresee(now, 50)


@settings(max_examples=40)
@given(scores=score_tables(), steps=st.lists(st.integers(1, 400), min_size=1, max_size=4))
def test_no_figure_is_less_sure_than_a_nearer_one(scores: FloatArray, steps: list[int]) -> None:
    now = estimate_standing(scores)
    even = np.full(6, 1 / 6)

    outlook = foresee(now, ModelPairs.every(4), even, horizons=steps, rng=rng())

    points = outlook.points
    assert [point.n_more for point in points] == [0, *sorted(steps)]
    for one, later in itertools.pairwise(points):
        assert later.winner >= one.winner
        assert later.neighbours >= one.neighbours
        assert later.places_off <= one.places_off


def test_a_few_judgments_move_the_figures_by_less_than_the_luck_of_new_draws() -> None:
    now = estimate_standing(expected_scores(THREE / 4))

    outlook = _foresee(now, 1, 2)

    assert outlook.points[2].winner - outlook.points[0].winner < outlook.error.winner / 2
    assert outlook.points[2].neighbours - outlook.points[0].neighbours < 0.01


def test_boards_of_that_day_and_truths_around_them_drawn_apart_give_the_same() -> None:
    now, k, n_more = estimate_standing(expected_scores(np.array([0.3, 0.2, 0.0, -0.5]))), 1.7, 250
    pairs, chances = ModelPairs.every(4), np.array([0.3, 0.1, 0.1, 0.2, 0.2, 0.1])

    found = foresee(now, pairs, chances, horizons=[n_more], rng=rng(), inflation=k)

    later, draw = _later(now, pairs, chances, n_more), np.random.default_rng(8)
    boards = draw.multivariate_normal(now.strengths, k * (now.covariance - later), 60_000)
    truths = boards + draw.multivariate_normal(np.zeros(4), k * later, 60_000)
    best = boards.argmax(axis=1) == truths.argmax(axis=1)
    places = [np.argsort(np.argsort(-each, axis=1), axis=1) for each in (boards, truths)]
    point, error = found.points[1], found.error
    assert point.winner == pytest.approx(best.mean(), abs=1.5 * error.winner)
    off = np.abs(places[0] - places[1]).mean()
    assert point.places_off == pytest.approx(off, abs=1.5 * error.places_off)
    ordered = np.take_along_axis(truths, np.argsort(-boards, axis=1), axis=1)
    right = (np.diff(ordered, axis=1) < 0).mean()
    assert point.neighbours == pytest.approx(right, abs=1.5 * error.neighbours + 0.004)


def _later(now: Standing, pairs: ModelPairs, chances: FloatArray, n_more: int) -> FloatArray:
    """Return V_N by adding one pair's information after another."""
    precision = inverse(now.covariance)
    for first, second, chance in zip(pairs.first, pairs.second, chances, strict=True):
        contrast = np.zeros(len(precision))
        contrast[[first, second]] = 1, -1
        p = 1 / (1 + np.exp(-(contrast @ now.strengths)))
        precision = precision + n_more * chance * p * (1 - p) * np.outer(contrast, contrast)
    return inverse(precision)


def test_the_error_is_that_of_repeated_simulations() -> None:
    now = estimate_standing(expected_scores(THREE / 4))

    runs = [
        foresee(now, EVERY, EVEN, horizons=[200], rng=np.random.default_rng(seed))
        for seed in range(60)
    ]

    for measure in ("winner", "neighbours", "places_off"):
        spread = np.std([getattr(run.points[1], measure) for run in runs], ddof=1)
        stated = np.mean([getattr(run.error, measure) for run in runs]) / 1.96
        assert spread == pytest.approx(stated, rel=0.35)
    assert {run.n_futures for run in runs} == {N_FUTURES}


def test_futures_that_all_agree_still_have_an_error() -> None:
    settled = _foresee(estimate_standing(expected_scores(THREE * 3, n_each=2_000)), 10)

    assert 0 < settled.error.winner < 0.002
