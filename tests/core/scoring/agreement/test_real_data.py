"""Reference values of krippendorff, irrCAC, statsmodels and evalica on real and classic data."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evalhub.core.scoring.agreement import (
    Agreement,
    Cohen,
    Fleiss,
    Gwet,
    NominalAlpha,
    OrdinalAlpha,
    Percent,
    Ratings,
    TieRule,
    estimate,
)
from evalhub.core.scoring.agreement.coefficient import Coefficient
from tests.core.scoring.agreement.rated import codings, llmfao

pytestmark = pytest.mark.real_data

EXACT = 1e-9


@pytest.fixture(scope="module")
def golden(shared_dir: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (shared_dir / "data/goldens/agreement.json").read_text(encoding="utf-8")
    )
    return loaded


@pytest.fixture(scope="module")
def real(shared_dir: Path) -> Ratings:
    return llmfao(shared_dir)


def of(coefficient: Coefficient, ratings: Ratings) -> Agreement:
    return estimate(coefficient, ratings, tie_rule=TieRule.THIRD_ANSWER)


@pytest.mark.parametrize(
    ("coefficient", "name"),
    [
        (NominalAlpha(), "alpha_nominal"),
        (OrdinalAlpha(), "alpha_ordinal"),
        (Gwet(), "gwet_ac1"),
        (Fleiss(), "fleiss_kappa_generalised"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_llmfao_equals_the_reference(
    real: Ratings, golden: dict[str, Any], coefficient: Coefficient, name: str
) -> None:
    found = of(coefficient, real)

    assert found.value == pytest.approx(golden["llmfao"][name], abs=EXACT)
    assert (found.n_pairs, found.n_answers, found.n_annotators) == (2124, 8916, 124)


@pytest.mark.parametrize(
    ("coefficient", "name"),
    [
        (NominalAlpha(), "krippendorff_nominal"),
        (OrdinalAlpha(), "krippendorff_ordinal"),
        (Gwet(), "ac1"),
        (Fleiss(), "fleiss_generalised"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_codings_equal_the_reference(
    shared_dir: Path, golden: dict[str, Any], coefficient: Coefficient, name: str
) -> None:
    expected = golden["krippendorff_C_data(codings.csv)"][name]

    assert of(coefficient, codings(shared_dir)).value == pytest.approx(expected, abs=EXACT)


def test_five_raters_equal_statsmodels(shared_dir: Path, golden: dict[str, Any]) -> None:
    ratings = llmfao(shared_dir, lambda d: d.groupby("id").filter(lambda unit: len(unit) == 5))

    fleiss, gwet = of(Fleiss(), ratings), of(Gwet(), ratings)

    assert fleiss.n_pairs == golden["llmfao"]["n_units_with_5"]
    assert fleiss.value == pytest.approx(
        golden["llmfao"]["fleiss_kappa_5raters_statsmodels"], abs=EXACT
    )
    assert gwet.value == pytest.approx(golden["llmfao"]["ac1_5raters"], abs=EXACT)


def test_cohen_of_the_busiest_two_equals_the_reference(
    shared_dir: Path, golden: dict[str, Any]
) -> None:
    expected = golden["cohen_llmfao_top_pair"]
    two = [expected["worker_x"], expected["worker_y"]]

    found = of(Cohen(3), llmfao(shared_dir, lambda d: d[d["worker"].isin(two)]))

    assert found.n_pairs == expected["n"]
    assert found.value == pytest.approx(expected["kappa"], abs=EXACT)


@pytest.mark.parametrize(
    ("coefficient", "name"),
    [(Gwet(), "gwet"), (NominalAlpha(), "krippendorff"), (Fleiss(), "fleiss")],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_intervals_are_as_wide_as_the_analytic_ones(
    shared_dir: Path, real: Ratings, coefficient: Coefficient, name: str
) -> None:
    path = shared_dir / "data/goldens/agreement_irrcac.json"
    low, high = json.loads(path.read_text("utf-8"))["llmfao"][name]["confidence_interval"]

    interval = of(coefficient, real).interval

    assert interval is not None
    assert interval.high - interval.low == pytest.approx(high - low, rel=0.06)


def test_percent_without_ties_is_higher(real: Ratings) -> None:
    with_ties, without = of(Percent(), real), of(Percent(), real.without(1))

    assert with_ties.value == pytest.approx(0.532226, abs=1e-6)
    assert without.value == pytest.approx(0.701258, abs=1e-6)


def test_judgments_of_a_frame_are_read_once_each(shared_dir: Path, real: Ratings) -> None:
    raw = pd.read_csv(shared_dir / "data/llmfao/crowd-comparisons.csv")

    assert len(real.unit) == len(raw) == 8931
