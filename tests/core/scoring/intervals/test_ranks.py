import numpy as np
import pytest
from scipy.stats import studentized_range
from scipy.stats import t as student_t

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.intervals.covariance import ClusteredCovariance
from evalhub.core.scoring.intervals.ranks import bonferroni_quantile, rank_intervals

ALL_SEEN = 100


def _spread(
    covariance: FloatArray, n_clusters: int = 40, clusters_by_model: IntArray | None = None
) -> ClusteredCovariance:
    n = len(covariance)
    return ClusteredCovariance(
        covariance=covariance,
        n_clusters=n_clusters,
        clusters_by_model=np.full(n, ALL_SEEN) if clusters_by_model is None else clusters_by_model,
        is_varying=np.diag(covariance) > 0,
    )


def _independent(n: int, variance: float = 0.01) -> FloatArray:
    """Return the covariance of independent estimates, centred to sum 0."""
    return variance * (np.eye(n) - 1 / n)


def _rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_models_far_apart_have_one_rank_each() -> None:
    ranks = rank_intervals(
        np.array([-3.0, 3.0, 0.0]), _spread(_independent(3)), level=0.95, rng=_rng()
    )

    assert ranks.best.tolist() == [3, 1, 2]
    assert ranks.worst.tolist() == [3, 1, 2]


def test_models_close_together_share_their_ranks() -> None:
    strengths = np.array([2.0, 0.02, -0.02, -2.0])

    ranks = rank_intervals(strengths, _spread(_independent(4)), level=0.95, rng=_rng())

    assert ranks.best.tolist() == [1, 2, 2, 4]
    assert ranks.worst.tolist() == [1, 3, 3, 4]


@pytest.mark.parametrize(("n", "n_clusters"), [(3, 20), (6, 40), (10, 200)])
def test_the_quantile_for_independent_models_is_that_of_tukey(n: int, n_clusters: int) -> None:
    spread = _spread(_independent(n), n_clusters)

    ranks = rank_intervals(np.zeros(n), spread, level=0.95, rng=_rng(), n_draws=40_000)

    tukey = studentized_range.ppf(0.95, n, n_clusters - 1) / np.sqrt(2)
    assert ranks.quantile == pytest.approx(tukey, abs=0.04)


def test_two_models_are_compared_with_the_plain_t_quantile() -> None:
    ranks = rank_intervals(
        np.zeros(2), _spread(_independent(2), 12), level=0.95, rng=_rng(), n_draws=50_000
    )

    assert ranks.quantile <= student_t.ppf(0.975, 11)
    assert ranks.quantile == pytest.approx(student_t.ppf(0.975, 11), abs=0.04)


def test_one_seed_gives_one_quantile() -> None:
    spread = _spread(_independent(5))

    first, second = (
        rank_intervals(np.zeros(5), spread, level=0.95, rng=_rng()).quantile for _ in range(2)
    )

    assert first == second


def test_too_many_pairs_fall_back_to_bonferroni_and_say_so() -> None:
    spread = _spread(_independent(4))

    ranks = rank_intervals(np.zeros(4), spread, level=0.95, rng=_rng(), n_draws=10**9)

    assert ranks.quantile == pytest.approx(student_t.isf(0.025 / 6, 39))
    assert ranks.method == "simultaneous over all pairs, Bonferroni, t(G-1)"


def test_the_method_names_the_number_of_draws() -> None:
    ranks = rank_intervals(np.zeros(3), _spread(_independent(3)), level=0.95, rng=_rng())

    assert ranks.method == "simultaneous over all pairs, max-t, 2000 draws"


def test_a_model_without_interval_may_hold_any_rank_and_moves_no_other() -> None:
    seen = np.array([ALL_SEEN, 2, ALL_SEEN])

    ranks = rank_intervals(
        np.array([2.0, 9.0, -2.0]),
        _spread(_independent(3), clusters_by_model=seen),
        level=0.95,
        rng=_rng(),
    )

    assert (ranks.best.tolist(), ranks.worst.tolist()) == ([1, 1, 2], [2, 3, 3])


def test_a_difference_without_error_decides_nothing() -> None:
    # The first two estimates move as one: the error of their difference is 0, which is no proof.
    covariance = np.array([[1.0, 1.0, -2.0], [1.0, 1.0, -2.0], [-2.0, -2.0, 4.0]]) / 100

    ranks = rank_intervals(np.array([1.5, 1.0, -2.5]), _spread(covariance), level=0.95, rng=_rng())

    assert (ranks.best.tolist(), ranks.worst.tolist()) == ([1, 1, 3], [2, 2, 3])


def test_without_any_variation_every_rank_is_possible() -> None:
    ranks = rank_intervals(np.array([1.0, -1.0]), _spread(np.zeros((2, 2))), level=0.95, rng=_rng())

    assert (ranks.best.tolist(), ranks.worst.tolist()) == ([1, 1], [2, 2])


def test_bonferroni_divides_the_error_among_the_pairs() -> None:
    comparable = ~np.eye(4, dtype=bool)

    assert bonferroni_quantile(comparable, 30, 0.9) == pytest.approx(
        student_t.ppf(1 - 0.05 / 6, 30)
    )


def test_simulated_sets_of_ranks_hold_the_truth_at_least_as_often_as_they_say() -> None:
    rng, n, held = np.random.default_rng(11), 6, 0
    spread = _spread(_independent(n), n_clusters=400)

    for _ in range(200):
        # All models are equal, so every certain order is an error.
        drawn = rng.normal(0, 0.1, n)
        ranks = rank_intervals(drawn, spread, level=0.9, rng=rng, n_draws=500)
        held += bool((ranks.best == 1).all())

    assert held / 200 >= 0.85


def test_a_covariance_that_is_none_gives_bonferronis_ranks() -> None:
    # Two-way clustering subtracts, so a difference can have a negative variance beside honest ones.
    centred = _independent(3)
    spread = _spread(
        centred + 0.05 * np.outer([1, 1, -2], [1, 1, -2]) - 0.02 * np.outer([1, -1, 0], [1, -1, 0])
    )

    ranks = rank_intervals(np.array([0.3, 0.0, -0.3]), spread, level=0.95, rng=_rng())

    assert np.linalg.eigvalsh(spread.covariance).min() < -0.01
    assert ranks.n_draws == 0
    assert ranks.method == "simultaneous over all pairs, Bonferroni, t(G-1)"
