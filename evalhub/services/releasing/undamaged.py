"""Tell whether a file of a release is still the one that was built."""

import hashlib
from functools import lru_cache
from pathlib import Path

REMEMBERED = 4_096
"""How many files a process remembers having read; more than the releases in use have."""


def is_as_built(path: Path, *, n_bytes: int, sha256: str) -> bool:
    """Tell whether ``path`` holds what was built: its size, and the hash of its bytes.

    The hash is what its reader is promised as its ETag, so a damaged file must not go out
    under it. Reading a gigabyte for every resumed part would cost more than sending it; a
    file is read once and again only when its size, time of change or inode differ. A fault
    that changes none of them is found by ``evalhub release verify``.
    """
    try:
        stat = path.stat()
    except OSError:
        return False
    if not path.is_file() or stat.st_size != n_bytes:
        return False
    return (
        _hash_of(str(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino) == sha256
    )


@lru_cache(maxsize=REMEMBERED)
def _hash_of(path: str, _n_bytes: int, _changed_ns: int, _status_ns: int, _inode: int) -> str:
    """Return the hash of a file; the facts beside its path say that it is the same one."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
