"""A real Dask scheduler and real workers, each a process of its own on this machine.

They run what the commands ``dask scheduler`` and ``dask worker`` run. They are forked from one
process that has loaded Dask and EvalHub already, which takes longer than most tests do.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Self

import dask
from distributed import Scheduler, Worker

Config = Mapping[str, object]
"""Dask's own settings by their names."""

Role = Callable[..., Coroutine[None, None, None]]
"""What a process is: it says its address, and ends when Dask does."""

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__, "evalhub.services.releasing.cluster.dask_cluster"])
PATIENCE_S = 60


class Machines:
    """Own a scheduler and its workers; all are gone in the end."""

    def __init__(self, folder: Path, *, config: Config | None = None) -> None:
        self._folder, self._config = folder, dict(config or {})
        self._stack = ExitStack()
        self.scheduler, self.address = self._start(_run_scheduler)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @contextmanager
    def workers(self, database_url: str, n_workers: int) -> Iterator[list[BaseProcess]]:
        """Yield new workers whose own settings name a database, once they are there."""
        environ = {"EVALHUB_DATABASE_URL": database_url, "EVALHUB_INSTANCE_DIR": str(self._folder)}
        started = [
            self._start(_run_worker, self.address, environ, self._folder)[0]
            for _ in range(n_workers)
        ]
        yield started
        for worker in started:
            end(worker)

    def _start(self, run: Role, *arguments: object) -> tuple[BaseProcess, str]:
        here, there = FORKS.Pipe()
        process = FORKS.Process(
            target=_run, args=(run, there, self._config, *arguments), daemon=True
        )
        process.start()
        self._stack.callback(end, process)
        assert here.poll(PATIENCE_S)
        return process, here.recv()


def end(process: BaseProcess) -> None:
    """End a process as a power cut does."""
    process.kill()
    process.join(PATIENCE_S)


def _run(run: Role, there: Connection, config: Config, *arguments: object) -> None:
    dask.config.set(config)
    asyncio.run(run(there, *arguments))


async def _run_scheduler(there: Connection) -> None:
    protocol = "tls" if dask.config.get("distributed.comm.tls.ca-file") else "tcp"
    async with Scheduler(
        host="127.0.0.1", port=0, protocol=protocol, dashboard_address="127.0.0.1:0"
    ) as scheduler:
        there.send(scheduler.address)
        await scheduler.finished()


async def _run_worker(
    there: Connection, address: str, environ: Mapping[str, str], folder: Path
) -> None:
    os.environ.update(environ)
    async with Worker(
        address,
        nthreads=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        local_directory=str(folder),
    ) as worker:
        there.send(worker.address)
        await worker.finished()
