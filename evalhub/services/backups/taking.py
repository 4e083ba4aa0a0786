"""Take a backup: one state of the database, and the files that this state speaks of."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from evalhub import __version__
from evalhub.config import Settings
from evalhub.core.backups import (
    FORMAT,
    MANIFEST,
    BackupManifest,
    TableCopy,
    fingerprint,
    manifest_text,
)
from evalhub.core.releasing.checksums import CHECKSUMS, checksums_text
from evalhub.core.releasing.files import FileFacts, write_text
from evalhub.db.copying import VERSION_TABLE, tables_of
from evalhub.errors import Conflict
from evalhub.services.backups.files import instance_files, keep_file
from evalhub.services.backups.stored import stored_releases
from evalhub.services.backups.tables import write_table
from evalhub.services.releasing.folders import file_opener, make_durable


def take_backup(
    target: Path,
    *,
    session: Session,
    settings: Settings,
    now: datetime,
    on_table: Callable[[TableCopy], None] = lambda _copied: None,
) -> BackupManifest:
    """Copy everything into the new folder ``target`` and return what it holds.

    ``session`` must read only: such a transaction sees one state from its first statement to its
    end on both databases, and nobody waits for it. Files come after the tables, because a
    release's folder is in place before its row is. Raise ``Conflict`` when ``target`` holds
    anything.
    """
    connection = session.connection()
    with _new_folder(target) as folder:
        tables, facts = _copy_tables(connection, folder, on_table)
        named = _release_folders(connection)
        found = [one for one in named if (settings.releases_dir / one).is_dir()]
        stored = stored_releases(connection, settings, found=found)
        kept = {*found, *(one.folder for one in stored)}
        files = tuple(instance_files(settings, found))
        facts += [
            keep_file(one, instance_dir=settings.instance_dir, folder=folder) for one in files
        ]
        manifest = BackupManifest(
            format=FORMAT,
            version=__version__,
            created_at=now.isoformat(),
            database=connection.dialect.name,
            revision=_revision(connection),
            secret=fingerprint(settings.secret_key),
            tables=tables,
            files=files,
            releases=tuple(found),
            missing=tuple(one for one in named if one not in kept),
            stored=stored,
        )
        opener = file_opener(folder)
        facts.append(write_text(MANIFEST, manifest_text(manifest), open_file=opener))
        write_text(CHECKSUMS, checksums_text(facts), open_file=opener)
    return manifest


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """Yield a folder that takes the place of ``target`` when the block ends well.

    A backup that was broken off must never be taken for one that is whole.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Conflict(f"{target} holds something already. Name a folder that does not exist.")
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = target.with_name(f".{target.name}.part-{secrets.token_hex(4)}")
    # It holds answers, judgments and the secret.
    folder.mkdir(mode=0o700)
    try:
        yield folder
        make_durable(folder)
        folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_tables(
    connection: sa.Connection, folder: Path, on_table: Callable[[TableCopy], None]
) -> tuple[tuple[TableCopy, ...], list[FileFacts]]:
    copies, facts = [], []
    for table in tables_of(connection):
        path = TableCopy(table.name, 0).path
        written = write_table(table, path, folder=folder, connection=connection)
        copied = TableCopy(table.name, written.n_rows or 0)
        on_table(copied)
        copies.append(copied)
        facts.append(written)
    return tuple(copies), facts


def _release_folders(connection: sa.Connection) -> list[str]:
    # Not by the model, which knows the newest schema alone.
    release = sa.table("release", sa.column("folder"))
    return sorted(connection.scalars(sa.select(release.c.folder)))


def _revision(connection: sa.Connection) -> str:
    versions = sa.table(VERSION_TABLE, sa.column("version_num"))
    return str(connection.scalar(sa.select(versions.c.version_num)))
