"""The files of docs/deploy.md start a site of two machines, and it outlives a half of each kind."""

import configparser
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.postgres import PostgresServer
from tests.processes import HalfwayServer, assert_whole_and_unrepeated, stored_texts
from tests.pulling import Scene

DOCS = Path(__file__).parents[2] / "docs"
FILES = DOCS / "examples" / "deploy"
BIN = "/srv/evalhub/.venv/bin/"
HOLDER = sa.text("SELECT executor_id FROM dbos.workflow_status WHERE status = 'PENDING'")


@pytest.fixture
def database_url(postgres_server: PostgresServer) -> Iterator[str]:
    """Give a database of its own, in which the job engine makes its tables."""
    with postgres_server.fresh_database() as url:
        yield url


def settings_of(folder: Path, **changed: str) -> dict[str, str]:
    """Return the variables of ``evalhub.env``, with what differs in a test."""
    lines = (FILES / "evalhub.env").read_text(encoding="utf-8").splitlines()
    named = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    given = {f"EVALHUB_{name}": value for name, value in changed.items()}
    assert given.keys() - {"EVALHUB_ENDPOINT_ALLOW"} <= named.keys()
    return {**os.environ, **named, "EVALHUB_INSTANCE_DIR": str(folder), **given}


@contextmanager
def unit(name: str, instance: str, environ: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """Run what a unit starts, and end all of it as the service manager would."""
    parser = configparser.RawConfigParser()
    parser.read(FILES / f"{name}@.service", encoding="utf-8")
    command = shlex.split(parser["Service"]["ExecStart"].replace("%i", instance))
    assert command[0] == f"{BIN}evalhub"
    # On any free port of this machine alone, and with less patience; the rest is as written.
    command = ["3" if word == "30" else word for word in command]
    command = ["127.0.0.1" if word == "0.0.0.0" else word for word in command[1:]]  # noqa: S104 - replaced
    Path(environ["EVALHUB_INSTANCE_DIR"]).mkdir(exist_ok=True)
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "evalhub", *command],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)


def address_of(server: "subprocess.Popen[str]") -> str:
    """Return where a server says that it is open."""
    assert server.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
    assert found
    return found[0]


def ask(url: str, headers: dict[str, str], body: object = None) -> dict[str, object]:
    """Ask a server as a program does that reaches it through the proxy."""
    given = {**headers, "Host": "evalhub.example.org", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, given)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - as above
        answer: dict[str, object] = json.load(response)
    return answer


def test_a_site_of_two_goes_on_without_one_server_and_one_worker(
    database: Database, big_scene: Scene, halfway_server: HalfwayServer, tmp_path: Path
) -> None:
    key = bearer(database, Role.RESEARCHER, Scope.PULLS_WRITE, now=datetime.now(UTC))
    machines = [
        settings_of(tmp_path / name, DATABASE_URL=database.url, ENDPOINT_ALLOW=halfway_server.host)
        for name in ("first", "second")
    ]
    with ExitStack() as stack:
        servers = [stack.enter_context(unit("evalhub-web", "0", one)) for one in machines]
        workers = [stack.enter_context(unit("evalhub-worker", "1", one)) for one in machines]
        first, second = (f"{address_of(server)}/api/v1/pulls" for server in servers)
        wanted = {"prompt_set": "health", "endpoints": ["careful"]}
        public_id = ask(first, key, wanted)["id"]
        assert halfway_server.is_halfway.wait(60)
        holder = holder_of(database)
        [lost] = [worker for worker in workers if f"-{worker.pid}-" in holder]

        for process in (servers[0], lost):
            kill_all_of(process.pid)
            process.wait()
        committed = stored_texts(database)

        wait_until_over(f"{second}/{public_id}", key)
        assert ask(f"{second}/{public_id}", key)["status"] == "done"
        assert_whole_and_unrepeated(database, halfway_server, committed)


def kill_all_of(pid: int) -> None:
    """Kill a process and all that it has started, the parents first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    os.kill(pid, signal.SIGKILL)
    for child in children:
        kill_all_of(int(child))


def holder_of(database: Database) -> str:
    """Return the worker that runs the job, as the job engine knows it."""
    with database.transaction(write=False) as session:
        return str(session.connection().scalar(HOLDER))


def wait_until_over(url: str, headers: dict[str, str]) -> None:
    """Wait until nobody has to see to the pull any more."""
    until = time.monotonic() + 90
    while ask(url, headers)["attendance"] != "over":
        assert time.monotonic() < until
        time.sleep(0.2)


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_the_page_shows_each_file_as_it_is(path: Path) -> None:
    page = (DOCS / "deploy.md").read_text(encoding="utf-8")

    assert f"```ini\n{path.read_text(encoding='utf-8')}```" in page
