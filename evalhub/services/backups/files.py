"""Copy files of the instance folder, durably, and know their hashes."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from evalhub.config import Settings
from evalhub.core.backups import INSTANCE, RELEASES, SECRET
from evalhub.core.releasing.checksums import is_safe_path
from evalhub.core.releasing.files import FileFacts, HashedFile
from evalhub.errors import Conflict

SINGLE_FILES = ("config.py", "demo-accounts.json")
"""What lies in an instance folder besides the database, the secret and the releases."""
PRIVATE = 0o600
SHARED = 0o644
"""Who may read a restored release: a web server may run as somebody else."""


def instance_files(settings: Settings, releases: Iterable[str]) -> Iterator[str]:
    """Yield the path of every file that belongs into a backup, below the instance folder.

    A key in a file is left behind where another one is in use: put back alone, it would give
    every annotator another pseudonym. So is what a file system or a desktop adds to the folder of
    a release, under names that no release has.
    """
    instance_dir = settings.instance_dir
    if kept_secret(instance_dir) == settings.secret_key:
        yield SECRET
    for name in SINGLE_FILES:
        if (instance_dir / name).is_file():
            yield name
    for folder in releases:
        for path in sorted((instance_dir / RELEASES / folder).rglob("*")):
            name = path.relative_to(instance_dir).as_posix()
            if path.is_file() and is_safe_path(name):
                yield name


def kept_secret(folder: Path) -> str | None:
    """Return the secret key that a folder holds in a file, or None."""
    path = folder / SECRET
    return path.read_text(encoding="ascii").strip() if path.is_file() else None


def keep_file(path: str, *, instance_dir: Path, folder: Path) -> FileFacts:
    """Copy one file of the instance into the backup at ``folder``."""
    kept = f"{INSTANCE}/{path}"
    target = folder / kept
    target.parent.mkdir(parents=True, exist_ok=True)
    with (instance_dir / path).open("rb") as source, HashedFile(kept, target.open("xb")) as copy:
        shutil.copyfileobj(source, copy, 2**20)
        return copy.facts()


def refuse_other_files(paths: Iterable[str], *, kept: Path, instance_dir: Path) -> None:
    """Raise ``Conflict`` where a file that would be put back is there with other bytes."""
    for path in paths:
        target = instance_dir / path
        if target.exists() and not _is_same(kept / path, target):
            raise Conflict(
                f"{target} is there already and differs from the backup's. "
                "Restore into an empty instance folder."
            )


def put_back(path: str, *, kept: Path, instance_dir: Path) -> None:
    """Put one file in its place, whole or not at all; one that is there already stays."""
    target = instance_dir / path
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(kept / path, part)
    part.chmod(SHARED if path.startswith(f"{RELEASES}/") else PRIVATE)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(target)


def _is_same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()
