import numpy as np
import pytest
from scipy.stats import norm

from evalhub.core.scoring.selection.lots import ModelPairs
from evalhub.core.scoring.selection.outlook import Outlook, foresee
from evalhub.core.scoring.selection.standing import Standing, estimate_standing
from tests.core.scoring.selection.worlds import THREE, expected_scores, rng, standing

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
    assert point.neighbours == pytest.approx(expected, abs=0.02)
    assert point.places_off == pytest.approx(1 - expected, abs=0.02)


def test_two_models_later_are_as_sure_as_the_integral_says() -> None:
    now = standing(np.array([0.1, 0.0]), np.full(2, 0.02))

    outlook = foresee(now, ModelPairs.every(2), np.ones(1), horizons=[100], rng=rng())

    # One difference with variance r, observed 100 times with information w each.
    p = 1 / (1 + np.exp(-0.1))
    r, left = 0.04, 1 / (1 / 0.04 + 100 * p * (1 - p))
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    then = norm.cdf(np.abs(0.1 + np.sqrt(r - left) * nodes) / np.sqrt(left))
    assert outlook.points[1].winner == pytest.approx(then @ weights / weights.sum(), abs=0.02)


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
