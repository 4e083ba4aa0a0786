"""A server that is killed under writers, and what must still be true afterwards."""

import http.client
import itertools
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlmodel import select

from evalhub.app import create_app
from evalhub.cli.serve import gunicorn_command
from evalhub.config import Settings
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Assignment, Judgment
from evalhub.rim.state import runtime
from evalhub.services import audit
from evalhub.services.accounts.sessions import start_session
from tests.factories import add_member, make_person
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import changed, small_rubric

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
PATIENCE_S = 60.0
"""How long a writer tries one request before it says that the server is gone for good."""


@dataclass
class Server:
    """Run gunicorn over one instance, on one port, as often as it is killed."""

    settings: Settings
    n_workers: int = 2
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> float:
        """Start it and return the seconds until it answered for the first time."""
        self.port = self.port or _free_port()
        command = gunicorn_command("127.0.0.1", self.port, workers=self.n_workers, threads=4)
        environ = {
            **os.environ,
            "EVALHUB_INSTANCE_DIR": str(self.settings.instance_dir),
            "EVALHUB_DATABASE_URL": self.settings.database_url,
            "EVALHUB_SECRET_KEY": self.settings.secret_key,
            "EVALHUB_LOG_LEVEL": "error",
        }
        started = time.perf_counter()
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            command, env=environ, start_new_session=True, stdout=subprocess.DEVNULL
        )
        while not self._is_ready():
            if time.perf_counter() - started > PATIENCE_S:
                raise TimeoutError("the server does not answer")
            time.sleep(0.01)
        return time.perf_counter() - started

    def cpu_s(self) -> float:
        """Return the seconds of processor time that its processes have used so far."""
        assert self.process is not None
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        ticks = 0
        for one in (str(pid), *children):
            with suppress(OSError):
                numbers = Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2]
                ticks += sum(map(int, numbers.split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End all of its processes at once."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait()

    def _is_ready(self) -> bool:
        with (
            suppress(OSError, http.client.HTTPException),
            closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection,
        ):
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.client.OK
        return False


@dataclass
class Writer:
    """One expert who judges without a pause and sends again whatever got no answer."""

    port: int
    slug: str
    cookie: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    """What was answered with success: the reason that was sent, by the lease's token."""
    n_repeated: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    problem: str = ""

    def run(self) -> None:
        """Judge until told to stop or nothing is left."""
        try:
            for number in itertools.count():
                if self.stop.is_set() or not self._judge(number):
                    return
        except Exception as error:  # noqa: BLE001 - reported by whoever waits for the thread
            self.problem = f"{type(error).__name__}: {error}"

    def _judge(self, number: int) -> bool:
        token_field = self._hidden("/account")["csrf_token"]
        status, location, text = self._send(
            f"/work/claim/{self.slug}", [("csrf_token", token_field)]
        )
        if status != http.client.SEE_OTHER:
            raise AssertionError(f"claim: {status} {text[:500]}")
        if location == "/work":
            return False
        hidden = self._hidden(location)
        why = f"Reason {number} of {self.cookie[:8]}, {location}"
        given = [(name, value) for name, value in changed(why__text=why) if name != "csrf_token"]
        named = [
            (name, hidden[name]) for name in ("csrf_token", "revision", "draft") if name in hidden
        ]
        status, _, text = self._send(location, [("action", "stop"), *named, *given])
        if status != http.client.SEE_OTHER:
            raise AssertionError(f"submit: {status} {text[:2000]}")
        self.acknowledged[location.rpartition("/")[2]] = why
        return True

    def _hidden(self, path: str) -> dict[str, str]:
        status, location, text = self._send(path)
        if status != http.client.OK:
            raise AssertionError(f"{path}: {status} {location} {text[:300]}")
        return dict(HIDDEN.findall(text))

    def _send(
        self, path: str, form: Sequence[tuple[str, str]] | None = None
    ) -> tuple[int, str, str]:
        """Send until an answer comes, the very same each time."""
        until = time.monotonic() + PATIENCE_S
        for attempt in itertools.count():
            with suppress(OSError, http.client.HTTPException):
                return self._try(path, form)
            if time.monotonic() > until:
                raise TimeoutError(path)
            self.n_repeated += form is not None and attempt == 0
            time.sleep(0.02)
        raise AssertionError

    def _try(self, path: str, form: Sequence[tuple[str, str]] | None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            headers = {"Cookie": f"evalhub={self.cookie}"}
            if form is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = None if form is None else urlencode(form)
            connection.request("GET" if form is None else "POST", path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            given = response.getheader("Set-Cookie") or ""
            if given.startswith("evalhub="):
                self.cookie = given.removeprefix("evalhub=").partition(";")[0]
            return response.status, response.getheader("Location") or "", text
        finally:
            connection.close()


def make_writers(
    database: Database, settings: Settings, port: int, *, n: int, n_pairs: int
) -> list[Writer]:
    """Add an open project and ``n`` experts who are signed in, each of whom may judge all of it."""
    with database.transaction() as session:
        campaign = make_campaign(
            session, n_pairs=n_pairs, overlap=n, n_people=0, rubric=small_rubric(session)
        )
        people = [make_person(session, Role.ANNOTATOR) for _ in range(n)]
        tokens = []
        for person in people:
            add_member(session, campaign.project, person, Role.ANNOTATOR)
            tokens.append(
                start_session(
                    person, session=session, user_agent="t", days=1, now=datetime.now(UTC)
                )
            )
        slug = campaign.project.slug
    app = create_app(settings)
    writers = []
    for token in tokens:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["token"] = token
        kept = client.get_cookie("evalhub")
        assert kept is not None
        writers.append(Writer(port, slug, kept.value))
    with app.app_context():
        runtime().database.dispose()
    return writers


@contextmanager
def writing(writers: Sequence[Writer]) -> Iterator[None]:
    """Let the writers work for the block; raise what went wrong with any of them."""
    threads = [threading.Thread(target=writer.run, daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for writer in writers:
            writer.stop.set()
        for thread in threads:
            thread.join(PATIENCE_S * 2)
    problems = [writer.problem for writer in writers if writer.problem]
    if problems:
        raise AssertionError(problems)


@dataclass(frozen=True)
class Ledger:
    """Say what was acknowledged and what is stored."""

    n_acknowledged: int
    n_stored: int
    n_lost: int
    n_twice: int
    n_half_done: int
    """Judgments whose lease does not say so, and the other way round."""
    is_sound: bool
    """Whether the file, where there is one, and the audit log hold."""


def check_ledger(database: Database, writers: Sequence[Writer]) -> Ledger:
    """Hold what the experts were told against what is stored."""
    acknowledged = {token: why for writer in writers for token, why in writer.acknowledged.items()}
    with database.transaction(write=False) as session:
        rows = session.exec(
            select(Assignment.token, Judgment.why).join(
                Judgment, sa.cast(Judgment.assignment_id, sa.Integer) == Assignment.id
            )
        ).all()
        submitted = set(
            session.exec(
                select(Assignment.token).where(Assignment.status == AssignmentStatus.SUBMITTED)
            )
        )
        is_sound = audit.verify(session=session).is_sound and _is_whole(session.connection())
    stored = dict(rows)
    return Ledger(
        n_acknowledged=len(acknowledged),
        n_stored=len(rows),
        n_lost=sum(stored.get(token) != why for token, why in acknowledged.items()),
        n_twice=len(rows) - len(stored),
        n_half_done=len(stored.keys() ^ submitted),
        is_sound=is_sound,
    )


def _is_whole(connection: sa.Connection) -> bool:
    if connection.dialect.name != "sqlite":
        return True
    return bool(connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def instance_of(folder: Path, url: str) -> Settings:
    """Return settings over a folder and a database, with a secret for tests."""
    return Settings(instance_dir=folder, database_url=url, secret_key="k" * 40)
