"""Write the files of a release behind whoever makes its rows: in a process of its own.

Copying, compressing and hashing are two fifths of a large build and need nothing of the database.
A thread would not do: it waits for Python's lock after each of thousands of short calls of Arrow.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from multiprocessing import get_context, parent_process
from pickle import HIGHEST_PROTOCOL, dumps, loads
from types import TracebackType
from typing import Protocol, Self, TypeVar

from evalhub.core.releasing.files import FileFacts, TableFiles, Target
from evalhub.core.releasing.row_sinks import HeldRows
from evalhub.errors import BuildProcessLost

MOST_PAGES = 4
"""Pages that may wait to be written: a page is some megabytes."""

_Told = TypeVar("_Told")


class PageFiles(Protocol):
    """What takes the rows of one page after another to the files of a release."""

    def write(self, rows: HeldRows) -> None:
        """Take the rows of a page."""

    def close(self) -> tuple[FileFacts, ...]:
        """Close every file and return their facts, ordered by path."""


def files_of(target: Target, *, n_prompts: int) -> "AbstractContextManager[PageFiles]":
    """Return the files of a release on ``n_prompts`` prompts, for a block.

    A process takes two seconds to start, so a small release is written where it is made.
    """
    if n_prompts < target.least_prompts_behind:
        return nullcontext(_FilesHere(target))
    return FilesBehind(target)


class _FilesHere:
    """Write in this process."""

    def __init__(self, target: Target) -> None:
        self._files = TableFiles(target)

    def write(self, rows: HeldRows) -> None:
        """Write the rows of a page."""
        rows.pass_on(self._files)

    def close(self) -> tuple[FileFacts, ...]:
        """Close every file and return their facts."""
        return self._files.close()


class FilesBehind:
    """Have another process write, and stay no more than ``MOST_PAGES`` ahead of it.

    What goes wrong there is raised here, by the next call. ``BuildProcessLost`` says that it is
    gone. Leaving the block ends it.
    """

    def __init__(self, target: Target) -> None:
        # Started anew and not forked: a process with threads and connections must not be copied.
        self._pool = ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=_begin, initargs=(target,)
        )
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        """Start the process."""
        # What stops a build reaches all of its processes at once. The one that makes rows says what
        # becomes of it; the other hears of neither from its first moment on.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            self._ask(_begun)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give up what still waits, and wait for the end of the process."""
        self._pool.shutdown(cancel_futures=True)

    def write(self, rows: HeldRows) -> None:
        """Hand over the rows of a page."""
        # Packed here, once: a text that a hundred rows are made of goes over as one.
        self._waiting.append(self._ask(partial(_write, dumps(rows, HIGHEST_PROTOCOL))))
        if len(self._waiting) > MOST_PAGES:
            _told(self._waiting.popleft())

    def close(self) -> tuple[FileFacts, ...]:
        """Wait until everything is written, close every file and return their facts."""
        for one in self._waiting:
            _told(one)
        return _told(self._ask(_close))

    def _ask(self, work: Callable[[], _Told]) -> Future[_Told]:
        try:
            return self._pool.submit(work)
        except BrokenProcessPool as error:
            raise BuildProcessLost(_LOST) from error


_LOST = (
    "The process that writes the files of the release has ended before its time. Look whether the "
    "machine has enough memory, and build again."
)


def _told(work: Future[_Told]) -> _Told:
    try:
        return work.result()
    except BrokenProcessPool as error:
        raise BuildProcessLost(_LOST) from error


# What follows runs in the process that writes.
_open: list[TableFiles] = []


def _begin(target: Target) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _open.append(TableFiles(target))


def _begun() -> None:
    """Do nothing: who asks for anything starts the process."""


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _write(rows: bytes) -> None:
    held = loads(rows)  # noqa: S301 - packed by the process that started this one
    held.pass_on(_open[0])


def _close() -> tuple[FileFacts, ...]:
    return _open[0].close()
