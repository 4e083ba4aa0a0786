"""Kill workers while they pull from a server that fails; see ``benchmarks.kills``."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import select

from evalhub.config import Settings
from evalhub.core.campaigns import PullStatus
from evalhub.core.people import command_actor
from evalhub.core.responses import ResponseStatus
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint, Pull
from evalhub.db.tables import response
from evalhub.services.pulling import start_pull
from tests.factories import MOMENT, make_endpoint, make_prompt_set_version

CONCURRENCY = 32
N_ENDPOINTS = 4
"""Shares run beside each other, so that both workers have something to lose."""
LEASE_S = 3.0
PATIENCE_S = 1_800.0
SEED = 7


def run_pulls(settings: Settings, *, n_kills: int, n_prompts: int, url: str | None) -> bool:
    """Pull ``n_prompts`` responses under ``n_kills`` kills; tell whether each is there once."""
    database = Database(settings.database_url)
    with _server(url) as at:
        pull_id = _start(database, at, n_prompts // N_ENDPOINTS)
        rng = random.Random(SEED)  # noqa: S311 - the same victims each run
        started = time.perf_counter()
        host = urlsplit(at).netloc
        workers = [_worker(settings, host) for _ in range(2)]
        n_killed = 0
        until = time.monotonic() + PATIENCE_S
        while not _is_over(database, pull_id):
            if time.monotonic() > until:
                print(f"gave up after {PATIENCE_S:.0f} s")
                break
            n_stored = _n_stored(database)
            if n_killed < n_kills and n_stored >= (n_killed + 1) * n_prompts // (n_kills + 1):
                victim = rng.randrange(len(workers))
                workers[victim].send_signal(signal.SIGKILL)
                workers.pop(victim).wait()
                n_killed += 1
                if n_killed < n_kills:
                    workers.append(_worker(settings, host))
            time.sleep(0.05)
        took_s = time.perf_counter() - started
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait()
    is_good = _report(database, pull_id, n_killed, n_prompts, took_s)
    database.dispose()
    return is_good and n_killed == n_kills


@contextmanager
def _server(url: str | None) -> Iterator[str]:
    """Yield the address of a server that runs already, or of our own unreliable one."""
    if url is not None:
        yield url
        return
    command = [sys.executable, "-m", "benchmarks.unreliable_server", str(SEED)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


def _start(database: Database, url: str, n_prompts: int) -> int:
    """Queue one pull of ``n_prompts`` prompts from all endpoints and return its id."""
    with database.transaction() as session:
        texts = [f"Question {number}?" for number in range(n_prompts)]
        make_prompt_set_version(session, *texts, slug="many")
        slugs = [f"endpoint-{number}" for number in range(N_ENDPOINTS)]
        for slug in slugs:
            make_endpoint(session, slug=slug, model="m", url=url)
        session.execute(sa.update(Endpoint).values(max_concurrency=CONCURRENCY))
    with database.transaction() as session:
        view = start_pull(
            "many",
            slugs,
            session=session,
            actor=command_actor(),
            now=MOMENT,
            is_foreground=False,
        )
        return session.exec(select(Pull.id).where(Pull.public_id == view.public_id)).one()


def _worker(settings: Settings, host: str) -> "subprocess.Popen[bytes]":
    environ = {
        **os.environ,
        "EVALHUB_INSTANCE_DIR": str(settings.instance_dir),
        "EVALHUB_DATABASE_URL": settings.database_url,
        "EVALHUB_SECRET_KEY": settings.secret_key,
        "EVALHUB_ENDPOINT_ALLOW": host,
        "EVALHUB_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "evalhub", "worker", "--lease", str(LEASE_S)]
    return subprocess.Popen(command, env=environ)  # noqa: S603 - our own command


def _is_over(database: Database, pull_id: int) -> bool:
    with database.transaction(write=False) as session:
        status = session.get_one(Pull, pull_id).status
    return status not in {PullStatus.QUEUED, PullStatus.RUNNING}


def _n_stored(database: Database) -> int:
    with database.transaction(write=False) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(response)) or 0


def _report(database: Database, pull_id: int, n_killed: int, n_prompts: int, took_s: float) -> bool:
    """Print what became of every prompt and tell whether each has one response with a reason."""
    with database.transaction(write=False) as session:
        pull = session.get_one(Pull, pull_id)
        connection = session.connection()
        counted = sa.select(response.c.status, sa.func.count()).group_by(response.c.status)
        by_status = {str(status): n for status, n in connection.execute(counted)}
        keys = (response.c.prompt_id, response.c.endpoint_id, response.c.sample_index)
        twice = sa.select(*keys).group_by(*keys).having(sa.func.count() > 1)
        n_twice = len(connection.execute(twice).all())
        silent = sa.select(sa.func.count()).where(
            response.c.status == ResponseStatus.ERROR, response.c.error_message == ""
        )
        n_silent = connection.execute(silent).scalar_one()
    n_stored = sum(by_status.values())
    print(
        f"{n_killed} kills in {took_s:.0f} s: pull {pull.status} {pull.reason}; "
        f"{n_stored:,} of {n_prompts:,} prompts have a response, {n_twice} more than one; "
        f"{by_status}; errors without a reason: {n_silent}",
        flush=True,
    )
    return n_stored == n_prompts and not n_twice and not n_silent
