"""Write release folders so that they appear whole or not at all."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from evalhub.core.releasing.files import Target

_BUILDING = ".building-"
_LOCK = ".lock"


@contextmanager
def building_folder(releases_dir: Path) -> Iterator[Path]:
    """Yield a new folder beside the releases; what is left in its place is removed at the end.

    A build that is killed cannot tidy up, so each build first removes the folders of dead
    ones. A build lives as long as the file beside its folder is locked, and the kernel takes
    that lock back whichever way a process ends.
    """
    releases_dir.mkdir(parents=True, exist_ok=True)
    for left in releases_dir.glob(f"{_BUILDING}*"):
        if left.is_dir():
            _remove_if_dead(left)
    folder = releases_dir / f"{_BUILDING}{secrets.token_hex(8)}"
    handle = _open_lock(folder)
    # Locked before there is a folder: one that others can see is never without its lock.
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        _remove(folder, handle)


def file_opener(folder: Path) -> Callable[[str], BinaryIO]:
    """Return a function that opens a new file of ``folder``, with the folders it lies in."""

    def open_file(path: str) -> BinaryIO:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        # A name that is written twice is a fault of ours, and would silently drop what came first.
        return target.open("xb")

    return open_file


def folder_target(folder: Path) -> Target:
    """Return ``folder`` as what a release is written to."""

    def rename(path: str, new: str) -> None:
        (folder / path).rename(folder / new)

    return Target(file_opener(folder), rename)


def make_durable(folder: Path) -> None:
    """Bring every byte below ``folder`` to the disk."""
    # Files before the folders that name them.
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)


def publish(folder: Path, target: Path) -> None:
    """Put ``folder``, which is durable, in the place of ``target``.

    A folder that already stands there belongs to a build whose transaction was rolled back,
    so nobody was ever told of it, and it gives way.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    # Built for its owner's eyes alone; the web server may run as someone else.
    folder.chmod(0o755)
    folder.rename(target)
    # The names are entries of these two folders; without this a power cut could take back a
    # release whose row is committed.
    _sync(target.parent)
    _sync(target.parent.parent)


def copy_into_place(source: Path, target: Path, *, root: Path) -> None:
    """Copy a file to ``target`` below ``root``, durably; it appears there whole or not at all."""
    with building_folder(root) as beside:
        copied = beside / target.name
        shutil.copyfile(source, copied)
        _sync(copied)
        target.parent.mkdir(parents=True, exist_ok=True)
        copied.rename(target)
    # The folders above may be new too, and each is an entry of the one that holds it.
    for folder in target.relative_to(root).parents:
        _sync(root / folder)


def _open_lock(folder: Path) -> int:
    return os.open(f"{folder}{_LOCK}", os.O_CREAT | os.O_RDWR, 0o600)


def _remove_if_dead(folder: Path) -> None:
    handle = _open_lock(folder)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
    else:
        _remove(folder, handle)


def _remove(folder: Path, handle: int) -> None:
    """Remove a building folder and then its lock, which says until then whose it is."""
    # Whatever went wrong in the block is what the caller must hear of, not a folder that is gone.
    shutil.rmtree(folder, ignore_errors=True)
    Path(f"{folder}{_LOCK}").unlink(missing_ok=True)
    os.close(handle)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
