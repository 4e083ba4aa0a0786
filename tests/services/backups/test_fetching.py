"""Releases that a backup names in object storage are fetched whole, or nothing is restored."""

import json
from pathlib import Path

import pytest

from evalhub.config import Settings
from evalhub.core.backups import StoredRelease
from evalhub.core.canonical import sha256_hex
from evalhub.db.engine import Database
from evalhub.errors import BadInput, Conflict
from evalhub.services.backups import Backup, read_backup
from evalhub.services.backups.fetching import fetch_releases
from evalhub.services.releasing.verifying import verify_release
from tests.released import database_url, released_template
from tests.services.backups.conftest import Instance

__all__ = ["database_url", "released_template"]

NAME = "tiny/1.0.0"


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    """Give the folder that stands for a bucket."""
    return tmp_path / "bucket"


@pytest.fixture
def kept(database: Database, settings: Settings, bucket: Path, tmp_path: Path) -> Backup:
    """Give a backup that names its release in object storage; a folder stands for a bucket."""
    settings.releases_dir.rename(bucket)
    stored = settings.model_copy(update={"releases_url": f"file://{bucket}"})
    Instance(database, stored).back_up(tmp_path / "kept")
    return read_backup(tmp_path / "kept")


def test_a_release_is_fetched_from_the_storage_that_is_named(
    kept: Backup, empty: Instance, bucket: Path
) -> None:
    restored = empty.restore(kept, accepts_new_secret=True, fetch_from=f"file://{bucket}")

    folder = empty.settings.releases_dir / NAME
    assert (restored.n_fetched, restored.to_fetch) == (1, ())
    assert (folder / "SHA256SUMS").read_bytes() == (bucket / NAME / "SHA256SUMS").read_bytes()
    assert verify_release(folder).problems == ()
    assert len(empty.contents()["release"]) == 1


def test_a_release_goes_to_the_storage_of_the_instance_where_it_has_one(
    kept: Backup, empty: Instance, bucket: Path, tmp_path: Path
) -> None:
    (stored,) = kept.manifest.stored
    own = empty.settings.model_copy(update={"releases_url": f"file://{tmp_path}/own"})

    n_fetched = fetch_releases([stored], url=f"file://{bucket}", settings=own)

    there = {path.relative_to(bucket) for path in (bucket / NAME).rglob("*") if path.is_file()}
    brought = tmp_path / "own"
    assert n_fetched == 1
    assert there == {one.relative_to(brought) for one in brought.rglob("*") if one.is_file()}


def test_nothing_to_fetch_asks_no_storage(empty: Instance, tmp_path: Path) -> None:
    assert fetch_releases([], url=f"file://{tmp_path}/none", settings=empty.settings) == 0


@pytest.mark.parametrize(
    ("lost", "problem"),
    [
        ("manifest.json", f"{NAME}/manifest.json: is not in this storage"),
        ("pairs/train.parquet", f"{NAME}/pairs/train.parquet: is not in this storage"),
    ],
)
def test_a_storage_without_a_file_restores_nothing(
    kept: Backup, empty: Instance, bucket: Path, lost: str, problem: str
) -> None:
    (bucket / NAME / lost).unlink()

    with pytest.raises(BadInput) as caught:
        empty.restore(kept, accepts_new_secret=True, fetch_from=f"file://{bucket}")

    assert [str(one) for one in caught.value.problems] == [problem]
    assert empty.contents()["release"] == []
    assert not (empty.settings.releases_dir / NAME).exists()


@pytest.mark.parametrize("path", ["manifest.json", "pairs/train.jsonl"])
def test_a_file_with_other_bytes_is_refused_by_its_hash(
    kept: Backup, empty: Instance, bucket: Path, path: str
) -> None:
    changed = bucket / NAME / path
    changed.write_bytes(changed.read_bytes().replace(b"1", b"2", 1))

    with pytest.raises(BadInput, match=f"{NAME}/{path}: has not the SHA-256"):
        empty.restore(kept, accepts_new_secret=True, fetch_from=f"file://{bucket}")


def test_a_restore_that_was_refused_is_run_again(
    kept: Backup, empty: Instance, bucket: Path, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="is not in this storage"):
        empty.restore(kept, accepts_new_secret=True, fetch_from=f"file://{tmp_path}/elsewhere")

    restored = empty.restore(kept, accepts_new_secret=True, fetch_from=f"file://{bucket}")

    assert restored.n_fetched == 1


def test_what_is_no_storage_is_named(empty: Instance) -> None:
    with pytest.raises(BadInput, match="ftp://far: names no object storage"):
        fetch_releases([], url="ftp://far", settings=empty.settings)


def test_a_path_that_leads_out_of_the_folder_is_never_written(
    kept: Backup, empty: Instance, bucket: Path
) -> None:
    document = json.loads((bucket / NAME / "manifest.json").read_bytes())
    document["files"][0]["path"] = "../../out.txt"
    text = json.dumps(document)
    (bucket / NAME / "manifest.json").write_text(text, encoding="utf-8")
    stored = StoredRelease(NAME, sha256_hex(text))

    with pytest.raises(BadInput, match="is not a plain relative path"):
        fetch_releases([stored], url=f"file://{bucket}", settings=empty.settings)


@pytest.mark.parametrize("is_stored", [False, True], ids=["a folder", "object storage"])
def test_another_release_in_the_place_of_one_stays_and_nothing_is_written(
    kept: Backup, empty: Instance, bucket: Path, tmp_path: Path, *, is_stored: bool
) -> None:
    (stored,) = kept.manifest.stored
    own = empty.settings
    if is_stored:
        own = own.model_copy(update={"releases_url": f"file://{tmp_path}/own"})
    root = tmp_path / "own" if is_stored else own.releases_dir
    other = root / "other/1.0.0/manifest.json"
    other.parent.mkdir(parents=True)
    other.write_text("{}", encoding="utf-8")

    with pytest.raises(Conflict, match=r"^other/1\.0\.0 holds another release\. Move it"):
        fetch_releases(
            [stored, StoredRelease("other/1.0.0", stored.manifest_sha256)],
            url=f"file://{bucket}",
            settings=own,
        )

    assert other.read_text(encoding="utf-8") == "{}"
    assert not (root / NAME).exists()


def test_a_folder_that_was_broken_off_is_fetched_anew(
    kept: Backup, empty: Instance, bucket: Path
) -> None:
    (stored,) = kept.manifest.stored
    folder = empty.settings.releases_dir / NAME
    (folder / "pairs").mkdir(parents=True)
    (folder / "pairs/train.parquet").write_bytes(b"half")

    for _ in range(2):
        fetch_releases([stored], url=f"file://{bucket}", settings=empty.settings)

    assert verify_release(folder).problems == ()
