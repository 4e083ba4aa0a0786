from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.counting.counts import count_judgments
from evalhub.core.scoring.incremental.kept_scores import KeptScores, scores_along
from evalhub.core.scoring.incremental.pair_table import PairLikelihood
from evalhub.core.scoring.incremental.sums import Sums
from tests.core.scoring.tables import simulated

STRENGTHS = {"m0": 1.0, "m1": 0.4, "m2": 0.0, "m3": -0.5, "m4": -0.9}
ALL = np.arange(5)
COUNTS = count_judgments(simulated(STRENGTHS, n_prompts=12, n_per_prompt=15))
moves = st.lists(st.floats(-0.3, 0.3), min_size=5, max_size=5).map(np.array)


def filled() -> Sums:
    sums = Sums(5)
    sums.add_counts(COUNTS, ALL)
    return sums


def errors(sums: Sums, kept: KeptScores, theta: FloatArray, delta: float) -> FloatArray:
    """Return the clustered standard errors with the information at theta and delta."""
    scores, shown = sums.scores(), sums.shown()
    pairs = PairLikelihood(shown, scores, has_position=kept.has_position)
    rest = np.array([delta] if kept.has_position else [])
    bread = pairs.information(pairs.terms(theta, rest)).factored()
    covariance = bread.solve(bread.solve(kept.products).T) * 12 / 11
    return np.sqrt(np.diag(covariance))


def model_errors(sums: Sums, theta: FloatArray, delta: float, *, sided: bool) -> FloatArray:
    pairs = PairLikelihood(sums.shown(), sums.scores(), has_position=sided)
    rest = np.array([delta] if sided else [])
    matrix = pairs.information(pairs.terms(theta, rest)).matrix
    return np.sqrt(np.diag(np.linalg.pinv(matrix)))


@given(moves, st.floats(-0.1, 0.1), st.booleans())
def test_drift_bounds_every_standard_error(moved: FloatArray, turn: float, sided: bool) -> None:
    sums, theta = filled(), np.array(list(STRENGTHS.values()))
    shift = turn if sided else 0.0
    kept = KeptScores.evaluated(sums, ALL, theta, 0.0 if sided else None)
    there = KeptScores.evaluated(sums, ALL, theta + moved, shift if sided else None)

    bound = kept.drift(sums, theta + moved, shift, 12)

    off = errors(sums, kept, theta + moved, shift) - errors(sums, there, theta + moved, shift)
    scale = model_errors(sums, theta + moved, shift, sided=sided)
    assert (np.abs(off) <= bound * scale + 1e-12).all()


def test_products_follow_each_judgment() -> None:
    sums, theta = filled(), np.array(list(STRENGTHS.values()))
    kept = {
        sided: KeptScores.evaluated(sums, ALL, theta, 0.1 if sided else None) for sided in (0, 1)
    }

    for cluster, left, right, outcome, times in (
        (3, 0, 1, 2, 1),
        (3, 1, 0, 1, 1),
        (7, 4, 2, 0, -1),
    ):
        sums.add(cluster, left, right, outcome, times)
        for one in kept.values():
            one.add(cluster, left, right, outcome / 2, times)

    for sided, one in kept.items():
        anew = KeptScores.evaluated(sums, ALL, theta, 0.1 if sided else None)
        assert one.products == pytest.approx(anew.products, abs=1e-10)
        assert one.scores == pytest.approx(anew.scores, abs=1e-12)


def test_scores_are_the_sums_of_their_definition() -> None:
    sums, theta = filled(), np.array([0.3, 0.1, 0.0, -0.1, -0.3])

    kept = KeptScores.evaluated(sums, ALL, theta, 0.2)

    expected = np.zeros((12, 6))
    for g, i, j, outcome, n in zip(
        COUNTS.cluster, COUNTS.left, COUNTS.right, COUNTS.outcome, COUNTS.n, strict=True
    ):
        pull = n * (outcome / 2 - 1 / (1 + np.exp(-(theta[i] - theta[j] + 0.2))))
        expected[g] += pull * (np.eye(6)[i] - np.eye(6)[j] + np.eye(6)[5])
    assert kept.scores[:12] == pytest.approx(expected, abs=1e-12)


def test_cluster_beyond_the_room_finds_some() -> None:
    sums = filled()
    kept = KeptScores.evaluated(sums, ALL, np.zeros(5), None)
    far = [sums.code(f"new{i}") for i in range(60)][-1]

    kept.add(far, 0, 1, 1.0, 1)

    assert kept.scores[far].tolist() == [0.5, -0.5, 0, 0, 0]


def test_common_shift_is_no_drift() -> None:
    sums = filled()
    kept = KeptScores.evaluated(sums, ALL, np.zeros(5), None)

    assert kept.drift(sums, np.full(5, 0.7), 0.0, 12) == pytest.approx(0, abs=1e-12)


def test_far_away_nothing_is_kept() -> None:
    sums = filled()
    kept = KeptScores.evaluated(sums, ALL, np.zeros(5), None)

    assert kept.drift(sums, np.array([2.0, 0, 0, 0, 0]), 0.0, 12) == np.inf
    assert kept.drift(sums, np.zeros(5), 0.0, 1) == np.inf


def test_drift_grows_with_the_root_of_the_judgments_of_a_cluster() -> None:
    sums = filled()
    kept = KeptScores.evaluated(sums, ALL, np.zeros(5), None)
    moved = np.array([0.01, 0, 0, 0, 0])

    bound = kept.drift(sums, moved, 0.0, 12)

    most = sums.seen[:, 0].max()
    assert bound == pytest.approx(sqrt(12 / 11 * most / 2) * 0.01 * np.exp(0.005))


def test_new_scores_take_the_room_of_those_before() -> None:
    sums, theta = filled(), np.array(list(STRENGTHS.values()))
    before = KeptScores.evaluated(sums, ALL, np.zeros(5), None)

    found = KeptScores.evaluated(sums, ALL, theta, None, before=before)

    assert found.scores is before.scores
    assert found.scores == pytest.approx(KeptScores.evaluated(sums, ALL, theta, None).scores)


def test_room_of_another_shape_is_not_taken() -> None:
    sums = filled()
    before = KeptScores.evaluated(sums, ALL, np.zeros(5), None)

    found = KeptScores.evaluated(sums, ALL, np.zeros(5), 0.1, before=before)

    assert found.scores.shape == (len(sums.seen), 6)


@pytest.mark.parametrize("models", [ALL, np.array([0, 2, 3])], ids=["all", "some"])
def test_scores_along_a_direction_are_those_of_all_directions(models: IntArray) -> None:
    sums, n = Sums(5), len(models)
    chosen = COUNTS.within(models.tolist())
    sums.add_counts(chosen, models)
    theta, direction = np.linspace(0.5, -0.5, n), np.linspace(-1, 2, n + 1)
    chance = 1 / (1 + np.exp(theta - theta[:, np.newaxis] - 0.2))

    found = scores_along(sums, models, chance, direction)

    whole = KeptScores.evaluated(sums, models, theta, 0.2)
    assert found == pytest.approx(whole.scores @ direction, abs=1e-12)
