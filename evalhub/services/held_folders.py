"""Give a process a folder of its own that does not outlive it, also where it is killed."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCK = ".lock"


@contextmanager
def held_folder(parent: Path, *, prefix: str) -> Iterator[Path]:
    """Yield a new folder in ``parent`` whose name begins with ``prefix``; remove it at the end.

    Whoever is killed cannot tidy up, so each first removes the folders of the dead. A holder lives
    as long as the file beside its folder is locked, and the kernel takes that lock back whichever
    way a process ends.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{prefix}*"):
        if left.is_dir():
            _remove_if_dead(left)
    folder = parent / f"{prefix}{secrets.token_hex(8)}"
    handle = _open_lock(folder)
    # Locked before there is a folder: one that others can see is never without its lock.
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        _remove(folder, handle)


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
    """Remove a folder and then its lock, which says until then whose it is."""
    # Whatever went wrong in the block is what the caller must hear of, not a folder that is gone.
    shutil.rmtree(folder, ignore_errors=True)
    Path(f"{folder}{_LOCK}").unlink(missing_ok=True)
    os.close(handle)
