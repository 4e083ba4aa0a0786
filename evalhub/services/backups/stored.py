"""Name the releases that lie in object storage, and say which an instance cannot reach."""

from collections.abc import Collection

import sqlalchemy as sa

from evalhub.config import Settings
from evalhub.core.backups import BackupManifest, StoredRelease
from evalhub.core.canonical import sha256_hex
from evalhub.errors import StorageAway
from evalhub.services.releasing.shelves import shelf_of


def stored_releases(
    connection: sa.Connection, settings: Settings, *, found: Collection[str]
) -> tuple[StoredRelease, ...]:
    """Return the releases that are in object storage and not among those ``found`` on the disk.

    The storage is not asked: a backup must not fail because it is away, and what it holds is for
    its own backups to keep.
    """
    if not settings.releases_url:
        return ()
    # Not by the model, which knows the newest schema alone.
    release = sa.table("release", sa.column("folder"), sa.column("manifest"))
    rows = connection.execute(sa.select(release.c.folder, release.c.manifest))
    return tuple(
        StoredRelease(folder, sha256_hex(manifest))
        for folder, manifest in sorted(tuple(row) for row in rows)
        if folder not in found
    )


def unreachable_releases(manifest: BackupManifest, settings: Settings) -> tuple[StoredRelease, ...]:
    """Return those of a backup's stored releases that this instance's shelf does not hold.

    All of them where the storage does not answer: nobody can say then that they are there.
    """
    shelf = shelf_of(settings)
    try:
        return tuple(one for one in manifest.stored if not shelf.is_kept(one.folder))
    except StorageAway:
        return manifest.stored
