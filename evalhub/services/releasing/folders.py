"""Write release folders so that they appear whole or not at all."""

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from evalhub.core.releasing.files import Target
from evalhub.services.held_folders import held_folder

_BUILDING = ".building-"


def building_folder(releases_dir: Path) -> AbstractContextManager[Path]:
    """Return a new folder beside the releases; what is left in its place is removed at the end.

    Each build first removes the folders of those that were killed and could not tidy up.
    """
    return held_folder(releases_dir, prefix=_BUILDING)


def file_opener(folder: Path) -> Callable[[str], BinaryIO]:
    """Return a function that opens a new file of ``folder``, with the folders it lies in."""
    return partial(_open_new, folder)


def folder_target(folder: Path) -> Target:
    """Return ``folder`` as what a release is written to."""
    return Target(file_opener(folder), partial(_rename, folder))


# At the top of the module, where another process finds them too.
def _open_new(folder: Path, path: str) -> BinaryIO:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    # A name that is written twice is a fault of ours, and would silently drop what came first.
    return target.open("xb")


def _rename(folder: Path, path: str, new: str) -> None:
    (folder / path).rename(folder / new)


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


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
