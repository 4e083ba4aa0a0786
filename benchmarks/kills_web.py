"""Kill the server under experts who judge; see ``benchmarks.kills``."""

import statistics
import time
from collections.abc import Sequence

from evalhub.config import Settings
from evalhub.db.engine import Database
from tests.killing import Server, Writer, check_ledger, make_writers, writing

N_WRITERS = 6
N_PAIRS = 4_000
ALIVE_S = 0.5
"""Seconds that a server lives after its first acknowledgement."""
PATIENCE_S = 60.0


def run_web(settings: Settings, *, n_kills: int) -> bool:
    """Kill the server ``n_kills`` times and tell whether nothing was lost or stored twice."""
    database = Database(settings.database_url)
    server = Server(settings)
    server.start()
    writers = make_writers(database, settings, server.port, n=N_WRITERS, n_pairs=N_PAIRS)
    answers, acts, cpu = [], [], []
    with writing(writers):
        for _ in range(n_kills):
            time.sleep(ALIVE_S)
            server.kill()
            before, started = _n_acknowledged(writers), time.perf_counter()
            answers.append(server.start())
            cpu.append(server.cpu_s())
            _wait_for_more(writers, before)
            acts.append(time.perf_counter() - started)
    server.kill()
    found = check_ledger(database, writers)
    database.dispose()
    print(
        f"{n_kills} kills, {sum(one.n_repeated for one in writers):,} requests sent again; "
        f"{found.n_acknowledged:,} acknowledged, {found.n_stored:,} stored, {found.n_lost} lost, "
        f"{found.n_twice} twice, {found.n_half_done} half done; sound: {found.is_sound}"
    )
    print(f"first answer after a start, s: {_spread(answers)}")
    print(f"processor time until then, s: {_spread(cpu)}")
    print(f"first acknowledged judgment after a start, s: {_spread(acts)}", flush=True)
    return found.is_sound and not (found.n_lost or found.n_twice or found.n_half_done)


def _n_acknowledged(writers: Sequence[Writer]) -> int:
    return sum(len(writer.acknowledged) for writer in writers)


def _wait_for_more(writers: Sequence[Writer], before: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while _n_acknowledged(writers) == before:
        if time.monotonic() > until:
            raise TimeoutError([writer.problem for writer in writers])
        time.sleep(0.005)


def _spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return (
        f"median {statistics.median(ordered):.2f}, "
        f"95 % {ordered[int(0.95 * (len(ordered) - 1))]:.2f}, most {ordered[-1]:.2f}"
    )
