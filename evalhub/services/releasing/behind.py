"""Write the files of a release behind whoever makes its rows: in a process of its own.

Copying, compressing and hashing are two fifths of a large build and need nothing of the database.
A thread would not do: it waits for Python's lock after each of thousands of short calls of Arrow.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pickle import HIGHEST_PROTOCOL, dumps, loads
from typing import IO, NoReturn, Protocol, cast

from evalhub.core.releasing.files import FileFacts, TableFiles, Target
from evalhub.core.releasing.row_sinks import HeldRows
from evalhub.errors import BuildProcessLost
from evalhub.services.releasing.framing import read_frame, write_frame

_CHILD = "from evalhub.services.releasing.behind_child import main; main()"


class PageFiles(Protocol):
    """What takes the rows of one page after another to the files of a release."""

    def write(self, rows: HeldRows) -> None:
        """Take the rows of a page, or of a part of it."""

    def close(self) -> tuple[FileFacts, ...]:
        """Close every file and return their facts, ordered by path."""


@contextmanager
def files_of(target: Target, *, n_prompts: int) -> Iterator[PageFiles]:
    """Yield the files of a release on ``n_prompts`` prompts.

    A process takes a second to start, so a small release is written where it is made.
    """
    if n_prompts < target.least_prompts_behind:
        yield _FilesHere(target)
        return
    with files_behind(target) as files:
        yield files


@contextmanager
def files_behind(target: Target) -> Iterator["FilesBehind"]:
    """Yield files that a process of its own writes, and end it: where it is, after an error.

    It is started anew and is no copy of this one, which has threads and connections.
    """
    with _deaf_to_stops():
        # With the paths of this one and not with the folder that it happens to be in.
        child = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    try:
        yield FilesBehind(child, target)
    finally:
        child.kill()
        child.communicate()


class _FilesHere:
    """Write in this process."""

    def __init__(self, target: Target) -> None:
        self._files = TableFiles(target)

    def write(self, rows: HeldRows) -> None:
        """Write the rows."""
        rows.pass_on(self._files)

    def close(self) -> tuple[FileFacts, ...]:
        """Close every file and return their facts."""
        return self._files.close()


class FilesBehind:
    """Have another process write what is handed to it.

    What goes wrong there is raised here, by the next call; ``BuildProcessLost`` says that it is
    gone. It waits with what it has read and not written, some megabytes, and whoever hands over
    more waits for it.
    """

    def __init__(self, child: "subprocess.Popen[bytes]", target: Target) -> None:
        self._child = child
        self._send(dumps(sys.path))
        self._send(dumps(target))

    def write(self, rows: HeldRows) -> None:
        """Hand over some rows."""
        # Packed once: a text that a hundred rows are made of goes over as one.
        self._send(dumps(rows, HIGHEST_PROTOCOL))

    def close(self) -> tuple[FileFacts, ...]:
        """Wait until everything is written and every file closed, and return their facts."""
        # Nothing is the last that it reads.
        self._send(b"")
        answer = self._answer()
        if not isinstance(answer, tuple):
            self._raise(answer)
        return answer

    def _send(self, packed: bytes) -> None:
        try:
            write_frame(cast("IO[bytes]", self._child.stdin), packed)
        except BrokenPipeError:
            self._raise(self._answer())

    def _answer(self) -> object:
        packed = read_frame(cast("IO[bytes]", self._child.stdout))
        return loads(packed) if packed else None  # noqa: S301 - packed by our own program

    def _raise(self, answer: object) -> NoReturn:
        if isinstance(answer, Exception):
            raise answer
        code = self._child.wait()
        why = (
            f"was ended by signal {-code}; one that is out of memory is ended so"
            if code < 0
            else f"ended with {code}; its words are in the log"
        )
        raise BuildProcessLost(f"The process that writes the files of the release {why}.")


@contextmanager
def _deaf_to_stops() -> Iterator[None]:
    """Start processes in this block that hear of no stop, from their first moment on.

    What stops a build reaches all of its processes at once. The one that makes rows says what
    becomes of it, and the other ends with its input.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
