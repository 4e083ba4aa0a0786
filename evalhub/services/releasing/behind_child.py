"""Be the process that writes the files of a release; see ``evalhub.services.releasing.behind``.

It is sent the paths of its parent, where files go, and rows, until nothing or the end of its input
comes. It answers once: with the facts of its files, or with what went wrong.
"""

import os
import sys
import threading
from pickle import dumps, loads
from queue import SimpleQueue
from typing import IO

from evalhub.core.releasing.files import FileFacts, TableFiles
from evalhub.errors import BuildProcessLost
from evalhub.services.releasing.framing import read_frame, write_frame

MOST_BYTES = 2**25
"""Bytes that are read ahead, so that whoever makes rows waits for none of the many short moments
in which several tables are full at once. A single page may hold more."""

MOST_ANSWER_BYTES, MOST_TOLD = 2**15, 1_000


def main() -> None:
    """Write what comes, and end by itself in any case."""
    # What anything here prints must not come between the answer's bytes.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asked = sys.stdin.buffer
    sys.path[:] = loads(read_frame(asked) or b"")  # noqa: S301 - packed by the parent
    try:
        files = _written(asked)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is for the parent to raise
        write_frame(answers, _packed(error))
    else:
        write_frame(answers, dumps(files))
    # Without waiting for the thread, which may be in the middle of reading what nobody wants.
    os._exit(0)


def _written(asked: IO[bytes]) -> tuple[FileFacts, ...]:
    target = read_frame(asked)
    if target is None:
        os._exit(1)
    files, ahead = TableFiles(loads(target)), _Ahead(asked)  # noqa: S301 - packed by the parent
    while rows := ahead.next():
        loads(rows).pass_on(files)  # noqa: S301 - likewise
    if rows is None:
        # The parent is gone, and nobody waits for an answer.
        os._exit(1)
    return files.close()


class _Ahead:
    """Read what comes in a thread, while what came before is written."""

    def __init__(self, asked: IO[bytes]) -> None:
        self._asked = asked
        self._read: SimpleQueue[bytes | None] = SimpleQueue()
        self._n_bytes, self._has_room = 0, threading.Condition()
        threading.Thread(target=self._fill, daemon=True).start()

    def next(self) -> bytes | None:
        """Return what comes next; nothing at the end, None where the parent is gone."""
        rows = self._read.get()
        with self._has_room:
            self._n_bytes -= len(rows or b"")
            self._has_room.notify()
        return rows

    def _fill(self) -> None:
        rows: bytes | None = b"-"
        while rows:
            with self._has_room:
                self._has_room.wait_for(lambda: self._n_bytes < MOST_BYTES)
            rows = read_frame(self._asked)
            with self._has_room:
                self._n_bytes += len(rows or b"")
            self._read.put(rows)


def _packed(error: Exception) -> bytes:
    """Return ``error`` packed, or the beginning of what it says where it would not go over."""
    try:
        packed = dumps(error)
        loads(packed)  # noqa: S301 - packed in the line before
    except Exception:  # noqa: BLE001 - classes of libraries may fail in any way
        packed = b""
    # A parent that hands over more reads no answer meanwhile, and a pipe holds 64 kB unread.
    if 0 < len(packed) < MOST_ANSWER_BYTES:
        return packed
    told = f"Writing the files failed: {type(error).__name__}: {error}"
    return dumps(BuildProcessLost(told[:MOST_TOLD]))
