"""Commands that take a copy of everything, and bring an instance back from one."""

from collections.abc import Sequence
from pathlib import Path

import click

from evalhub.cli.context import now, settings
from evalhub.core.backups import BackupManifest, StoredRelease, TableCopy
from evalhub.core.wording import counted
from evalhub.services.backups import read_backup, restore_backup, take_backup
from evalhub.services.transaction import open_any_schema, open_database

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("backup")
@click.argument("folder", type=FOLDER)
def backup_command(folder: Path) -> None:
    """Copy database, releases and secret into the new FOLDER while people work."""
    database = open_any_schema(settings())
    try:
        with database.transaction(write=False) as session:
            manifest = take_backup(
                folder, session=session, settings=settings(), now=now(), on_table=_say
            )
    finally:
        database.dispose()
    for one in manifest.missing:
        click.echo(f"Release {one} is not on the disk and so not in the backup.", err=True)
    for stored in manifest.stored:
        click.echo(
            f"Release {stored.folder} lies in object storage; the backup names it.", err=True
        )
    click.echo(f"{folder} holds {_described(manifest)}.")


@click.command("restore")
@click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Only say whether every byte is as it was written.")
@click.option(
    "--new-secret",
    is_flag=True,
    help="Accept another secret key than the backup's; annotators get other pseudonyms.",
)
@click.option(
    "--fetch-from",
    metavar="URL",
    help="Object storage from which to fetch the releases that the backup names in one.",
)
def restore_command(folder: Path, *, check: bool, new_secret: bool, fetch_from: str | None) -> None:
    """Bring an empty instance and database back from the backup in FOLDER."""
    backup = read_backup(folder)
    if check:
        click.echo(f"{folder} is whole: {_described(backup.manifest)}.")
        return
    # Readable by its owner alone, as load_settings makes it. Not made by that: it would make a
    # secret as well, and the backup brings one.
    settings().instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = open_database(settings(), needs_schema=False)
    try:
        restored = restore_backup(
            backup,
            database=database,
            settings=settings(),
            accepts_new_secret=new_secret,
            fetch_from=fetch_from,
            on_table=_say,
        )
    finally:
        database.dispose()
    click.echo(
        f"Restored {counted(restored.n_rows, 'row')} and {counted(restored.n_files, 'file')}; "
        f"the schema is {restored.revision}."
    )
    if fetch_from:
        click.echo(f"Fetched {counted(restored.n_fetched, 'release')} from {fetch_from}.")
    _tell_to_fetch(restored.to_fetch)
    if set(backup.manifest.files) - set(backup.manifest.restored_files):
        click.echo(f"config.py was left in {backup.kept}: compare it, then copy it yourself.")


def _tell_to_fetch(releases: Sequence[StoredRelease]) -> None:
    for stored in releases:
        click.echo(
            f"Fetch release {stored.folder} from its object storage into "
            f"{settings().releases_dir / stored.folder} (restore --fetch-from URL does so), or "
            f"name the storage in EVALHUB_RELEASES_URL; the SHA-256 of its manifest.json is "
            f"{stored.manifest_sha256}.",
            err=True,
        )


def _say(table: TableCopy) -> None:
    if table.n_rows:
        click.echo(f"{table.name}: {table.n_rows:,}", err=True)


def _described(manifest: BackupManifest) -> str:
    """Return in words what a backup holds."""
    return (
        f"{counted(manifest.n_rows, 'row')} of {counted(len(manifest.tables), 'table')}, "
        f"{counted(len(manifest.releases), 'release')} and "
        f"{counted(len(manifest.files), 'file')}, schema {manifest.revision}"
    )
