"""Name the releases that lie in object storage, and say which an instance cannot reach."""

from collections.abc import Collection

import sqlalchemy as sa

from evalhub.config import Settings
from evalhub.core.backups import BackupManifest, StoredRelease
from evalhub.core.canonical import sha256_hex
from evalhub.core.releasing.manifest import MANIFEST
from evalhub.errors import StorageAway
from evalhub.services.releasing.shelves import Shelf, shelf_of


def stored_releases(
    connection: sa.Connection, settings: Settings, *, found: Collection[str]
) -> tuple[StoredRelease, ...]:
    """Return the releases that are in object storage and not among those ``found`` on the disk.

    What the storage holds is for its own backups to keep. It is asked, since one that was built
    before it was in use may have been copied there or may be lost; where it does not answer, all
    are taken to be there, because a backup must not fail for that.
    """
    if not settings.releases_url:
        return ()
    shelf = shelf_of(settings)
    # Not by the model, which knows the newest schema alone.
    release = sa.table("release", sa.column("folder"), sa.column("manifest"))
    rows = connection.execute(sa.select(release.c.folder, release.c.manifest))
    named = tuple(
        StoredRelease(folder, sha256_hex(manifest))
        for folder, manifest in sorted(tuple(row) for row in rows)
        if folder not in found
    )
    try:
        return tuple(one for one in named if shelf.is_kept(one.folder))
    except StorageAway:
        return named


def unreachable_releases(manifest: BackupManifest, settings: Settings) -> tuple[StoredRelease, ...]:
    """Return those of a backup's stored releases that this instance's shelf does not hold.

    A folder of that name whose manifest is missing or another's is not it: half of one that was
    fetched, or a release of another instance. All of them where the storage does not answer:
    nobody can say then that they are there.
    """
    shelf = shelf_of(settings)
    try:
        return tuple(one for one in manifest.stored if not _is_its_own(one, shelf))
    except StorageAway:
        return manifest.stored


def _is_its_own(stored: StoredRelease, shelf: Shelf) -> bool:
    """Tell whether the shelf holds this release under its name, by the hash of its manifest."""
    try:
        with shelf.open(f"{stored.folder}/{MANIFEST}") as file:
            return sha256_hex(file.read()) == stored.manifest_sha256
    except FileNotFoundError:
        return False
