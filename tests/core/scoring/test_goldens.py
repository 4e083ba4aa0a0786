"""Compare every model with the reference results of other packages.

``docs/methods/models.md`` lists each data set with the tolerance stated here.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evalhub.core.scoring import Boards, fit
from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.strengths.newton import Estimate, Likelihood, maximise
from evalhub.core.scoring.ties.davidson import Davidson
from evalhub.core.scoring.ties.half_win import HalfWin
from tests.core.scoring.tables import golden, llmfao, only, strengths_of

pytestmark = pytest.mark.real_data
TIGHT = 1e-8
"""What R's printed digits allow."""
SIX_DIGITS = 1e-6
"""What the digits of the llmfao file allow."""


def _long(path: Path, outcomes: dict[str, str]) -> pd.DataFrame:
    """Return a file of wide counts as one row a pair and outcome, the first model on the left."""
    wide = pd.read_csv(path, dtype={0: str, 1: str})
    first, second = wide.columns[:2]
    parts = [
        pd.DataFrame(
            {"left": wide[first], "right": wide[second], "winner": word, "count": wide[column]}
        )
        for column, word in outcomes.items()
    ]
    return pd.concat(parts)


CITATIONS = {"win1": "left", "win2": "right"}
BASEBALL = {"home.wins": "left", "away.wins": "right"}
SPRINGALL = {"win": "left", "loss": "right", "tie": "tie"}


def _differences(boards: Boards, reference: str) -> dict[str, float]:
    strengths = strengths_of(only(boards))
    return {model: value - strengths[reference] for model, value in strengths.items()}


@pytest.fixture(scope="module")
def r_fits(shared_dir: Path) -> dict[str, dict[str, dict[str, float]]]:
    plain = golden(shared_dir, "bradley_terry_R.json", "fits")
    return {**plain, **golden(shared_dir, "davidson_R.json", "fits")}  # type: ignore[dict-item]  # two levels deep


def test_citations_equal_r(
    shared_dir: Path, r_fits: dict[str, dict[str, dict[str, float]]]
) -> None:
    boards = fit(_long(shared_dir / "data/small/citations.csv", CITATIONS))

    found = _differences(boards, "Biometrika")
    for name, expected in r_fits["citations"].items():
        if name != "_logLik":
            model = name.removeprefix("journal")
            assert found[model] == pytest.approx(expected["est"], abs=TIGHT)


@pytest.mark.parametrize(("position", "key"), [("off", "baseball1"), ("adjust", "baseball_home")])
def test_baseball_equals_r_with_and_without_home(
    shared_dir: Path,
    r_fits: dict[str, dict[str, dict[str, float]]],
    position: str,
    key: str,
) -> None:
    boards = fit(_long(shared_dir / "data/small/baseball.csv", BASEBALL), position=position)

    found = _differences(boards, "Baltimore")
    effect = only(boards).position
    for name, expected in r_fits[key].items():
        if name.startswith("team"):
            assert found[name.removeprefix("team")] == pytest.approx(expected["est"], abs=TIGHT)
    if position == "adjust":
        assert effect is not None
        assert effect.value == pytest.approx(r_fits[key]["at.home"]["est"], abs=TIGHT)


def test_reporting_the_home_side_gives_its_effect_beside_unadjusted_strengths(
    shared_dir: Path, r_fits: dict[str, dict[str, dict[str, float]]]
) -> None:
    boards = fit(_long(shared_dir / "data/small/baseball.csv", BASEBALL))

    effect = only(boards).position
    assert effect is not None
    assert effect.value == pytest.approx(r_fits["baseball_home"]["at.home"]["est"], abs=TIGHT)
    expected = r_fits["baseball1"]["teamMilwaukee"]["est"]
    assert _differences(boards, "Baltimore")["Milwaukee"] == pytest.approx(expected, abs=TIGHT)


def test_springall_equals_r_with_ties_by_davidson(
    shared_dir: Path, r_fits: dict[str, dict[str, dict[str, float]]]
) -> None:
    table = _long(shared_dir / "data/small/springall.csv", SPRINGALL)

    boards = fit(table, ties="davidson")

    found, ties = _differences(boards, "1"), only(boards).ties
    expected = r_fits["springall_davidson"]
    for model in "23456789":
        assert found[model] == pytest.approx(expected[model]["est"], abs=TIGHT)
    assert ties is not None
    assert ties.value is not None
    assert np.log(ties.value) == pytest.approx(expected["tie"]["est"], abs=TIGHT)


def test_model_based_errors_equal_r(
    shared_dir: Path, r_fits: dict[str, dict[str, dict[str, float]]]
) -> None:
    table = _long(shared_dir / "data/small/springall.csv", SPRINGALL)
    cells, names = _cells(table)
    model = Davidson.of(cells)

    covariance = _inverse(Likelihood.of(model, cells, 9), maximise(Likelihood.of(model, cells, 9)))

    expected = r_fits["springall_davidson"]
    base = names.index("1")
    for name in "23456789":
        i = names.index(name)
        variance = covariance[i, i] + covariance[base, base] - 2 * covariance[i, base]
        assert np.sqrt(variance) == pytest.approx(expected[name]["se"], abs=SIX_DIGITS)
    assert np.sqrt(covariance[9, 9]) == pytest.approx(expected["tie"]["se"], abs=SIX_DIGITS)


def test_errors_of_the_home_side_equal_r(
    shared_dir: Path, r_fits: dict[str, dict[str, dict[str, float]]]
) -> None:
    cells, _ = _cells(_long(shared_dir / "data/small/baseball.csv", BASEBALL))
    likelihood = Likelihood.of(HalfWin(), cells.with_position(), 7)

    covariance = _inverse(likelihood, maximise(likelihood))

    expected = r_fits["baseball_home"]["at.home"]["se"]
    assert np.sqrt(covariance[7, 7]) == pytest.approx(expected, abs=SIX_DIGITS)


def _cells(table: pd.DataFrame) -> tuple[Cells, list[str]]:
    names = sorted({*table["left"], *table["right"]})
    outcome = table["winner"].map({"right": 0, "tie": 1, "left": 2})
    ordered = table.assign(
        a=table["left"].map(names.index), b=table["right"].map(names.index), o=outcome
    ).sort_values("a")
    columns = (ordered[name].to_numpy(dtype=np.int64) for name in ("a", "b", "o", "count"))
    return Cells.plain(*columns), names


def _inverse(likelihood: Likelihood, found: Estimate) -> FloatArray:
    terms = likelihood.terms(found.strengths, found.rest)
    return np.asarray(np.linalg.pinv(likelihood.information(terms).dense()), dtype=np.float64)


@pytest.fixture(scope="module")
def judged(shared_dir: Path) -> pd.DataFrame:
    return llmfao(shared_dir)


@pytest.mark.parametrize(
    ("ties", "key", "parameter", "log_likelihood"),
    [
        ("half", "theta", None, -5743.38172388),
        ("davidson", "theta_davidson", 1.479708, -8995.839704),
        ("rao-kupper", "theta_rao_kupper", 2.566, -8977.520395),
    ],
)
def test_llmfao_equals_the_reference(
    shared_dir: Path,
    judged: pd.DataFrame,
    ties: str,
    key: str,
    parameter: float | None,
    log_likelihood: float,
) -> None:
    boards = fit(judged, ties=ties)

    board = only(boards)
    models = golden(shared_dir, "llmfao_bradley_terry.json", "models")
    expected = {name: values[key] for name, values in models.items()}
    assert strengths_of(board) == pytest.approx(expected, abs=SIX_DIGITS)
    assert boards.log_likelihood == pytest.approx(log_likelihood, abs=SIX_DIGITS)
    value = board.ties and board.ties.value
    assert value == (parameter and pytest.approx(parameter, abs=SIX_DIGITS))


@pytest.mark.parametrize("has_side", [False, True])
def test_llmfao_by_davidson_equals_r(
    judged: pd.DataFrame, r_fits: dict[str, dict[str, dict[str, float]]], has_side: bool
) -> None:
    expected = r_fits["llmfao_davidson_pos" if has_side else "llmfao_davidson"]

    board = only(fit(judged, ties="davidson", position="adjust" if has_side else "off"))

    assert board.ties is not None
    assert board.ties.value is not None
    log_nu, side = np.log(board.ties.value), 0.0
    if has_side:
        assert board.position is not None
        assert board.position.value is not None
        side = board.position.value
        assert side == pytest.approx(expected["pos"]["est"], abs=TIGHT)
    # R adds the side to wins of the left alone, which moves half of it into the tie.
    assert log_nu + side / 2 == pytest.approx(expected["tie"]["est"], abs=TIGHT)


def test_errors_by_prompt_have_the_reference_mean(judged: pd.DataFrame, shared_dir: Path) -> None:
    text = (shared_dir / "data/goldens/llmfao_bradley_terry.json").read_text(encoding="utf-8")
    expected = json.loads(text)["mean_se"]["cluster_prompt"]

    errors = [row.se for row in only(fit(judged)).rows]

    assert np.mean([se for se in errors if se is not None]) == pytest.approx(expected, abs=1e-6)
