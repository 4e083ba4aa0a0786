"""A running server: what it refuses in its own words, counts over its processes, and finishes."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import pytest

from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer

pytestmark = pytest.mark.xdist_group("served")

TOKEN = "metrics-token-" + "0" * 20


@dataclass(frozen=True)
class Server:
    """Hold a running server."""

    process: "subprocess.Popen[str]"
    port: int
    folder: Path
    database: Database

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection of its own."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, str]:
        """Ask once, over a new connection, so that any process may answer."""
        with contextlib.closing(self.connect()) as connection:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response, response.read().decode()

    def children(self) -> list[int]:
        """Return the processes that answer requests."""
        [arbiter] = children_of(self.process.pid)
        return children_of(arbiter)

    def n_counted(self) -> int:
        """Return how many requests for ``/health/live`` all processes together have counted."""
        _, text = self.get("/metrics", Authorization=f"Bearer {TOKEN}")
        counted = re.search(r'endpoint="probes.live",method="GET",status="200"} (\d+)', text)
        return int(counted[1]) if counted else 0


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


@pytest.fixture(scope="module")
def server(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server of two processes."""
    folder = tmp_path_factory.mktemp("served")
    copyfile(sqlite_template, folder / "evalhub.db")
    with serving(folder) as server:
        yield server


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run a server of two processes over the instance in ``folder``."""
    command = [sys.executable, "-m", "evalhub", "serve", "--no-worker", "--port", "0"]
    environ = {
        **os.environ,
        "EVALHUB_INSTANCE_DIR": str(folder),
        "EVALHUB_METRICS_TOKEN": TOKEN,
    }
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(  # noqa: S603 - our own command
            command, env=environ, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        port = int(process.stdout.readline().split()[4].rpartition(":")[2])
        database = Database(f"sqlite:///{folder}/evalhub.db")
        yield Server(process, port, folder, database)
        database.dispose()
        process.send_signal(signal.SIGTERM)


def raw(server: Server, request: bytes) -> str:
    """Send bytes and return everything that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


@pytest.mark.parametrize(
    ("request_bytes", "status", "said"),
    [
        pytest.param(
            b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            "414 ",
            "The address is longer than any of ours.",
            id="address",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nCookie: " + b"x" * 9000 + b"\r\n\r\n",
            "431 ",
            "Delete this site's cookies",
            id="header",
        ),
        pytest.param(b"HELLO\r\n\r\n", "400 ", "could not be read", id="no request"),
    ],
)
def test_what_is_no_request_is_refused_in_our_own_words(
    server: Server, request_bytes: bytes, status: str, said: str
) -> None:
    answer = raw(server, request_bytes)

    assert answer.startswith(f"HTTP/1.1 {status}")
    assert said in answer
    assert "Content-Security-Policy: default-src 'none'" in answer
    assert 'href="/">Go to the start</a>' in answer


def test_all_processes_are_counted_also_one_that_was_killed(server: Server) -> None:
    before = server.n_counted()
    for _ in range(20):
        server.get("/health/live")
    counted = server.n_counted()

    os.kill(server.children()[0], signal.SIGKILL)
    response, _ = server.get("/health/live")

    assert counted - before == 20
    assert response.status == 200
    assert server.n_counted() - counted == 1


def test_counts_of_a_server_that_was_killed_are_removed_by_the_next(
    sqlite_template: Path, tmp_path: Path
) -> None:
    copyfile(sqlite_template, tmp_path / "evalhub.db")
    with serving(tmp_path) as killed:
        left = set(tmp_path.glob(".metrics-*"))
        killed.process.kill()
    assert {path for path in left if path.exists()} == left

    with serving(tmp_path) as server:
        assert server.n_counted() == 0
        held = set(tmp_path.glob(".metrics-*"))

    assert (len(left), len(held)) == (2, 2)
    assert not held & left
    assert not list(tmp_path.glob(".metrics-*"))


def test_a_request_under_way_is_finished_by_a_process_that_is_told_to_stop(
    server: Server,
) -> None:
    key = bearer(server.database, Role.RESEARCHER, Scope.PROMPTS_WRITE, now=datetime.now(UTC))
    rows = [{"id": "a", "prompt": "What is fever?"}]
    body = json.dumps({"slug": "late", "title": "Late", "rows": rows}).encode()
    head = (
        f"POST /api/v1/prompt-uploads HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: {key['Authorization']}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode())
        # The server says so when it has handed the request to a thread, which waits for the body.
        assert connection.recv(25).startswith(b"HTTP/1.1 100")
        for pid in server.children():
            os.kill(pid, signal.SIGTERM)
        time.sleep(0.3)  # So that each has heard of it before there is anything to finish.
        connection.sendall(body)
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 201 ")
