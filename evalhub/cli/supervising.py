"""Run a server and its helper as children, and end them together.

The first command is the server: when it ends, everything ends. The helper is started
again when it dies, after a pause, so that one that cannot start does not spin.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import TypeAlias

from evalhub.cli.supervised import SUPERVISOR

Command = Sequence[str]
Child: TypeAlias = "subprocess.Popen[bytes]"
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
GRACE_S = 30.0
"""How long children may take to end before they are killed."""
RESTART_AFTER_S = 2.0


def supervise(
    server: Command,
    helper: Command | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda _line: None,
    grace_s: float = GRACE_S,
    restart_after_s: float = RESTART_AFTER_S,
) -> int:
    """Run ``server``, and ``helper`` beside it, until the server ends or we are told to stop.

    Told once, the children may finish what they do; told again, they are killed. Return the
    server's exit status; 0 when it ended because we were told to stop.
    """

    def start(command: Command) -> Child:
        return _start(command, environ)

    with _signals() as wakeups:
        children = [start(server), *([start(helper)] if helper else [])]
        try:
            status = _watch(children, helper, wakeups, restart_after_s, start=start)
            if status is None:
                say("Stopping. Press Ctrl-C again to stop at once.")
            return status or 0
        finally:
            _end(children, wakeups, grace_s)


def _watch(
    children: list[Child],
    helper: Command | None,
    wakeups: socket.socket,
    restart_after_s: float,
    *,
    start: Callable[[Command], Child],
) -> int | None:
    """Return the status with which the server ended, or None when we were told to stop."""
    restart_at: float | None = None
    while True:
        timeout = None if restart_at is None else max(0.0, restart_at - time.monotonic())
        if _told_to_stop(wakeups, timeout):
            return None
        status = children[0].poll()
        if status is not None:
            return status
        # The server goes on without its helper: people can judge while nothing is pulled.
        if helper and len(children) > 1 and children[1].poll() is not None:
            del children[1]
            restart_at = time.monotonic() + restart_after_s
        if helper and restart_at is not None and time.monotonic() >= restart_at:
            children.append(start(helper))
            restart_at = None


def _told_to_stop(wakeups: socket.socket, timeout: float | None) -> bool:
    """Wait for a signal and tell whether it was one that stops us; SIGCHLD only wakes us."""
    readable, _, _ = select.select([wakeups], [], [], timeout)
    received = wakeups.recv(4096) if readable else b""
    return any(number in received for number in STOPPING)


def _start(command: Command, environ: Mapping[str, str] | None) -> Child:
    """Start a child in a session of its own: Ctrl+C reaches it through us, once."""
    given = {**(os.environ if environ is None else environ), SUPERVISOR: str(os.getpid())}
    return subprocess.Popen(  # noqa: S603 - our own commands
        command, start_new_session=True, env=given
    )


def _end(children: Sequence[Child], wakeups: socket.socket, grace_s: float) -> None:
    """Ask every child to end, wait, and kill what is left, or all when we are told again."""
    for child in children:
        child.terminate()
    until = time.monotonic() + grace_s
    while any(child.poll() is None for child in children):
        left_s = until - time.monotonic()
        if left_s <= 0 or _told_to_stop(wakeups, left_s):
            break
    for child in children:
        if child.poll() is None:
            # Its whole session: a server that is killed cannot end its own workers any more.
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """Turn signals into bytes on a socket, which cannot be missed between two looks."""
    reader, writer = socket.socketpair()
    # A signal handler must never wait; a full socket has woken us already.
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
