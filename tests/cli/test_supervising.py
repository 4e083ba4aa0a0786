"""A server and its helper as children: they live and end together."""

import os
import signal
import sys
from pathlib import Path

import pytest

from evalhub.cli.supervising import supervise


def python(code: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def test_the_status_of_the_server_is_ours() -> None:
    assert supervise(python("raise SystemExit(7)")) == 7


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_being_told_to_stop_ends_the_server(tmp_path: Path, name: str) -> None:
    """The server writes a file when it is asked to end, and tells us to stop at once."""
    code = (
        "import os, signal, sys\n"
        "def end(*_):\n"
        "    open(sys.argv[1], 'w').close()\n"
        "    sys.exit(3)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"os.kill(os.getppid(), signal.{name})\n"
        "while True: signal.pause()\n"
    )

    status = supervise(python(code, tmp_path / "ended"))

    assert status == 0
    assert (tmp_path / "ended").exists()


def test_the_helper_ends_with_the_server(tmp_path: Path) -> None:
    """The helper reports through a fifo that it runs; the server waits for that and ends."""
    fifo = tmp_path / "fifo"
    helper = (
        "import pathlib, signal, sys\n"
        "def end(*_):\n"
        "    pathlib.Path(sys.argv[2]).touch()\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "open(sys.argv[1], 'w').close()\n"
        "while True: signal.pause()\n"
    )
    server = "import os, sys; os.path.exists(sys.argv[1]); open(sys.argv[1]).read()"
    _make_fifo(fifo)

    status = supervise(python(server, fifo), python(helper, fifo, tmp_path / "ended"))

    assert status == 0
    assert (tmp_path / "ended").exists()


def test_a_helper_that_dies_is_started_again(tmp_path: Path) -> None:
    """The server ends once the helper has been started three times."""
    fifo = tmp_path / "fifo"
    helper = "import os, sys; os.write(os.open(sys.argv[1], os.O_WRONLY), b'x')"
    server = (
        "import os, sys\n"
        "pipe = os.open(sys.argv[1], os.O_RDWR)\n"
        "for _ in range(3): os.read(pipe, 1)\n"
    )
    _make_fifo(fifo)

    status = supervise(python(server, fifo), python(helper, fifo), restart_after_s=0.01)

    assert status == 0


def test_what_does_not_end_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import os, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "os.kill(os.getppid(), signal.SIGTERM)\n"
        "while True: signal.pause()\n"
    )

    assert supervise(python(stubborn), grace_s=0.01) == 0


def test_signals_are_handled_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGCHLD)]

    supervise(python("pass"))

    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGCHLD)] == before


def _make_fifo(path: Path) -> None:

    os.mkfifo(path)
