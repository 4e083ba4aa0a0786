"""The whole chain on real prompts, real responses and real judgments, on both databases."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from evalhub.config import Settings
from evalhub.core.responses import ResponseStatus
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.services.releasing.verifying import verify_release
from tests.conftest import DATABASES
from tests.postgres import PostgresServer
from tests.real_data.llmfao import LlmfaoRun, Place, real_judgments, walk

pytestmark = [pytest.mark.real_data, pytest.mark.xdist_group("llmfao"), pytest.mark.timeout(600)]

SECRET = "one secret for both walks, so that pseudonyms agree"


@pytest.fixture(scope="module")
def data(shared_dir: Path) -> Path:
    """Give the folder with the real data."""
    return shared_dir / "data" / "llmfao"


@pytest.fixture(scope="module")
def runs(
    data: Path, tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> Iterator[dict[str, LlmfaoRun]]:
    """Walk the chain once on each database."""
    with postgres_server.fresh_database() as postgres_url:
        found = {}
        for kind in DATABASES:
            folder = tmp_path_factory.mktemp(kind)
            url = f"sqlite:///{folder}/evalhub.db" if kind == "sqlite" else postgres_url
            settings = Settings(
                instance_dir=folder,
                database_url=url,
                secret_key=SECRET,
                endpoint_allow="127.0.0.1",
            )
            database = Database(url)
            upgrade(database)
            found[kind] = walk(Place(database, settings, folder), data)
            database.dispose()
        yield found


@pytest.fixture(params=DATABASES)
def run(request: pytest.FixtureRequest, runs: dict[str, LlmfaoRun]) -> LlmfaoRun:
    """Give the walk on each database in turn."""
    kind: str = request.param
    return runs[kind]


def test_every_response_is_there_once_and_every_missing_one_says_why(run: LlmfaoRun) -> None:
    assert run.statuses == {
        ResponseStatus.ANSWERED: 1061,
        # Three more than are empty texts: one model answered with a lone zero-width space.
        ResponseStatus.EMPTY: 72,
        ResponseStatus.ERROR: 197,
    }
    assert run.n_distinct == 1330


def test_the_kill_came_halfway_with_work_both_done_and_left(run: LlmfaoRun) -> None:
    assert 300 < len(run.committed_before_kill) < 1330


def test_nothing_that_was_committed_before_the_kill_was_asked_again(run: LlmfaoRun) -> None:
    again = {asked for asked in run.committed_before_kill if run.calls[asked] > 1}

    assert again == set()


def test_only_what_was_in_flight_at_the_kill_was_asked_twice(run: LlmfaoRun) -> None:
    repeated = {asked for asked, n in run.calls.items() if n > 1}

    assert repeated <= set(run.calls_before_kill) - run.committed_before_kill
    assert max(run.calls.values()) <= 2


def test_every_judgment_is_imported(run: LlmfaoRun) -> None:
    summary = run.imported

    assert (summary.n_judgments, summary.n_annotators, summary.n_pairs) == (8931, 124, 2139)
    assert summary.n_not_answered == 1328


def test_strengths_equal_the_reference(run: LlmfaoRun, shared_dir: Path) -> None:
    golden = json.loads(
        (shared_dir / "data" / "goldens" / "llmfao_bradley_terry.json").read_text("utf-8")
    )

    strengths = {row.model: row.strength for row in run.scored.boards.boards[0].rows}

    for model, values in golden["models"].items():
        assert strengths[model] == pytest.approx(values["theta"], abs=1e-6)
    assert run.scored.boards.log_likelihood == pytest.approx(golden["loglik_bt"], abs=1e-4)


def test_two_builds_and_two_databases_give_the_same_bytes(runs: dict[str, LlmfaoRun]) -> None:
    sums = {
        (folder / "SHA256SUMS").read_bytes() for run in runs.values() for folder in run.releases
    }

    assert len(sums) == 1


def test_the_release_verifies_and_its_sums_hold(run: LlmfaoRun) -> None:
    folder = run.releases[0]

    assert verify_release(folder).is_good
    for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_release_reads_back_in_pandas_and_pyarrow(run: LlmfaoRun, data: Path) -> None:
    judgments = pd.concat(
        pd.read_parquet(path) for path in sorted(run.releases[0].glob("judgments/*.parquet"))
    )
    pairs = [pq.read_table(path) for path in sorted(run.releases[0].glob("pairs/*.parquet"))]

    assert len(judgments) == len(real_judgments(data))
    assert sum(table.num_rows for table in pairs) == 1460
    assert all(table["chosen"].null_count == 0 for table in pairs)


def test_no_prompt_stands_in_two_splits(run: LlmfaoRun) -> None:
    prompts = [
        set(pq.read_table(path, columns=["prompt_id"])["prompt_id"].to_pylist())
        for path in sorted(run.releases[0].glob("pairs/*.parquet"))
    ]

    assert sum(map(len, prompts)) == len(set().union(*prompts))


def test_gpt_4_is_held_against_the_experts_and_never_joins_them(run: LlmfaoRun) -> None:
    (audit,) = run.judges.audits
    with_ties, without = audit.comparisons

    assert run.judges.names[audit.judge] == "gpt-4 (llmfao)"
    assert (audit.n_judgments, audit.n_shared_pairs, audit.n_experts) == (2139, 2139, 124)
    assert with_ties.with_expert.value == pytest.approx(0.414847, abs=1e-6)
    assert with_ties.between_experts.value == pytest.approx(0.532226, abs=1e-6)
    assert without.with_expert.value == pytest.approx(0.661627, abs=1e-6)
    assert run.scored.left_out.by_models == 0
    assert run.agreement.n_by_models == 2139


def test_one_order_of_each_pair_says_nothing_of_flips(run: LlmfaoRun) -> None:
    (audit,) = run.judges.audits

    assert audit.flips.flipped.value is None
    assert audit.flips.flipped.reason is not None
    assert audit.left.n + round((audit.ties.value or 0) * audit.ties.n) == 2139


def test_the_length_effect_of_gpt_4_differs_by_kind_of_prompt(run: LlmfaoRun) -> None:
    effects = {one.slice: one.interval for one in run.judges.audits[0].length}

    knowledge, reflexion = effects["tag knowledge"], effects["tag reflexion"]
    assert knowledge is not None
    assert reflexion is not None
    assert knowledge.low > 0.1
    assert reflexion.high < -0.2


def test_agreement_of_the_crowd_is_that_of_the_file(run: LlmfaoRun) -> None:
    figures = run.agreement.rubrics[0].subjects[0].figures

    assert figures[0].value == pytest.approx(0.532226, abs=1e-6)
    assert all(figure.interval is not None for figure in figures)
    assert {(figure.n_pairs, figure.n_annotators) for figure in figures} == {
        (2124, 124),
        (1513, 124),
    }
