"""What is restored is what was there: every row and file, from either database into either."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from evalhub.core.backups import TableCopy
from evalhub.core.campaigns import PullStatus
from evalhub.core.canonical import sha256_hex
from evalhub.core.queued_work import WorkStatus
from evalhub.db.migrate import current_revision, head_revision, upgrade
from evalhub.db.models import Person, Release
from evalhub.services import audit
from evalhub.services.backups import Backup, read_backup, take_backup
from evalhub.services.backups.stored import unreachable_releases
from evalhub.services.pulling.dispatching import waiting_jobs
from evalhub.services.releasing.builds import BUILDS
from tests.conftest import DATABASES
from tests.factories import MOMENT, make_build, make_person, make_project, make_pull
from tests.postgres import PostgresServer
from tests.services.backups.conftest import OTHER_SECRET, RELEASED, SECRET, Instance, opened


@pytest.fixture(params=DATABASES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Instance]:
    """Give an empty instance on each kind of database."""
    folder = tmp_path / "target"
    folder.mkdir()
    if request.param == "sqlite":
        yield from opened(f"sqlite:///{folder}/evalhub.db", folder)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.fresh_database() as url:
        yield from opened(url, folder)


def test_every_row_comes_back_and_new_ones_are_numbered_after_them(
    instance: Instance, target: Instance, tmp_path: Path
) -> None:
    before = instance.contents()
    instance.back_up(tmp_path / "kept")

    restored = target.restore(read_backup(tmp_path / "kept"))

    assert target.contents() == before
    assert restored.n_rows == sum(map(len, before.values())) > 50
    with target.database.transaction() as session:
        assert audit.verify(session=session).is_sound
        assert make_person(session).id == len(before["person"]) + 1


def test_every_file_comes_back_but_the_settings(backup: Backup, empty: Instance) -> None:
    empty.restore(backup)

    folder = empty.settings.instance_dir
    assert (folder / RELEASED).read_text(encoding="utf-8") == '{"chosen": "a"}\n'
    assert (folder / RELEASED).stat().st_mode & 0o777 == 0o644
    assert (folder / "secret_key").read_text(encoding="ascii") == SECRET
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert not (folder / "config.py").exists()
    assert (backup.kept / "config.py").is_file()


def test_what_is_no_part_of_a_release_stays_out_of_a_backup(
    instance: Instance, tmp_path: Path
) -> None:
    """Desktops and network file systems put files of theirs into any folder."""
    (instance.settings.instance_dir / RELEASED).with_name(".DS_Store").write_bytes(b"\0")

    instance.back_up(tmp_path / "kept")

    assert not any(".DS_Store" in path for path in read_backup(tmp_path / "kept").manifest.files)


def test_a_key_that_is_not_in_use_is_not_backed_up(instance: Instance, tmp_path: Path) -> None:
    (instance.settings.instance_dir / "secret_key").write_text(OTHER_SECRET, encoding="ascii")

    instance.back_up(tmp_path / "kept")

    assert "secret_key" not in read_backup(tmp_path / "kept").manifest.files


def test_what_was_under_way_is_queued_again(
    instance: Instance, target: Instance, tmp_path: Path
) -> None:
    with instance.database.transaction() as session:
        pull = make_pull(session, PullStatus.RUNNING, (None, ""))
        build = make_build(session, make_project(session), status=WorkStatus.RUNNING)
    instance.back_up(tmp_path / "kept")

    target.restore(read_backup(tmp_path / "kept"))

    with target.database.transaction(write=False) as session:
        assert [job.pull_id for job in waiting_jobs(session=session)] == [pull.id]
        assert [job.row_id for job in BUILDS.waiting(session=session)] == [build.id]


def test_a_backup_is_one_state_however_much_is_written_meanwhile(
    instance: Instance, empty: Instance, tmp_path: Path
) -> None:
    before, n_written = instance.contents(), 0

    def write(copied: TableCopy) -> None:
        nonlocal n_written
        if copied.name not in {"endpoint", "person", "pair"}:
            return
        with instance.database.transaction() as session:
            make_person(session)
            n_written += 1

    with instance.database.transaction(write=False) as session:
        take_backup(
            tmp_path / "kept",
            session=session,
            settings=instance.settings,
            now=MOMENT,
            on_table=write,
        )
    empty.restore(read_backup(tmp_path / "kept"))

    assert n_written == 3
    assert empty.contents() == before


def test_only_its_owner_can_look_into_a_backup(office: Instance) -> None:
    folder = office.settings.instance_dir / "backup"

    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_release_that_the_disk_has_lost_is_named(instance: Instance, tmp_path: Path) -> None:
    (instance.settings.instance_dir / "releases").rename(tmp_path / "lost")

    manifest = instance.back_up(tmp_path / "kept")

    assert manifest.missing == ("tiny/1.0.0",)
    assert manifest.releases == ()


def test_a_backup_of_an_older_schema_is_upgraded_when_it_is_restored(tmp_path: Path) -> None:
    for old, new in zip(
        opened(f"sqlite:///{tmp_path}/old.db", tmp_path),
        opened(f"sqlite:///{tmp_path}/new.db", tmp_path / "new"),
        strict=True,
    ):
        upgrade(old.database, "0010")
        with old.database.transaction() as session:
            session.add(
                Person(public_id="p", name="Ada", origin="account", created_at=MOMENT)  # type: ignore[arg-type]  # as stored
            )

        manifest = old.back_up(tmp_path / "kept")
        restored = new.restore(read_backup(tmp_path / "kept"), accepts_new_secret=True)

        assert (manifest.revision, restored.revision) == ("0010", head_revision())
        assert current_revision(new.database) == head_revision()
        assert len(new.contents()["person"]) == 1


def in_storage(instance: Instance, bucket: Path) -> Instance:
    """Return the instance with its release in object storage; a folder stands for a bucket."""
    bucket.parent.mkdir(parents=True, exist_ok=True)
    (instance.settings.instance_dir / "releases").rename(bucket)
    with instance.database.transaction(write=False) as session:
        text = session.exec(select(Release.manifest)).one()
    (bucket / "tiny" / "1.0.0" / "manifest.json").write_text(text, "utf-8")
    stored = instance.settings.model_copy(update={"releases_url": f"file://{bucket}"})
    return replace(instance, settings=stored)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_release_in_object_storage_is_named_with_the_hash_of_its_manifest(
    instance: Instance, empty: Instance, tmp_path: Path
) -> None:
    manifest = in_storage(instance, tmp_path / "bucket").back_up(tmp_path / "kept")

    with instance.database.transaction(write=False) as session:
        text = session.exec(select(Release.manifest)).one()
    (stored,) = manifest.stored
    assert (stored.folder, stored.manifest_sha256) == ("tiny/1.0.0", sha256_hex(text))
    assert (manifest.releases, manifest.missing) == ((), ())
    restored = empty.restore(read_backup(tmp_path / "kept"))
    assert restored.to_fetch == (stored,)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_restore_into_an_instance_that_reaches_the_storage_has_nothing_to_fetch(
    instance: Instance, empty: Instance, tmp_path: Path
) -> None:
    office = in_storage(instance, tmp_path / "bucket")
    office.back_up(tmp_path / "kept")
    url = office.settings.releases_url
    reaching = replace(empty, settings=empty.settings.model_copy(update={"releases_url": url}))

    restored = reaching.restore(read_backup(tmp_path / "kept"))

    assert restored.to_fetch == ()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_storage_that_does_not_answer_stops_neither_a_backup_nor_a_restore(
    instance: Instance, empty: Instance, tmp_path: Path
) -> None:
    # No file system looks up a name of this length, so every question about it fails.
    away = {"releases_url": f"file://{tmp_path}/{'x' * 300}"}
    office = in_storage(instance, tmp_path / "bucket")
    office = replace(office, settings=office.settings.model_copy(update=away))
    manifest = office.back_up(tmp_path / "kept")

    target = replace(empty, settings=empty.settings.model_copy(update=away))
    restored = target.restore(read_backup(tmp_path / "kept"))

    assert restored.to_fetch == manifest.stored
    assert len(manifest.stored) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_release_that_neither_the_disk_nor_the_storage_has_is_missing(
    instance: Instance, tmp_path: Path
) -> None:
    office = in_storage(instance, tmp_path / "bucket")
    (tmp_path / "bucket" / "tiny" / "1.0.0" / "manifest.json").unlink()

    manifest = office.back_up(tmp_path / "kept")

    assert (manifest.missing, manifest.stored) == (("tiny/1.0.0",), ())


@pytest.mark.parametrize("found", ["nothing", "a release of another instance"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_folder_that_is_not_the_whole_release_is_still_to_fetch(
    instance: Instance, empty: Instance, tmp_path: Path, found: str
) -> None:
    in_storage(instance, tmp_path / "bucket").back_up(tmp_path / "kept")
    folder = empty.settings.releases_dir / "tiny" / "1.0.0"
    folder.mkdir(parents=True)
    if found != "nothing":
        (folder / "manifest.json").write_text('{"release": "another"}', "utf-8")
    backup = read_backup(tmp_path / "kept")

    to_fetch = unreachable_releases(backup.manifest, empty.settings)

    (folder / "manifest.json").write_bytes(
        (tmp_path / "bucket" / "tiny" / "1.0.0" / "manifest.json").read_bytes()
    )
    assert [one.folder for one in to_fetch] == ["tiny/1.0.0"]
    assert unreachable_releases(backup.manifest, empty.settings) == ()
