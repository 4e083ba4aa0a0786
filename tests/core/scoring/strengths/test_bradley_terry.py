import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy.optimize import minimize

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.counts import count_judgments, half_win_scores
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry
from evalhub.core.scoring.strengths.newton import GRADIENT_TOLERANCE
from evalhub.errors import EstimationError, NotConverged
from tests.core.scoring.tables import SCORES, connected_tables, pair_scores

TWO_MODELS = np.array([[0.0, 3.0], [1.0, 0.0]])
RING = np.array([[0.0, 5.0, 1.0], [2.0, 0.0, 4.0], [3.0, 1.5, 0.0]])


def _rows(path: Path) -> list[tuple[str, str, float, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return [(first, second, float(won), float(lost)) for first, second, won, lost in rows]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("dataset", "prefix", "reference"),
    [("citations", "journal", "Biometrika"), ("baseball1", "team", "Baltimore")],
)
def test_strengths_and_errors_equal_those_of_r(
    dataset: str, prefix: str, reference: str, shared_dir: Path
) -> None:
    rows = _rows(shared_dir / "data/small" / f"{dataset.rstrip('1')}.csv")
    names, scores = pair_scores(rows)
    fits = json.loads((shared_dir / "data/goldens/bradley_terry_R.json").read_text())["fits"]

    fit = fit_bradley_terry(scores)

    covariance = np.linalg.pinv(_information(fit.strengths, scores))
    base = names.index(reference)
    for key, expected in fits[dataset].items():
        if key != "_logLik":
            i = names.index(key.removeprefix(prefix))
            variance = covariance[i, i] + covariance[base, base] - 2 * covariance[i, base]
            difference = fit.strengths[i] - fit.strengths[base]
            assert difference == pytest.approx(expected["est"], abs=1e-9)
            assert np.sqrt(variance) == pytest.approx(expected["se"], abs=1e-6)


def test_two_models_have_the_closed_form() -> None:
    fit = fit_bradley_terry(TWO_MODELS)

    assert fit.strengths.tolist() == pytest.approx([np.log(3) / 2, -np.log(3) / 2], abs=1e-12)
    assert fit.log_likelihood == pytest.approx(3 * np.log(0.75) + np.log(0.25), abs=1e-12)
    assert fit.gradient <= GRADIENT_TOLERANCE
    assert fit.ridge == 0


@given(connected_tables())
def test_a_second_implementation_on_raw_rows_agrees(table: pd.DataFrame) -> None:
    counts = count_judgments(table)
    fit = fit_bradley_terry(half_win_scores(counts.table()))

    strengths, value = _fit_rows(table, counts.models)

    assert fit.strengths == pytest.approx(strengths, abs=2e-5)
    assert fit.log_likelihood >= value - 1e-9
    assert fit.log_likelihood == pytest.approx(value, abs=1e-7)


def _fit_rows(table: pd.DataFrame, models: tuple[str, ...]) -> tuple[FloatArray, float]:
    """Maximise the likelihood of the rows one by one, with the optimiser of SciPy."""
    left = np.array([models.index(name) for name in table["left"]])
    right = np.array([models.index(name) for name in table["right"]])
    score = table["winner"].map(SCORES).to_numpy()

    def loss(theta: FloatArray) -> float:
        gap = theta[left] - theta[right]
        return float(np.sum(score * np.log1p(np.exp(-gap)) + (1 - score) * np.log1p(np.exp(gap))))

    found = minimize(loss, np.zeros(len(models)), method="BFGS", options={"gtol": 1e-7})
    return found.x - found.x.mean(), -float(found.fun)


def _information(theta: FloatArray, scores: FloatArray) -> FloatArray:
    p = 1 / (1 + np.exp(theta - theta[:, np.newaxis]))
    weight = (scores + scores.T) * p * p.T
    return np.asarray(np.diag(weight.sum(axis=1)) - weight)


@pytest.mark.parametrize("factor", [2, 1024, 2**30])
def test_more_of_the_same_judgments_keep_the_strengths(factor: int) -> None:
    once, often = fit_bradley_terry(RING), fit_bradley_terry(RING * factor)

    assert often.strengths == pytest.approx(once.strengths, abs=1e-12)
    assert often.log_likelihood == pytest.approx(once.log_likelihood * factor)


def test_a_chain_of_near_certain_wins_converges() -> None:
    n = 12
    scores = np.diag(np.full(n - 1, 1e6), 1) + np.diag(np.ones(n - 1), -1)

    fit = fit_bradley_terry(scores)

    assert -np.diff(fit.strengths) == pytest.approx(np.full(n - 1, np.log(1e6)), abs=1e-6)


def test_steps_that_overshoot_are_halved() -> None:
    # Counts from 10 to 10^8 around a ring: full steps pass the maximum and lower the likelihood.
    ring = {(0, 1): 1e4, (0, 3): 1e3, (0, 4): 1e2, (1, 0): 10, (1, 2): 1e3, (2, 3): 1e2}
    rest = {(2, 4): 1e8, (3, 0): 1e6, (3, 4): 1e6, (4, 1): 1e2}
    scores = np.zeros((5, 5))
    for (winner, loser), n in {**ring, **rest}.items():
        scores[winner, loser] = n

    fit = fit_bradley_terry(scores)

    assert fit.gradient <= GRADIENT_TOLERANCE
    assert fit.n_iterations < 40


@pytest.mark.parametrize(
    "scores",
    [
        [[0.0, 2.0], [0.0, 0.0]],
        [[0.0, 1.0, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1.0], [0, 0, 1.0, 0]],
    ],
    ids=["undefeated", "disconnected"],
)
def test_judgments_without_a_finite_maximum_are_refused(scores: list[list[float]]) -> None:
    with pytest.raises(EstimationError, match="no finite maximum: the models fall into 2 groups"):
        fit_bradley_terry(np.array(scores))


def test_a_ridge_makes_an_undefeated_model_finite() -> None:
    scores = np.array([[0.0, 4.0], [0.0, 0.0]])

    fit = fit_bradley_terry(scores, ridge=0.25)

    top = fit.strengths[0]
    assert 4 / (1 + np.exp(2 * top)) == pytest.approx(0.25 * top, abs=1e-9)
    assert fit.strengths.sum() == pytest.approx(0, abs=1e-12)
    assert fit.log_likelihood == pytest.approx(4 * np.log(1 / (1 + np.exp(-2 * top))))


def test_running_out_of_iterations_carries_the_gradient() -> None:
    with pytest.raises(NotConverged, match="stopped after 1 iterations") as caught:
        fit_bradley_terry(TWO_MODELS, max_iterations=1)

    assert caught.value.n_iterations == 1
    assert caught.value.gradient > GRADIENT_TOLERANCE


@pytest.mark.parametrize("many", [1e17, 1e20], ids=["at once", "later"])
def test_counts_beyond_the_precision_of_the_machine_are_refused(many: float) -> None:
    scores = np.array([[0.0, many, 0.0], [2 * many, 0.0, 1.0], [0.0, 3.0, 0.0]])

    with pytest.raises(NotConverged):
        fit_bradley_terry(scores)
