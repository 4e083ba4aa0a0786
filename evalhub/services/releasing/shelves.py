"""Keep the files of releases: in the instance folder, or in object storage that a URL names.

A release is written into a folder of this machine first, whichever shelf it goes to. Then it is
*staged*, before anybody holds a transaction, and *published* within the one that writes its row.
In the instance folder staging does nothing and publishing is one rename. Object storage knows no
rename: there staging brings every file under a name that holds the hash of the manifest, so two
builds that differ never write to one place, and the row that names it is what publishes it.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import RawIOBase
from pathlib import Path
from typing import IO, Protocol, TypeAlias, cast

import pyarrow as pa
from pyarrow import fs

from evalhub.config import Settings
from evalhub.core.releasing.manifest import MANIFEST
from evalhub.errors import Conflict, Sentence, SettingsError, StorageAway
from evalhub.services.releasing.folders import copy_into_place, publish
from evalhub.services.releasing.undamaged import is_as_built

COPIED_AT_ONCE = 8 * 2**20
"""Bytes held while a file is brought to object storage or read from it."""
REMEMBERED = 4_096
_HASH_DIGITS = 16

Place: TypeAlias = tuple[fs.FileSystem, str]
"""A file system of Arrow and a path in it, which is how tables are read in place."""


class Shelf(Protocol):
    """What keeps releases; names and paths are relative, parts divided by slashes."""

    def name_of(self, project: str, version: str, manifest_sha256: str) -> str:
        """Return the name under which a release is kept."""

    def is_kept(self, name: str) -> bool:
        """Tell whether a whole release is there under ``name``."""

    def is_whole(self, folder: Path, name: str) -> bool:
        """Tell whether every file of ``folder`` is there under ``name``, by its size."""

    def stage(self, folder: Path, name: str) -> None:
        """Bring the files of ``folder`` to where publishing them takes no time."""

    def publish(self, folder: Path, name: str) -> None:
        """Let ``name`` be the release that was staged from ``folder``."""

    def is_as_built(self, path: str, *, n_bytes: int, sha256: str) -> bool:
        """Tell whether a file holds what was built, reading it only where it may have changed."""

    def open(self, path: str) -> IO[bytes]:
        """Open a file for reading at any place; raise ``FileNotFoundError``."""

    def place(self, path: str) -> Place:
        """Return where a file lies, for Arrow."""

    def folder(self, name: str) -> Path:
        """Return the folder of a release; raise ``Conflict`` where it is in none."""


def shelf_of(settings: Settings) -> Shelf:
    """Return the shelf that the settings name; raise ``SettingsError`` for a URL of none."""
    if not settings.releases_url:
        return FolderShelf(settings.releases_dir)
    return _object_shelf(settings.releases_url)


@dataclass(frozen=True, slots=True)
class FolderShelf:
    """Keep releases in a folder, each under its project and version."""

    root: Path

    def name_of(self, project: str, version: str, manifest_sha256: str) -> str:  # noqa: ARG002 - the other shelf's name holds it
        """Return the name, which is relative so that an instance can be moved with its releases."""
        return f"{project}/{version}"

    def is_kept(self, name: str) -> bool:
        """Tell whether the folder is there; it appeared whole or not at all."""
        return (self.root / name).exists()

    def is_whole(self, folder: Path, name: str) -> bool:
        """Compare the sizes: files can be lost from a folder that appeared whole."""
        sizes = _sizes(folder)
        return all(_size_on_disk(self.root / name / path) == n for path, n in sizes.items())

    def stage(self, folder: Path, name: str) -> None:
        """Do nothing: the folder lies beside its place already."""

    def publish(self, folder: Path, name: str) -> None:
        """Rename the folder to its place."""
        publish(folder, self.root / name)

    def is_as_built(self, path: str, *, n_bytes: int, sha256: str) -> bool:
        """Compare size and hash."""
        return is_as_built(self.root / path, n_bytes=n_bytes, sha256=sha256)

    def open(self, path: str) -> IO[bytes]:
        """Open the file."""
        return (self.root / path).open("rb")

    def place(self, path: str) -> Place:
        """Return the local path."""
        return fs.LocalFileSystem(), str(self.root / path)

    def folder(self, name: str) -> Path:
        """Return the folder, whether it is there or not."""
        return self.root / name


@dataclass(frozen=True, slots=True, eq=False)
class ObjectShelf:
    """Keep releases in object storage, through the file systems that come with Arrow.

    There is one a process for each URL, so it is compared and remembered by its identity.
    """

    filesystem: fs.FileSystem
    base: str

    def name_of(self, project: str, version: str, manifest_sha256: str) -> str:
        """Return a name of its own for each content: the manifest hashes every file."""
        return f"{project}/{version}-{manifest_sha256[:_HASH_DIGITS]}"

    def is_kept(self, name: str) -> bool:
        """Tell whether the manifest is there, which is brought last."""
        return bool(self._info(f"{name}/{MANIFEST}").is_file)

    def is_whole(self, folder: Path, name: str) -> bool:
        """Ask for the size of each object."""
        return all(self._size(f"{name}/{path}") == n for path, n in _sizes(folder).items())

    def stage(self, folder: Path, name: str) -> None:
        """Bring every file that is not there in its size, the manifest last.

        The name holds the hash of the manifest, so under one name a path has one content. A file
        that was cut short, as a fault of the storage leaves one, is brought again.
        """
        sizes = _sizes(folder)
        # Whoever reads the storage itself takes a manifest for the sign that all else is there.
        for path in sorted(sizes, key=lambda one: (one.endswith(MANIFEST), one)):
            if self._size(f"{name}/{path}") != sizes[path]:
                self._bring(folder / path, f"{name}/{path}")

    def publish(self, folder: Path, name: str) -> None:
        """Bring what is not there, such as a release that was lost; else do nothing."""
        self.stage(folder, name)

    def is_as_built(self, path: str, *, n_bytes: int, sha256: str) -> bool:
        """Compare the size, and the hash whenever the storage says that the object changed."""
        info = self._info(path)
        if not info.is_file or info.size != n_bytes:
            return False
        return _hash_of(self, path, info.size, info.mtime_ns) == sha256

    def open(self, path: str) -> IO[bytes]:
        """Open an object; what is read of it is asked for in ranges."""
        with _answering():
            return cast("IO[bytes]", self.filesystem.open_input_file(self._full(path)))

    def place(self, path: str) -> Place:
        """Return the path within the storage."""
        return self.filesystem, self._full(path)

    def folder(self, name: str) -> Path:
        """Raise ``Conflict``: commands that read a folder are given a downloaded one."""
        raise Conflict(
            f"The files of {name!r} lie in object storage; download them and name the folder."
        )

    def _bring(self, source: Path, path: str) -> None:
        full = self._full(path)
        with _answering():
            if self.filesystem.type_name == "local":
                # Storage shows an object when all of it is there; a mounted disk shows its first
                # byte, so what stands for storage there is copied beside and renamed.
                copy_into_place(source, Path(full), root=Path(self.base))
                return
            with source.open("rb") as file, self.filesystem.open_output_stream(full) as out:
                shutil.copyfileobj(file, cast("RawIOBase", out), COPIED_AT_ONCE)

    def _info(self, path: str) -> fs.FileInfo:
        with _answering():
            return self.filesystem.get_file_info(self._full(path))

    def _size(self, path: str) -> int | None:
        info = self._info(path)
        return info.size if info.is_file else None

    def _full(self, path: str) -> str:
        return f"{self.base}/{path}"


def _sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of each file below ``folder``, by its path in it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _size_on_disk(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


@lru_cache(maxsize=8)
def _object_shelf(url: str) -> ObjectShelf:
    """Return the shelf of a URL, one a process: making a client of S3 takes a tenth of a second."""
    try:
        filesystem, base = fs.FileSystem.from_uri(url)
    except (ValueError, NotImplementedError, OSError, pa.ArrowException) as error:
        raise SettingsError(f"EVALHUB_RELEASES_URL cannot be used: {error}.") from error
    return ObjectShelf(filesystem, base.rstrip("/"))


@lru_cache(maxsize=REMEMBERED)
def _hash_of(shelf: ObjectShelf, path: str, _n_bytes: int, _changed_ns: int) -> str:
    """Return the hash of an object; the facts beside its path say that it is the same one."""
    digest = hashlib.sha256()
    with _answering(), shelf.open(path) as file:
        while chunk := file.read(COPIED_AT_ONCE):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what a storage that is away or refuses raises into ``StorageAway``."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        # Its own words name buckets, hosts and request ids: for the log, and nobody's page.
        raise StorageAway(
            Sentence("The storage of releases does not answer. Try again later.")
        ) from error
