"""What a backup and a restore refuse, with the place and the rule, and what they leave then."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from evalhub.core.backups import TableCopy
from evalhub.core.canonical import sha256_hex
from evalhub.db.migrate import head_revision, upgrade
from evalhub.errors import BadInput, Conflict, NotFound, SettingsError
from evalhub.services.backups import Backup, read_backup, restore_backup, take_backup
from evalhub.services.backups.tables import write_table
from tests.factories import MOMENT, make_person
from tests.postgres import PostgresServer
from tests.services.backups.conftest import OTHER_SECRET, RELEASED, Instance, opened


class BrokenOff(Exception):
    """Stand for whatever ends a process half way."""


def break_off(copied: TableCopy) -> None:
    """Fail once the projects are done."""
    if copied.name == "project":
        raise BrokenOff


def rehash(folder: Path, path: str) -> None:
    """Let the checksums name the present bytes of ``path``."""
    sums = folder / "SHA256SUMS"
    lines = sums.read_text(encoding="utf-8").splitlines()
    digest = sha256_hex((folder / path).read_bytes())
    kept = [f"{digest}  {path}" if line.endswith(f"  {path}") else line for line in lines]
    sums.write_text("\n".join(kept) + "\n", encoding="utf-8")


def change_manifest(folder: Path, **values: object) -> None:
    """Write another manifest, under the hash that belongs to it."""
    path = folder / "manifest.json"
    path.write_text(
        json.dumps({**json.loads(path.read_text(encoding="utf-8")), **values}), encoding="utf-8"
    )
    rehash(folder, "manifest.json")


@pytest.mark.parametrize(
    "path",
    ["manifest.json", "tables/judgment.parquet", "instance/secret_key", f"instance/{RELEASED}"],
)
def test_a_changed_byte_is_refused_wherever_it_is(backup: Backup, path: str) -> None:
    data = bytearray((backup.folder / path).read_bytes())
    data[len(data) // 2] ^= 1
    (backup.folder / path).write_bytes(data)

    with pytest.raises(BadInput, match=f"{path}: was changed: its SHA-256 is"):
        read_backup(backup.folder)


def test_every_changed_byte_of_the_checksums_is_refused(backup: Backup) -> None:
    sums = backup.folder / "SHA256SUMS"
    data = sums.read_bytes()
    for place in range(0, len(data), 97):
        sums.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(BadInput):
            read_backup(backup.folder)


def test_a_missing_file_is_named(backup: Backup) -> None:
    (backup.folder / "tables/pair.parquet").unlink()

    with pytest.raises(BadInput, match=r"tables/pair\.parquet: cannot be read: No such file"):
        read_backup(backup.folder)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"format": "evalhub.backup/9"}, r"'evalhub\.backup/9' is not 'evalhub\.backup/1'"),
        ({"tables": 7}, "manifest.json tables: "),
        ({"files": ["config.py"]}, r"is named in SHA256SUMS and not in manifest\.json"),
        ({"files": ["other"]}, "instance/other: is named in manifest.json and not in SHA256SUMS"),
    ],
    ids=["format", "shape", "too few", "too many"],
)
def test_a_manifest_that_does_not_fit_is_refused(
    backup: Backup, values: dict[str, object], said: str
) -> None:
    change_manifest(backup.folder, **values)

    with pytest.raises(BadInput, match=said):
        read_backup(backup.folder)


def test_checksums_that_are_no_text_are_refused(backup: Backup) -> None:
    (backup.folder / "SHA256SUMS").write_bytes(b"\xff\xfe")

    with pytest.raises(BadInput, match="SHA256SUMS: is not text in UTF-8"):
        read_backup(backup.folder)


def test_a_folder_that_is_no_backup_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="has no SHA256SUMS"):
        read_backup(tmp_path)


def test_a_backup_never_goes_where_something_is(office: Instance, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "note").touch()

    with pytest.raises(Conflict, match="holds something already"):
        office.back_up(tmp_path / "kept")


def test_a_backup_that_is_broken_off_leaves_nothing(office: Instance, tmp_path: Path) -> None:
    folder = tmp_path / "kept"

    with office.database.transaction(write=False) as session, pytest.raises(BrokenOff):
        take_backup(
            folder / "today",
            session=session,
            settings=office.settings,
            now=MOMENT,
            on_table=break_off,
        )

    assert list(folder.iterdir()) == []


def test_a_restore_that_is_broken_off_is_run_again(
    office: Instance, backup: Backup, empty: Instance
) -> None:
    with pytest.raises(BrokenOff):
        restore_backup(backup, database=empty.database, settings=empty.settings, on_table=break_off)
    assert not any(empty.contents().values())

    empty.restore(backup)

    assert empty.contents() == office.contents()


def _put_a_row(empty: Instance) -> None:
    with empty.database.transaction() as session:
        make_person(session)


def _put_jobs(empty: Instance) -> None:
    (empty.settings.instance_dir / "jobs.db").touch()


def _put_another_release(empty: Instance) -> None:
    file = empty.settings.instance_dir / RELEASED
    file.parent.mkdir(parents=True)
    file.write_text("{}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (_put_a_row, "Table 'person' of the database holds rows"),
        (_put_jobs, r"jobs of another instance are in .*jobs\.db"),
        (_put_another_release, r"train\.jsonl is there already and differs"),
    ],
    ids=["rows", "jobs", "files"],
)
def test_a_target_that_is_not_empty_is_refused_and_left_alone(
    backup: Backup, empty: Instance, prepare: Callable[[Instance], None], said: str
) -> None:
    prepare(empty)
    before = empty.contents()

    with pytest.raises(Conflict, match=said):
        empty.restore(backup)

    assert empty.contents() == before
    assert not (empty.settings.instance_dir / "secret_key").exists()


def test_a_newer_schema_is_refused_with_both_versions(backup: Backup, empty: Instance) -> None:
    newer = replace(backup, manifest=replace(backup.manifest, revision="9999", version="9.1"))

    with pytest.raises(
        Conflict, match=rf"9999, written by EvalHub 9\.1; .* up to {head_revision()}"
    ):
        empty.restore(newer)


def test_tables_of_another_schema_are_refused(backup: Backup, tmp_path: Path) -> None:
    for old in opened(f"sqlite:///{tmp_path}/old.db", tmp_path / "old"):
        upgrade(old.database, "0010")

        with pytest.raises(Conflict, match=f"has schema 0010 and the backup {head_revision()}"):
            old.restore(backup)


def test_a_key_that_the_backup_was_not_taken_under_is_not_put_back_in_silence(
    backup: Backup, empty: Instance
) -> None:
    (backup.kept / "secret_key").write_text(OTHER_SECRET, encoding="ascii")

    with pytest.raises(SettingsError, match="is not the one it was taken under"):
        empty.restore(backup)


@pytest.mark.parametrize("kept", [(), ("config.py",)], ids=["another key", "no key"])
def test_pseudonyms_change_only_where_that_is_accepted(
    backup: Backup, empty: Instance, kept: tuple[str, ...]
) -> None:
    secret_key = "" if kept else OTHER_SECRET
    files = kept or backup.manifest.files
    other = replace(backup, manifest=replace(backup.manifest, files=files))
    chosen = replace(empty, settings=empty.settings.model_copy(update={"secret_key": secret_key}))

    with pytest.raises(SettingsError, match=r"EVALHUB_SECRET_KEY.*--new-secret"):
        chosen.restore(other)
    chosen.restore(other, accepts_new_secret=True)

    # The key that is set stands; one that is not set is made when it is first needed.
    assert not (empty.settings.instance_dir / "secret_key").exists()


def test_a_table_that_the_schema_does_not_have_is_refused(backup: Backup, empty: Instance) -> None:
    tables = (*backup.manifest.tables, TableCopy("moods", 0))
    other = replace(backup, manifest=replace(backup.manifest, tables=tables))

    with pytest.raises(Conflict, match="Table 'moods' is in the backup or in schema"):
        empty.restore(other)


def test_columns_that_the_table_does_not_have_are_refused(backup: Backup, empty: Instance) -> None:
    person = backup.folder / "tables/person.parquet"
    person.write_bytes((backup.folder / "tables/pair.parquet").read_bytes())

    with pytest.raises(BadInput, match=r"tables/person\.parquet: its columns are not those of"):
        empty.restore(backup)

    assert not any(empty.contents().values())


def test_a_column_of_an_unknown_kind_stops_a_backup(office: Instance, tmp_path: Path) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("span", sa.Interval(), primary_key=True))

    with (
        office.database.transaction(write=False) as session,
        pytest.raises(TypeError, match=r"t\.span is of a kind that backups do not know"),
    ):
        write_table(table, "t.parquet", folder=tmp_path, connection=session.connection())


def test_jobs_of_another_instance_are_found_in_a_database_of_many_schemas(
    postgres_server: PostgresServer, backup: Backup, tmp_path: Path
) -> None:
    with postgres_server.fresh_database() as url:
        for used in opened(url, tmp_path):
            with used.database.transaction() as session:
                session.connection().exec_driver_sql("CREATE SCHEMA dbos")

            with pytest.raises(Conflict, match="in the schema 'dbos'"):
                used.restore(backup)
