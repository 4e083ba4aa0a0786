import numpy as np
import pytest

from evalhub.core.scoring.incremental.nearing import neared
from evalhub.core.scoring.incremental.pair_table import PairLikelihood
from evalhub.core.scoring.strengths.newton import Estimate, maximise
from evalhub.core.scoring.strengths.systems import Factored
from tests.core.scoring.incremental.test_pair_table import table


def factor_at(pairs: PairLikelihood, estimate: Estimate) -> Factored:
    terms = pairs.terms(estimate.strengths, estimate.rest)
    return pairs.information(terms).factored()


def far_from(pairs: PairLikelihood, point: np.ndarray) -> float:
    return float(np.abs(pairs.slope(point[:6], point[6:])).max())


@pytest.mark.parametrize("sided", [False, True], ids=["plain", "sided"])
def test_one_judgment_more_needs_no_factor_of_its_own(*, sided: bool) -> None:
    pairs = table(sided=sided)
    pairs = PairLikelihood(100 * pairs.n, 100 * pairs.score, has_position=sided)
    before = maximise(pairs)
    start = np.concatenate([before.strengths, before.rest])
    kept = factor_at(pairs, before)
    pairs.n[0, 1] += 1
    pairs.score[0, 1] += 1

    found = neared(pairs, start, kept, tolerance=1e-12)

    after = maximise(pairs, start=found[:6], start_rest=found[6:], tolerance=1e-12)
    assert after.n_iterations == 0
    assert far_from(pairs, start) > 0.1


def test_a_factor_that_does_not_fit_costs_no_ground() -> None:
    pairs = table()
    estimate = maximise(pairs)
    start = estimate.strengths + np.linspace(-0.1, 0.1, 6)
    # A tenth of the information makes each step ten times too long.
    weak = PairLikelihood(pairs.n / 10, pairs.score / 10)

    found = neared(pairs, start, factor_at(weak, estimate), tolerance=1e-12)

    assert found.tolist() == start.tolist()


def test_slow_gains_stop_at_the_best_point() -> None:
    pairs = table()
    estimate = maximise(pairs)
    start = estimate.strengths + np.linspace(-0.1, 0.1, 6)
    # Twice the information makes each step half as long as it should be.
    strong = PairLikelihood(2 * pairs.n, 2 * pairs.score)

    found = neared(pairs, start, factor_at(strong, estimate), tolerance=1e-12)

    assert 0 < far_from(pairs, found) < far_from(pairs, start)


def test_at_the_maximum_it_stays() -> None:
    pairs = table()
    estimate = maximise(pairs, tolerance=1e-13)

    found = neared(pairs, estimate.strengths, factor_at(pairs, estimate), tolerance=1e-12)

    assert found == pytest.approx(estimate.strengths, abs=1e-12)
