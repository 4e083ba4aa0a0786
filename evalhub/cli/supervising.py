"""Run a server and its helper as children, and end them together.

The first command is the server: when it ends, everything ends. The helper is started
again when it dies, after a pause, so that one that cannot start does not spin.
"""

import contextlib
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from types import FrameType

Command = Sequence[str]
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
GRACE_S = 30.0
"""How long children may take to end before they are killed."""
RESTART_AFTER_S = 2.0


def supervise(
    server: Command,
    helper: Command | None = None,
    *,
    grace_s: float = GRACE_S,
    restart_after_s: float = RESTART_AFTER_S,
) -> int:
    """Run ``server``, and ``helper`` beside it, until the server ends or we are told to stop.

    Return the server's exit status; 0 when it ended because we were told to stop.
    """
    with _signals() as wakeups:
        children = [_start(server), *([_start(helper)] if helper else [])]
        try:
            return _watch(children, helper, wakeups, restart_after_s)
        finally:
            _end(children, grace_s)


def _watch(
    children: list[subprocess.Popen[bytes]],
    helper: Command | None,
    wakeups: socket.socket,
    restart_after_s: float,
) -> int:
    restart_at: float | None = None
    while True:
        timeout = None if restart_at is None else max(0.0, restart_at - time.monotonic())
        if _told_to_stop(wakeups, timeout):
            return 0
        status = children[0].poll()
        if status is not None:
            return status
        if helper and len(children) > 1 and children[1].poll() is not None:
            del children[1]
            restart_at = time.monotonic() + restart_after_s
        if helper and restart_at is not None and time.monotonic() >= restart_at:
            children.append(_start(helper))
            restart_at = None


def _told_to_stop(wakeups: socket.socket, timeout: float | None) -> bool:
    """Wait for a signal and tell whether it was one that stops us; SIGCHLD only wakes us."""
    readable, _, _ = select.select([wakeups], [], [], timeout)
    received = wakeups.recv(4096) if readable else b""
    return any(number in received for number in STOPPING)


def _start(command: Command) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl+C reaches it through us, once."""
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own commands


def _end(children: Sequence[subprocess.Popen[bytes]], grace_s: float) -> None:
    """Ask every child to end, wait, and kill what is left."""
    for child in children:
        child.terminate()
    until = time.monotonic() + grace_s
    for child in children:
        try:
            child.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """Turn signals into bytes on a socket, which cannot be missed between two looks."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    handled = (*STOPPING, signal.SIGCHLD)
    before = {number: signal.signal(number, _ignore) for number in handled}
    wakeup_before = signal.set_wakeup_fd(writer.fileno())
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(wakeup_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the wake-up socket has the signal already."""
