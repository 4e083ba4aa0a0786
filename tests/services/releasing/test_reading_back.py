"""A release read back as its users do."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.usage import snippets
from evalhub.core.releasing.vocabulary import Part
from tests.services.releasing.conftest import BuiltFiles


def test_pandas_reads_pairs_and_judgments(files: BuiltFiles) -> None:
    pairs = pd.concat(map(pd.read_parquet, sorted(files.folder.glob("pairs/*.parquet"))))
    judgments = pd.concat(map(pd.read_parquet, sorted(files.folder.glob("judgments/*.parquet"))))

    assert (len(pairs), len(judgments)) == (6, 19)
    assert (pairs["vote_share"] > 0.5).all()
    assert pairs["soft_label"].between(0, 1).all()
    assert ((pairs["soft_label"] < 0.5) == pairs["is_against_votes"]).all()
    assert pairs["pooled_soft_label"].notna().all()
    assert set(pairs["pair_id"]) <= set(judgments["pair_id"])


@pytest.mark.parametrize("part", list(Part))
def test_pyarrow_finds_the_explicit_schema_and_nothing_of_pandas(
    files: BuiltFiles, part: Part
) -> None:
    for path in files.folder.glob(f"{part}/*.parquet"):
        schema = pq.read_schema(path)

        assert schema.equals(SCHEMAS[part])
        assert schema.metadata is None


def test_json_lines_hold_the_same_rows(files: BuiltFiles) -> None:
    for path in files.folder.glob("*/*.jsonl"):
        table = pq.read_table(path.with_suffix(".parquet"))
        lines = pd.read_json(path, lines=True, dtype=False)

        assert len(lines) == table.num_rows
        assert list(lines.columns) == table.column_names


def test_margin_is_a_number_in_every_row(files: BuiltFiles) -> None:
    tables = [pq.read_table(path) for path in files.folder.glob("pairs_margin/*.parquet")]

    margins = pa.concat_tables(tables)["margin"]
    assert margins.null_count == 0
    assert len(margins) == 6
    assert min(margins.to_pylist()) >= 0
    assert all(margin == round(margin, 4) for margin in margins.to_pylist())


def test_checksums_are_those_of_the_files(files: BuiltFiles) -> None:
    for line in (files.folder / "SHA256SUMS").read_text("ascii").splitlines():
        digest, path = line.split("  ")

        assert hashlib.sha256((files.folder / path).read_bytes()).hexdigest() == digest


def test_pandas_code_runs_as_it_is_copied(own_files: BuiltFiles, tmp_path: Path) -> None:
    own_files.folder.rename(tmp_path / "tiny-1.0.0")
    code = snippets("tiny-1.0.0", own_files.manifest.files)[1].code

    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[0] == "2"


def test_datasets_loads_every_table(
    files: BuiltFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    for part, splits in files.manifest.counts.rows.items():
        loaded = datasets.load_dataset(str(files.folder), part, cache_dir=str(tmp_path))

        assert {split: len(rows) for split, rows in loaded.items()} == splits
