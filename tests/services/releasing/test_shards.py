"""A release whose splits are in several files is read, verified and compared like any other."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.people import command_actor
from evalhub.core.releasing.files import Target
from evalhub.services.releasing.comparing import diff_releases
from evalhub.services.releasing.folders import folder_target
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.verifying import verify_release
from tests.release_project import make_tiny_project
from tests.releases import build_release

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Files are the same over every database."""

FIRST, SECOND = (f"pairs/train-{n:05}-of-00002" for n in range(2))


def in_shards(folder: Path) -> Target:
    """Let a file end after each row."""
    return replace(folder_target(folder), rows_per_group=1, shard_bytes=1)


@pytest.fixture
def sharded(session: Session, settings: Settings, now: datetime) -> BuiltRelease:
    make_tiny_project(session)
    actor = command_actor()
    return build_release(
        "tiny", session=session, settings=settings, actor=actor, now=now, target_in=in_shards
    )


def test_card_croissant_and_manifest_name_every_file(sharded: BuiltRelease) -> None:
    folder = sharded.folder
    head = yaml.safe_load((folder / "README.md").read_text("utf-8").split("---")[1])
    croissant = orjson.loads((folder / "croissant.json").read_bytes())
    sets = {one["@id"] for one in croissant["recordSet"]}

    assert not (folder / "pairs" / "train.parquet").exists()
    assert head["configs"][0]["data_files"][0] == {
        "split": "train",
        "path": [f"{FIRST}.parquet", f"{SECOND}.parquet"],
    }
    assert {FIRST, SECOND} <= sets
    assert sharded.manifest.counts.rows["pairs"]["train"] == 2
    assert verify_release(folder).problems == ()


def test_rows_are_those_of_one_file(
    sharded: BuiltRelease, session: Session, settings: Settings, now: datetime, tmp_path: Path
) -> None:
    elsewhere = settings.model_copy(update={"instance_dir": tmp_path / "other"})
    whole = build_release(
        "tiny", session=session, settings=elsewhere, actor=command_actor(), now=now, version="2.0.0"
    )

    held = [pq.read_table(sharded.folder / f"{one}.parquet") for one in (FIRST, SECOND)]

    assert pa.concat_tables(held).equals(pq.read_table(whole.folder / "pairs/train.parquet"))
    assert diff_releases(sharded.folder, whole.folder) == ()


def test_a_file_that_is_missing_among_several_is_found(sharded: BuiltRelease) -> None:
    (sharded.folder / f"{SECOND}.jsonl").unlink()

    found = [str(one) for one in verify_release(sharded.folder).problems]

    assert found == [f"{SECOND}.jsonl: is named in SHA256SUMS and is not there"]
