"""Score the 8,931 real judgments of llmfao and compare with reference results."""

from pathlib import Path

import numpy as np
import pytest

from evalhub.core.scoring import Boards, fit
from tests.core.scoring.tables import golden, llmfao, only

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def boards(shared_dir: Path) -> Boards:
    return fit(llmfao(shared_dir))


@pytest.fixture(scope="module")
def models(shared_dir: Path) -> dict[str, dict[str, float]]:
    return golden(shared_dir, "llmfao_bradley_terry.json", "models")


def test_strengths_equal_the_reference(boards: Boards, models: dict[str, dict[str, float]]) -> None:
    rows = only(boards).rows

    assert len(rows) == 59
    for row in rows:
        assert row.strength == pytest.approx(models[row.model]["theta"], abs=1e-6)
        assert row.elo == pytest.approx(models[row.model]["elo"], abs=1e-4)


def test_the_log_likelihood_equals_the_reference(boards: Boards) -> None:
    assert boards.log_likelihood == pytest.approx(-5743.38172388294, abs=1e-6)


def test_counts_are_those_of_the_file(boards: Boards) -> None:
    assert (boards.n_judgments, boards.n_prompts, boards.n_models) == (8931, 13, 59)
    assert boards.n_ties == 3471
    assert (boards.position.left_wins, boards.position.n_decisive) == (2911, 5460)


def test_errors_clustered_by_prompt_have_the_reference_mean(boards: Boards) -> None:
    errors = [row.se for row in only(boards).rows if row.se is not None]

    assert len(errors) == 59
    assert np.mean(errors) == pytest.approx(0.182744, abs=1e-6)
    assert only(boards).warnings == (
        "The intervals rest on 13 prompts; under 15 they are themselves uncertain.",
    )


def test_errors_clustered_by_annotator_equal_the_reference(
    shared_dir: Path, models: dict[str, dict[str, float]]
) -> None:
    boards = fit(llmfao(shared_dir, cluster="worker"))

    assert boards.n_prompts == 124
    for row in only(boards).rows:
        assert row.se == pytest.approx(models[row.model]["se_cluster_worker"], abs=1e-6)


def test_errors_of_single_judgments_equal_the_reference(
    shared_dir: Path, models: dict[str, dict[str, float]]
) -> None:
    boards = fit(llmfao(shared_dir, cluster="row"))

    # The reference leaves out the correction G / (G - 1).
    correction = np.sqrt(8930 / 8931)
    for row in only(boards).rows:
        assert row.se is not None
        assert row.se * correction == pytest.approx(models[row.model]["se_sandwich_hc0"], abs=1e-6)


def test_errors_clustered_by_pair_have_the_reference_mean(shared_dir: Path) -> None:
    boards = fit(llmfao(shared_dir, cluster="id"))

    errors = [row.se for row in only(boards).rows if row.se is not None]
    assert np.mean(errors) == pytest.approx(0.130398, abs=1e-6)
