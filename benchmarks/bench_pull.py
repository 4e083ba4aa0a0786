"""Measure pulling: 64 requests in flight against a loopback server that takes 200 ms.

Printed: the share of the ideal rate (64 / 0.2 s) and this process's CPU time a response,
for the client alone and for a whole pull into SQLite (each response its own durable
commit). The server is a process of its own on the same machine.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from evalhub.config import Settings
from evalhub.core.canonical import canonical_json, sha256_hex
from evalhub.core.people import command_actor
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ResponseStatus
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.db.models import Prompt, PromptSet, PromptSetVersion
from evalhub.endpoints.client import open_client
from evalhub.services.endpoints import EndpointDraft, register_endpoint
from evalhub.services.pulling import RunTools, http_clients, pull_progress, run_pull, start_pull

IN_FLIGHT = 64
DELAY_S = 0.2
N_ROUNDS = 30
N = IN_FLIGHT * N_ROUNDS
ALLOWED = frozenset({"127.0.0.1"})


@contextmanager
def slow_server() -> Iterator[str]:
    """Run the slow server as a process and yield its address."""
    command = [sys.executable, "-m", "benchmarks.slow_server", str(DELAY_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


def measure(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work`` and print its figures."""

    async def timed() -> tuple[float, float]:
        started, cpu = time.perf_counter(), time.process_time()
        await work()
        return time.perf_counter() - started, time.process_time() - cpu

    wall_s, cpu_s = asyncio.run(timed())
    share = N_ROUNDS * DELAY_S / wall_s
    print(
        f"{name:<22} {N} responses in {wall_s:.2f} s: {share:6.1%} of ideal, "
        f"{1000 * cpu_s / N:.2f} ms of CPU a response",
        flush=True,
    )


async def ask_all(url: str) -> None:
    """Ask everything with the client alone."""
    spec = EndpointSpec("bench", "m", "chat_completions", url, max_concurrency=IN_FLIGHT)
    numbers = iter(range(N))
    async with open_client(spec, environ={}, allowed_hosts=ALLOWED) as client:

        async def ask_in_turn() -> None:
            for number in numbers:
                outcome = await client.ask(Question(number, _messages(number)))
                assert outcome.status is ResponseStatus.ANSWERED

        await asyncio.gather(*(ask_in_turn() for _ in range(IN_FLIGHT)))


def prepare_pull(folder: Path, url: str) -> tuple[Database, int, str, Settings]:
    """Fill a database with a set and an endpoint, and start a pull."""
    settings = Settings(
        instance_dir=folder,
        database_url=f"sqlite:///{folder}/bench.db",
        secret_key="b" * 40,
        endpoint_allow="127.0.0.1",
    )
    database = Database(settings.database_url)
    upgrade(database)
    now, actor = datetime.now(UTC), command_actor()
    with database.transaction() as session:
        owner = PromptSet(slug="bench", title="Benchmark", created_at=now)
        session.add(owner)
        session.flush()
        version = PromptSetVersion(
            prompt_set_id=owner.id,
            number=1,
            sha256=sha256_hex("bench"),
            n_prompts=N,
            filename="bench.jsonl",
            frozen_at=now,
        )
        session.add(version)
        session.flush()
        session.add_all(_prompt(version.id, number) for number in range(N))
        draft = EndpointDraft("bench", "m", url, max_concurrency=IN_FLIGHT)
        register_endpoint(draft, session=session, actor=actor, now=now, allowed_hosts=ALLOWED)
        pull = start_pull(
            "bench", ["bench"], session=session, actor=actor, now=now, is_foreground=True
        )
    return database, pull.id, pull.public_id, settings


def _prompt(version_id: int, number: int) -> Prompt:
    document = canonical_json({"id": str(number), "messages": _messages(number)})
    return Prompt(
        prompt_set_version_id=version_id,
        position=number,
        key=str(number),
        sha256=sha256_hex(document),
        document=document,
        domain="general",
        language="en",
    )


def _messages(number: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": f"Question {number}?"}]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, slow_server() as url:
        measure("client alone", lambda: ask_all(url))
        database, pull_id, public_id, settings = prepare_pull(Path(name), url)
        tools = RunTools(clients=http_clients(settings, {}, database=database))

        async def pull() -> None:
            await run_pull(database, pull_id, tools=tools)

        measure("pull into SQLite", pull)
        with database.transaction(write=False) as session:
            progress = pull_progress(public_id, session=session)
        assert progress.n_with(ResponseStatus.ANSWERED) == N
        database.dispose()


if __name__ == "__main__":
    main()
