"""Keep what is made of texts, up to so many bytes, so that one text is not worked through twice.

A bound on the number of entries bounds nothing here: an answer has a kilobyte or a megabyte, and
formulas and tables grow twentyfold as HTML. Each process has caches of its own.
"""

import hashlib
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

Made = TypeVar("Made")

OVERHEAD = 400
"""Bytes of an entry that are not its content: its key, its places in the cache, its objects."""


class TextCache(Generic[Made]):
    """Hold what was made of texts, the least lately used going first when ``most_bytes`` are full.

    ``size`` tells the bytes of what was made. Something larger than the whole cache is made anew
    each time rather than driving out everything else.
    """

    def __init__(self, most_bytes: int, *, size: Callable[[Made], int]) -> None:
        self._lock = threading.Lock()
        self._size = size
        self._kept: LRUCache[Hashable, Made] = LRUCache(
            most_bytes, getsizeof=lambda made: size(made) + OVERHEAD
        )

    @property
    def n_bytes(self) -> int:
        """Return the bytes that are held now."""
        return int(self._kept.currsize)

    def get(self, text: str, *about: Hashable, make: Callable[[], Made]) -> Made:
        """Return what ``make`` gives for ``text`` and whatever else it depends on, ``about``.

        The key is a hash of the text: a key with the text itself would keep a second copy of it
        that no bound counts.
        """
        key = (_hash(text), *about)
        with self._lock:
            found = self._kept.get(key)
        if found is not None:
            return found
        # Made without the lock: a text that takes long must not keep every other page waiting.
        # Two threads may then make the same, which is the same.
        made = make()
        with self._lock:
            if self._size(made) + OVERHEAD <= self._kept.maxsize:
                self._kept[key] = made
        return made

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


def _hash(text: str) -> bytes:
    # Half of a surrogate pair is a text too, until somebody has to write it down.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
