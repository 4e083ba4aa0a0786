"""Bring an empty instance back to the state that a backup holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.backups import SECRET, BackupManifest, StoredRelease, TableCopy, fingerprint
from evalhub.core.campaigns import PullStatus
from evalhub.core.queued_work import WorkStatus
from evalhub.db.copying import continue_numbers, filled_table, has_jobs, tables_of
from evalhub.db.engine import Database
from evalhub.db.migrate import current_revision, head_revision, knows_revision, upgrade
from evalhub.errors import Conflict, SettingsError
from evalhub.services.backups.checking import Backup
from evalhub.services.backups.fetching import fetch_releases
from evalhub.services.backups.files import kept_secret, put_back, refuse_other_files
from evalhub.services.backups.stored import unreachable_releases
from evalhub.services.backups.tables import load_table

UNDER_WAY = {
    "pull": PullStatus.RUNNING,
    "release_build": WorkStatus.RUNNING,
    "prompt_import": WorkStatus.RUNNING,
}
"""Tables of work that a process was at, and how they say so."""
QUEUED = {
    "pull": PullStatus.QUEUED,
    "release_build": WorkStatus.QUEUED,
    "prompt_import": WorkStatus.QUEUED,
}


@dataclass(frozen=True, slots=True)
class Restored:
    """Say what was restored; ``revision`` is what the schema was brought to.

    ``n_fetched`` releases were brought from object storage, and ``to_fetch`` are those in one that
    the restored instance does not reach.
    """

    n_rows: int
    n_files: int
    revision: str
    n_fetched: int = 0
    to_fetch: tuple[StoredRelease, ...] = ()


def restore_backup(
    backup: Backup,
    *,
    database: Database,
    settings: Settings,
    accepts_new_secret: bool = False,
    fetch_from: str | None = None,
    on_table: Callable[[TableCopy], None] = lambda _stored: None,
) -> Restored:
    """Fill an empty database and instance folder from ``backup``, then upgrade the schema.

    Everything is looked at before anything is written, and all rows are one transaction that
    comes last: one that was broken off is simply run again. Releases that the backup names in
    object storage come from the storage at ``fetch_from``, if it is given.

    Raise ``Conflict`` when the target holds anything, or the backup's schema is newer than this
    EvalHub, ``SettingsError`` when another secret key is set than the backup's, and ``BadInput``
    for a release that the storage does not have as it was.
    """
    manifest = backup.manifest
    _refuse_newer(manifest)
    _refuse_filled(manifest, database, settings)
    _refuse_other_secret(backup, settings, accepts_new=accepts_new_secret)
    files = _files_to_restore(manifest, settings)
    refuse_other_files(files, kept=backup.kept, instance_dir=settings.instance_dir)
    upgrade(database, manifest.revision)
    for path in files:
        put_back(path, kept=backup.kept, instance_dir=settings.instance_dir)
    to_fetch = unreachable_releases(manifest, settings)
    n_fetched = 0
    # Before the rows, which cannot be restored twice: a storage that is away must not leave an
    # instance that speaks of releases and has to be fetched for by hand.
    if fetch_from is not None:
        n_fetched = fetch_releases(to_fetch, url=fetch_from, settings=settings)
        to_fetch = ()
    with database.transaction() as session:
        n_rows = _load(backup, session, on_table)
    upgrade(database)
    return Restored(n_rows, len(files), head_revision(), n_fetched, to_fetch)


def _refuse_newer(manifest: BackupManifest) -> None:
    if not knows_revision(manifest.revision):
        raise Conflict(
            f"The backup's schema is {manifest.revision}, written by EvalHub {manifest.version}; "
            f"this EvalHub knows schemas up to {head_revision()}. Install that version first."
        )


def _refuse_filled(manifest: BackupManifest, database: Database, settings: Settings) -> None:
    """Raise ``Conflict`` unless the target holds nothing that a restore could mix with."""
    revision = current_revision(database)
    with database.engine.connect() as connection:
        table = filled_table(connection)
        jobs = "the schema 'dbos'" if has_jobs(connection) else None
    if (settings.instance_dir / "jobs.db").exists():
        jobs = str(settings.instance_dir / "jobs.db")
    if table is not None:
        raise Conflict(f"Table {table!r} of the database holds rows. Restore into an empty one.")
    if jobs is not None:
        # Its jobs are named by rows of that database: those of the restored pulls would be taken
        # for done.
        raise Conflict(f"The jobs of another instance are in {jobs}. Remove it first.")
    if revision not in {None, manifest.revision}:
        raise Conflict(
            f"The database has schema {revision} and the backup {manifest.revision}. "
            "Restore into a database without tables."
        )


def _refuse_other_secret(backup: Backup, settings: Settings, *, accepts_new: bool) -> None:
    """Raise ``SettingsError`` where annotators would silently get other pseudonyms."""
    if accepts_new:
        return
    if settings.secret_key and fingerprint(settings.secret_key) != backup.manifest.secret:
        raise SettingsError(
            "EVALHUB_SECRET_KEY is not the key of the backup: the next release would give every "
            "annotator another pseudonym. Set the former key, or accept that with --new-secret."
        )
    if not settings.secret_key and SECRET not in backup.manifest.files:
        raise SettingsError(
            "The backup holds no secret key, as that came from EVALHUB_SECRET_KEY. Set it again, "
            "or let a new one be made with --new-secret: annotators then get other pseudonyms."
        )
    kept = kept_secret(backup.kept)
    if not settings.secret_key and kept and fingerprint(kept) != backup.manifest.secret:
        raise SettingsError(
            "The secret key in the backup is not the one it was taken under, which came from "
            "EVALHUB_SECRET_KEY. Set that again, or take the other with --new-secret: annotators "
            "then get other pseudonyms."
        )


def _files_to_restore(manifest: BackupManifest, settings: Settings) -> list[str]:
    # A key that is set already stands: either it is the same, or another was accepted.
    return [
        path for path in manifest.restored_files if not (path == SECRET and settings.secret_key)
    ]


def _load(backup: Backup, session: Session, on_table: Callable[[TableCopy], None]) -> int:
    connection = session.connection()
    tables = tables_of(connection)
    copies = {copy.name: copy for copy in backup.manifest.tables}
    unmatched = copies.keys() ^ {table.name for table in tables}
    if unmatched:
        raise Conflict(
            f"Table {min(unmatched)!r} is in the backup or in schema {backup.manifest.revision}, "
            "and not in both."
        )
    n_rows = 0
    for table in tables:
        copy = copies[table.name]
        n_loaded = load_table(
            table, backup.folder / copy.path, where=copy.path, connection=connection
        )
        n_rows += n_loaded
        on_table(TableCopy(table.name, n_loaded))
    _queue_again(connection, tables)
    continue_numbers(connection, tables)
    return n_rows


def _queue_again(connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
    """Queue what was under way: nobody here is at it, and only what is queued is handed out."""
    for table in tables:
        if table.name in UNDER_WAY:
            again = {"status": QUEUED[table.name], "run_number": table.c.run_number + 1}
            is_running = table.c.status == UNDER_WAY[table.name]
            connection.execute(table.update().where(is_running).values(again))
