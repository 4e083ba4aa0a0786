"""A server and its helper as children: they live and end together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalhub.cli.supervised import end_with_supervisor
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


def test_being_told_again_kills_at_once_with_every_grandchild(tmp_path: Path) -> None:
    """The server ignores the first signal, and its child both; both are gone afterwards."""
    ready = tmp_path / "ready"
    child = "import pathlib, signal, sys; pathlib.Path(sys.argv[1]).touch(); signal.pause()"
    stubborn = (
        "import os, signal, subprocess, sys\n"
        "def again(*_): os.kill(os.getppid(), signal.SIGINT)\n"
        "signal.signal(signal.SIGTERM, again)\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}, sys.argv[1]])\n"
        "while not os.path.exists(sys.argv[1]): pass\n"
        "open(sys.argv[1], 'w').write(str(child.pid))\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "while True: signal.pause()\n"
    )

    status = supervise(python(stubborn, ready), grace_s=600)

    assert status == 0
    with pytest.raises(ProcessLookupError):
        _wait_until_gone(int(ready.read_text()))


def test_stopping_is_said_once_and_only_when_we_are_told() -> None:
    said: list[str] = []
    stopping = "import os, signal; os.kill(os.getppid(), signal.SIGINT); signal.pause()"

    supervise(python("pass"), say=said.append)
    supervise(python(stopping), say=said.append)

    assert said == ["Stopping. Press Ctrl-C again to stop at once."]


def test_children_get_the_environment_that_is_given(tmp_path: Path) -> None:
    code = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(os.environ['COLOUR'])"

    supervise(python(code, tmp_path / "said"), environ={"COLOUR": "blue"})

    assert (tmp_path / "said").read_text() == "blue"


def test_signals_are_handled_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGCHLD)]

    supervise(python("pass"))

    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGCHLD)] == before


def _wait_until_gone(pid: int) -> None:
    """Ask for the process until there is none; a killed one waits for init to take it away."""
    for _ in range(1000):
        os.kill(pid, 0)
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            raise ProcessLookupError(pid)
        time.sleep(0.01)


def _make_fifo(path: Path) -> None:
    os.mkfifo(path)


SUPERVISED = """
import os, signal, sys
from evalhub.cli.supervised import end_with_supervisor
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
end_with_supervisor(os.environ)
open(sys.argv[1], "w").close()
while True: signal.pause()
"""


def test_children_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    """The child holds a fifo open for as long as it lives, and kills who supervises it."""
    fifo = tmp_path / "fifo"
    _make_fifo(fifo)
    child = SUPERVISED.replace(
        'open(sys.argv[1], "w").close()',
        'held = open(sys.argv[1], "w"); os.kill(os.getppid(), signal.SIGKILL)',
    )
    supervisor = (
        "import sys; from evalhub.cli.supervising import supervise; supervise(sys.argv[1:])"
    )

    with (
        subprocess.Popen(python(supervisor, *python(child, fifo))) as process,  # noqa: S603 - our own
        fifo.open() as held,
    ):
        assert held.read() == ""

    assert process.returncode == -signal.SIGKILL


def test_a_child_whose_supervisor_is_gone_already_ends_at_once(tmp_path: Path) -> None:
    ended = subprocess.run(  # noqa: S603 - our own
        python(SUPERVISED, tmp_path / "begun"),
        env={**os.environ, "SUPERVISED_BY": "1" if os.getpid() != 1 else "2"},
        check=False,
        timeout=30,
    )

    assert ended.returncode == 0
    assert not (tmp_path / "begun").exists()


def test_a_process_that_nobody_supervises_goes_on() -> None:
    end_with_supervisor({})
