"""Dawid-Skene against reference values, brute force and its own properties."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from evalhub.core.scoring.agreement import Ratings, ratings_of
from evalhub.core.scoring.annotators import DawidSkene, consensus_of, fit_dawid_skene
from evalhub.errors import EstimationError, NotConverged
from tests.core.scoring.agreement.rated import Table, columns, llmfao, rated, tables

AS_THE_REFERENCE_STOPPED = 1e-5
"""The reference stopped after 18 steps, short of the maximum; this tolerance stops there too."""


@pytest.fixture(scope="module")
def real(shared_dir: Path) -> Ratings:
    return llmfao(shared_dir)


@pytest.fixture(scope="module")
def golden(shared_dir: Path) -> dict[str, Any]:
    path = shared_dir / "data/goldens/llmfao_dawid_skene.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.real_data
def test_llmfao_equals_the_reference(real: Ratings, golden: dict[str, Any]) -> None:
    fit = fit_dawid_skene(real, tolerance=AS_THE_REFERENCE_STOPPED)

    assert fit.n_iterations == golden["iters"]
    expected = [golden["priors"][name] for name in ("left", "tie", "right")]
    assert fit.shares == pytest.approx(expected, abs=1e-9)
    for unit, probabilities in golden["probas_first5"].items():
        row = [probabilities[name] for name in ("left", "tie", "right")]
        assert fit.answers[int(unit)] == pytest.approx(row, abs=1e-6)


@pytest.mark.real_data
def test_llmfao_has_the_reference_consensus(real: Ratings, golden: dict[str, Any]) -> None:
    fit = fit_dawid_skene(real, tolerance=AS_THE_REFERENCE_STOPPED)
    names = {"a": "left", "tie": "tie", "b": "right"}

    said = [names[one.answer] for one in consensus_of(fit, real)]

    assert {name: said.count(name) for name in golden["label_counts"]} == golden["label_counts"]
    assert {unit: said[int(unit)] for unit in golden["first20"]} == golden["first20"]


@pytest.mark.real_data
def test_the_search_goes_on_where_the_reference_stopped(real: Ratings) -> None:
    short, whole = (fit_dawid_skene(real, tolerance=tol) for tol in (1e-5, 1e-9))

    assert whole.log_likelihood > short.log_likelihood + 0.5
    assert whole.n_iterations > short.n_iterations


def by_loops(ratings: Ratings, n_steps: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Follow the two steps with plain loops and return the probabilities."""
    size, floor = len(ratings.categories), 1e-10
    said = list(zip(ratings.unit, ratings.annotator, ratings.category, strict=True))
    n_units, n_annotators = ratings.unit.max() + 1, ratings.annotator.max() + 1
    answers = np.array([[c == k for k in range(size)] for _, _, c in said], dtype=float)
    answers = np.array([answers[ratings.unit == u].mean(axis=0) for u in range(n_units)])
    for _ in range(n_steps):
        errors = np.zeros((n_annotators, size, size))
        for u, k, c in said:
            for t in range(size):
                errors[k, t, c] += answers[u, t]
        errors = np.maximum(errors, floor)
        errors /= errors.sum(axis=2, keepdims=True)
        product = np.tile(np.maximum(answers.mean(axis=0), floor), (n_units, 1))
        for u, k, c in said:
            product[u] *= errors[k, :, c]
        answers = product / product.sum(axis=1, keepdims=True)
    return answers


@settings(max_examples=20)
@given(table=tables())
def test_loops_give_the_same(table: Table) -> None:
    ratings = rated(table)

    fit = fit_dawid_skene(ratings)

    assert fit.answers == pytest.approx(by_loops(ratings, fit.n_iterations), abs=1e-8)


@settings(max_examples=20)
@given(table=tables())
def test_probabilities_are_probabilities(table: Table) -> None:
    fit = fit_dawid_skene(rated(table))

    for axis in (fit.answers.sum(axis=1), fit.errors.sum(axis=2), np.array([fit.shares.sum()])):
        assert axis == pytest.approx(1.0, abs=1e-9)


def simulated(seed: int = 3) -> tuple[Ratings, list[int], DawidSkene]:
    """Return 300 units judged by three who know and two who guess."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, 300)
    units = []
    for t in truth:
        good = [t if rng.random() < 0.85 else rng.integers(0, 3) for _ in range(3)]
        units.append("".join(str(c) for c in [*good, *rng.integers(0, 3, 2)]))
    ratings = columns(*units)
    return ratings, truth.tolist(), fit_dawid_skene(ratings)


def test_guessers_are_told_from_those_who_know() -> None:
    _, _, fit = simulated()

    right = np.trace(fit.errors, axis1=1, axis2=2) / 3
    assert right[:3].min() > 0.8
    assert right[3:].max() < 0.5


def test_consensus_beats_the_majority() -> None:
    ratings, truth, fit = simulated()

    consensus = [int(one.answer) for one in consensus_of(fit, ratings)]
    votes = ratings.unit_counts().argmax(axis=1)

    n_right = sum(one == true for one, true in zip(consensus, truth, strict=True))
    assert n_right > sum(votes == truth) + 5


def test_consensus_of_one_answer_is_that_answer() -> None:
    ratings = columns("0", "1", "2")

    found = consensus_of(fit_dawid_skene(ratings), ratings)

    assert [one.answer for one in found] == ["0", "1", "2"]
    assert {one.n_answers for one in found} == {1}


def test_every_step_climbs() -> None:
    ratings, _, _ = simulated()

    reached = [fit_dawid_skene(ratings, tolerance=tol).log_likelihood for tol in (1e-2, 1e-4, 1e-8)]

    assert all(low <= high for low, high in itertools.pairwise(reached))


def test_no_answer_is_an_error() -> None:
    with pytest.raises(EstimationError, match="at least one answer"):
        fit_dawid_skene(ratings_of([], ("a", "b")))


def test_stopping_short_is_an_error_with_the_gain() -> None:
    ratings, _, _ = simulated()

    with pytest.raises(NotConverged, match="after 2 steps") as caught:
        fit_dawid_skene(ratings, max_iterations=2)

    assert caught.value.gradient > 0


@settings(max_examples=15)
@given(table=tables())
def test_names_of_annotators_and_units_do_not_matter(table: Table) -> None:
    renamed = {
        f"x{unit}": {f"y{who}": c for who, c in said.items()} for unit, said in table.items()
    }

    one, other = (fit_dawid_skene(rated(each)) for each in (table, renamed))

    assert one.answers == pytest.approx(other.answers, abs=1e-12)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-9)


@settings(max_examples=15)
@given(table=tables())
def test_the_other_end_of_the_scale_is_the_mirror_image(table: Table) -> None:
    turned = {unit: {who: 2 - c for who, c in said.items()} for unit, said in table.items()}

    one, other = (fit_dawid_skene(rated(each)) for each in (table, turned))

    assert one.answers == pytest.approx(other.answers[:, ::-1], abs=1e-6)
    assert one.shares == pytest.approx(other.shares[::-1], abs=1e-6)


def test_unanimous_units_keep_their_answer() -> None:
    ratings = columns("000", "111", "222", "000", "111")

    assert [one.answer for one in consensus_of(fit_dawid_skene(ratings), ratings)] == [
        "0",
        "1",
        "2",
        "0",
        "1",
    ]
