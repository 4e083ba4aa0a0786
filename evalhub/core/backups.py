"""Describe a backup in one file that a program can read: tables, files, schema, secret.

A backup is a folder. ``SHA256SUMS`` names every file of it with its hash, this manifest among
them, so that ``sha256sum --check`` finds a changed byte without EvalHub.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from evalhub.core.canonical import sha256_hex

FORMAT = "evalhub.backup/1"
MANIFEST = "manifest.json"
TABLES = "tables"
INSTANCE = "instance"
"""Where a backup keeps files of the instance folder, under the paths they have there."""

RELEASES = "releases"
SECRET = "secret_key"  # noqa: S105 - the name of a file
RESTORED_BY_HAND = frozenset({"config.py"})
"""What is kept and never put back: it may name the database of the machine it comes from, and
whoever restores a copy to look at it would work in that."""


@dataclass(frozen=True, slots=True)
class TableCopy:
    """Name one table of a backup and how many rows its file holds."""

    name: str
    n_rows: int

    @property
    def path(self) -> str:
        """Return where the backup keeps the table."""
        return f"{TABLES}/{self.name}.parquet"


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """Name a release whose files lie in object storage, and what tells that they are its own."""

    folder: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """Say what a backup holds, and of what.

    ``revision`` is the schema's. ``releases`` are the folders of releases, and ``missing`` those of
    them that a row speaks of and the disk did not have. ``stored`` are those in object storage,
    which has backups of its own. ``secret`` tells two secret keys apart
    and says nothing of them: the key itself is a file, or lies with the settings where those
    came from the environment.
    """

    format: str
    version: str
    created_at: str
    database: str
    revision: str
    secret: str
    tables: tuple[TableCopy, ...]
    files: tuple[str, ...]
    releases: tuple[str, ...]
    missing: tuple[str, ...]
    stored: tuple[StoredRelease, ...] = ()

    @property
    def n_rows(self) -> int:
        """Return the rows of all tables."""
        return sum(table.n_rows for table in self.tables)

    @property
    def paths(self) -> frozenset[str]:
        """Return every path that the backup's checksums must name."""
        kept = {f"{INSTANCE}/{path}" for path in self.files}
        return frozenset({MANIFEST, *kept, *(table.path for table in self.tables)})

    @property
    def restored_files(self) -> Sequence[str]:
        """Return the files of the instance folder that a restore puts back."""
        return [path for path in self.files if path not in RESTORED_BY_HAND]


def manifest_text(manifest: BackupManifest) -> str:
    """Return the manifest as indented JSON."""
    return json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n"


def fingerprint(secret_key: str) -> str:
    """Return what tells one secret key from another and lets nobody compute it.

    Salted with its use: a plain hash would equal one of the same key made elsewhere for another
    purpose.
    """
    return sha256_hex(f"evalhub backup of {secret_key}")[:16]
