"""Start aimock, a server of other people that speaks the interfaces of several providers.

It comes from npm (``make aimock``) and serves tests alone. Where it or node is missing, the
tests that need it are skipped and say so.
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PLACE = Path(__file__).parents[2] / ".venv" / "aimock" / "node_modules" / ".bin" / "llmock"
STARTS_WITHIN_S = 20.0


def missing() -> str:
    """Return why aimock cannot be started here, or an empty text."""
    if shutil.which("node") is None:
        return "node is not installed, so aimock cannot run"
    return "" if PLACE.exists() else "aimock is not installed; run `make aimock`"


@contextmanager
def aimock(folder: Path, answers: dict[str, str], *options: str) -> Iterator[str]:
    """Run a server that gives ``answers`` to the last user messages, and yield its address."""
    if reason := missing():
        pytest.skip(reason)
    port = _free_port()
    fixtures = folder / "fixtures.json"
    matches = [
        {"match": {"userMessage": question}, "response": {"content": answer}}
        for question, answer in answers.items()
    ]
    fixtures.write_text(json.dumps({"fixtures": matches}), encoding="utf-8")
    command = [str(PLACE), "--port", str(port), "--host", "127.0.0.1", "--fixtures", str(fixtures)]
    with subprocess.Popen(  # noqa: S603 - a path of our own venv
        [*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait_until_open(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_until_open(port: int) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
