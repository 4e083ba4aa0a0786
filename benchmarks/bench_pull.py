"""Measure pulling: 64 requests in flight against a loopback server that takes 200 ms.

Printed: the share of the ideal rate (64 / 0.2 s) and this process's CPU time a response,
for the client alone and for a whole pull into SQLite (each response its own durable
commit), and what memory this process held after each tenth of the time. The server is a process
of its own on the same machine. ``--responses 100000`` takes about seven minutes for each of the
two and shows whether memory grows with what was answered.
"""

import argparse
import asyncio
import os
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
N_RESPONSES = 1_920
SAMPLED_EVERY_S = 0.05
N_PARTS = 10
MB = 2**20
ALLOWED = frozenset({"127.0.0.1"})


@contextmanager
def slow_server() -> Iterator[str]:
    """Run the slow server as a process and yield its address."""
    command = [sys.executable, "-m", "benchmarks.slow_server", str(DELAY_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


def measure(name: str, n: int, work: Callable[[], Awaitable[None]]) -> None:
    """Run ``work``, which takes ``n`` responses, and print its figures."""
    held: list[float] = []

    async def timed() -> tuple[float, float]:
        started, cpu = time.perf_counter(), time.process_time()
        sampler = asyncio.create_task(_sample(held))
        await work()
        sampler.cancel()
        return time.perf_counter() - started, time.process_time() - cpu

    wall_s, cpu_s = asyncio.run(timed())
    share = n / IN_FLIGHT * DELAY_S / wall_s
    print(
        f"{name:<22} {n} responses in {wall_s:.2f} s: {share:6.1%} of ideal, "
        f"{1000 * cpu_s / n:.2f} ms of CPU a response",
        flush=True,
    )
    ends = [held[(part + 1) * len(held) // N_PARTS - 1] for part in range(N_PARTS)]
    told = ", ".join(f"{one / MB:.1f}" for one in ends)
    print(f"  MB held after each tenth of the time: {told}", flush=True)


async def _sample(held: list[float]) -> None:
    """Append the memory of this process that is no page of a file, in bytes, until cancelled."""
    page = os.sysconf("SC_PAGE_SIZE")
    while True:
        held.append(_anonymous_pages() * page)
        await asyncio.sleep(SAMPLED_EVERY_S)


def _anonymous_pages() -> int:
    # Linux tells: size, resident, and how much of that is shared with files.
    _, resident, shared, *_ = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(resident) - int(shared)


async def ask_all(url: str, n: int) -> None:
    """Ask everything with the client alone."""
    spec = EndpointSpec("bench", "m", "chat_completions", url, max_concurrency=IN_FLIGHT)
    numbers = iter(range(n))
    async with open_client(spec, environ={}, allowed_hosts=ALLOWED) as client:

        async def ask_in_turn() -> None:
            for number in numbers:
                outcome = await client.ask(Question(number, _messages(number)))
                assert outcome.status is ResponseStatus.ANSWERED

        await asyncio.gather(*(ask_in_turn() for _ in range(IN_FLIGHT)))


def prepare_pull(folder: Path, url: str, n: int) -> tuple[Database, int, str, Settings]:
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
            n_prompts=n,
            filename="bench.jsonl",
            frozen_at=now,
        )
        session.add(version)
        session.flush()
        session.add_all(_prompt(version.id, number) for number in range(n))
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--responses", type=int, default=N_RESPONSES)
    n = parser.parse_args().responses
    with tempfile.TemporaryDirectory() as name, slow_server() as url:
        measure("client alone", n, lambda: ask_all(url, n))
        database, pull_id, public_id, settings = prepare_pull(Path(name), url, n)
        tools = RunTools(clients=http_clients(settings, {}, database=database))

        async def pull() -> None:
            await run_pull(database, pull_id, tools=tools)

        measure("pull into SQLite", n, pull)
        with database.transaction(write=False) as session:
            progress = pull_progress(public_id, session=session)
        assert progress.n_with(ResponseStatus.ANSWERED) == n
        database.dispose()


if __name__ == "__main__":
    main()
