"""A process ends at once, with its status and with everything that it wrote out."""

import subprocess
import sys
import threading

import pytest

from evalhub.cli.server_hooks import worker_exit

LEAVING = """
import atexit, logging, logging.handlers, sys, threading
from evalhub.cli.leaving import leave
atexit.register(print, "the interpreter was taken apart")
threading.Thread(target=threading.Event().wait).start()  # would never let it end
kept = logging.handlers.MemoryHandler(100, target=logging.StreamHandler(sys.stderr))
logging.getLogger().addHandler(kept)
logging.getLogger().warning("logged")
sys.stdout.write("x" * 100_000)
sys.stderr.write("told")
leave(3)
"""


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run Python with ``arguments`` to its end."""
    return subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_what_was_written_arrives_and_nobody_is_waited_for() -> None:
    ended = run("-c", LEAVING)

    assert ended.returncode == 3
    assert ended.stdout == "x" * 100_000
    assert ("logged" in ended.stderr, "told" in ended.stderr) == (True, True)


def test_a_reader_who_has_left_changes_no_status() -> None:
    code = "import sys\nfrom evalhub.cli.leaving import leave\nsys.stdin.read()\n"
    with subprocess.Popen(  # noqa: S603 - our own command
        # Without the caller's environment, which may ask for output that is never held back.
        [sys.executable, "-E", "-c", f"{code}sys.stdout.write('x')\nleave(3)"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(timeout=60)

    assert (process.returncode, errors) == (3, b"")


@pytest.mark.parametrize(
    "start", [["-m", "evalhub"], ["-c", "from evalhub.__main__ import run; run()"]]
)
@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [(["--version"], 0, "version"), (["pull", "nonsense"], 2, "No such command 'nonsense'")],
)
def test_a_command_keeps_its_status(
    start: list[str], arguments: list[str], status: int, said: str
) -> None:
    ended = run(*start, *arguments)

    assert ended.returncode == status
    assert said in ended.stdout + ended.stderr


@pytest.mark.parametrize("error", [SystemExit(3), RuntimeError("broken")])
def test_a_worker_that_failed_is_left_to_the_server(error: BaseException) -> None:
    """Ending it here would hide its status, and that the server must not start it for ever."""
    with pytest.raises(type(error)):
        try:
            raise error
        finally:
            worker_exit(None, None)  # type: ignore[arg-type]  # it looks at neither

    assert threading.main_thread().is_alive()


def test_a_full_disk_is_told_in_one_line() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device and no file of ours
        ended = subprocess.run(
            [sys.executable, "-m", "evalhub", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )

    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr
