import numpy as np
import pytest

from evalhub.core.scoring.incremental.pair_table import PairLikelihood
from evalhub.core.scoring.outcomes import SCORES
from evalhub.core.scoring.strengths.newton import Likelihood, maximise
from evalhub.core.scoring.ties.half_win import HalfWin
from tests.core.scoring.designs import random_cells

CELLS = random_cells(6, 80, seed=4)


def table(*, ridge: float = 0.0, sided: bool = False) -> PairLikelihood:
    n, score = np.zeros((6, 6)), np.zeros((6, 6))
    np.add.at(n, (CELLS.left, CELLS.right), CELLS.n)
    np.add.at(score, (CELLS.left, CELLS.right), CELLS.n * SCORES[CELLS.outcome])
    return PairLikelihood(n, score, ridge=ridge, has_position=sided)


@pytest.mark.parametrize("ridge", [0.0, 0.25])
@pytest.mark.parametrize("sided", [False, True], ids=["plain", "sided"])
def test_table_has_the_likelihood_of_its_cells(ridge: float, *, sided: bool) -> None:
    cells = CELLS.with_position() if sided else CELLS
    by_cell = Likelihood.of(HalfWin(), cells, 6, ridge=ridge)
    by_pair = table(ridge=ridge, sided=sided)
    theta, rest = np.linspace(-1, 1, 6), np.array([0.3] if sided else [])

    one, other = by_cell.terms(theta, rest), by_pair.terms(theta, rest)

    assert by_pair.value(other, theta, rest) == pytest.approx(by_cell.value(one, theta, rest))
    for found, expected in zip(
        by_pair.gradient(other, theta, rest), by_cell.gradient(one, theta, rest), strict=True
    ):
        assert found == pytest.approx(expected)
    assert by_pair.information(other).matrix == pytest.approx(by_cell.information(one).dense())
    assert by_pair.judgments()[0] == pytest.approx(by_cell.judgments()[0])


@pytest.mark.parametrize("sided", [False, True], ids=["plain", "sided"])
def test_search_ends_where_that_over_cells_does(*, sided: bool) -> None:
    cells = CELLS.with_position() if sided else CELLS
    expected = maximise(Likelihood.of(HalfWin(), cells, 6), tolerance=1e-12)
    near = expected.strengths + 0.01

    found = maximise(
        table(sided=sided), start=near, start_rest=expected.rest + 0.01, tolerance=1e-12
    )

    assert found.strengths == pytest.approx(expected.strengths, abs=1e-11)
    assert found.coefficients == pytest.approx(expected.coefficients, abs=1e-11)
    assert found.log_likelihood == pytest.approx(expected.log_likelihood)
    assert found.n_iterations < expected.n_iterations


@pytest.mark.parametrize("ridge", [0.0, 0.25])
@pytest.mark.parametrize("sided", [False, True], ids=["plain", "sided"])
def test_quick_gradient_is_the_gradient(ridge: float, *, sided: bool) -> None:
    pairs = table(ridge=ridge, sided=sided)
    theta, rest = np.linspace(-1, 1, 6), np.array([0.3] if sided else [])

    found = pairs.slope(theta, rest)

    exact = np.concatenate(pairs.gradient(pairs.terms(theta, rest), theta, rest))
    assert found == pytest.approx(exact, abs=1e-10)


def test_quick_gradient_stands_gaps_beyond_every_exponent() -> None:
    found = table().slope(np.array([900.0, 0, 0, 0, 0, -900]), np.zeros(0))

    assert np.isfinite(found).all()


def test_reach_is_the_farthest_that_a_step_moves_a_gap() -> None:
    step = np.array([0.5, 0, 0, 0, 0, -0.25, 0.1])

    assert table(sided=True).reach(step) == pytest.approx(0.85)
    assert table().reach(step[:6]) == pytest.approx(0.75)
