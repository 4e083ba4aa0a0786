"""Write release folders so that they appear whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_BUILDING = ".building-"


@contextmanager
def building_folder(releases_dir: Path) -> Iterator[Path]:
    """Yield a new folder beside the releases; what is left in its place is removed at the end."""
    releases_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=releases_dir))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def file_opener(folder: Path) -> Callable[[str], BinaryIO]:
    """Return a function that opens a new file of ``folder``, with the folders it lies in."""

    def open_file(path: str) -> BinaryIO:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("xb")

    return open_file


def publish(folder: Path, target: Path) -> None:
    """Put ``folder`` in the place of ``target`` once every byte of it is on disk.

    A folder that already stands there belongs to a build whose transaction was rolled back,
    so nobody was ever told of it, and it gives way.
    """
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    # mkdtemp makes folders for their owner alone; the web server may run as someone else.
    folder.chmod(0o755)
    folder.rename(target)
    _sync(target.parent)
    _sync(target.parent.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
