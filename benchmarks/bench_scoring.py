"""Time boards against peers from the same tables, with peak memory: ``make bench-scoring``.

``ours`` is the whole board from strings: strengths, prompt-clustered intervals, rank intervals and
the effect of position; ``ours_strengths`` is what evalica, choix and crowd-kit give, strengths and
nothing beside them. Each method runs in a process of its own, in turn with the others in every
round; the least seconds of CPU count, because the wall clock of a shared machine says more about
its other work. Memory is the peak above the table at hand, which Linux measures from the call on;
elsewhere drawing the table hides what lies below its own peak. Peers are used where they are
installed; a virtual environment of their own keeps theirs away from ours::

    python3 -m venv /tmp/bench
    /tmp/bench/bin/pip install -r benchmarks/peers.txt
    make bench-scoring PEERS=/tmp/bench/bin/python

crowd-kit knows no ties, so its strengths are others. FastChat's algorithm is written here from
its description.
"""

import argparse
import gc
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd

from benchmarks.bench_fit import simulate, strengths_alone
from benchmarks.scoring_peers import N_BOOTSTRAP, Strengths, available
from evalhub.core.scoring import count_judgments, fit
from evalhub.core.scoring.incremental import BoardState

CASES = ((100, 10_000, 3), (100, 100_000, 3), (100, 1_000_000, 3), (2_000, 1_000_000, 2))
LARGEST = (100, 10_000_000, 1)
AT_THE_LARGEST = ("ours", "ours_strengths", "evalica")
REFRESHED = (10_000, 100_000, 1_000_000, 10_000_000)
N_PROMPTS = 1_000
N_REFRESHES = 300
TIME_LIMIT = 900
_CLEAR_REFS, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
_HIGH_WATER = re.compile(r"VmHWM:\s+(\d+)")
_OUTCOMES = {"right": 0, "tie": 1, "left": 2}


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold the least time, the megabytes above the table and some strengths, the first at 0.

    ``seconds`` are of CPU.
    """

    seconds: float
    mb: float
    sample: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Refreshes:
    """Hold milliseconds of CPU of refreshes, and passes over cells per refresh."""

    median: float
    mean: float
    p90: float
    most: float
    passes: float


def ours(judgments: pd.DataFrame) -> Strengths:
    """Fit the whole headline board."""
    return _strengths(judgments)


def ours_davidson(judgments: pd.DataFrame) -> Strengths:
    """Fit the whole board with Davidson's ties; its scale is another."""
    return _strengths(judgments, ties="davidson")


def _strengths(judgments: pd.DataFrame, ties: str = "half") -> Strengths:
    (board,) = fit(judgments, ties=ties).boards
    return {row.model: row.strength for row in board.rows if row.strength is not None}


def methods() -> dict[str, Callable[[pd.DataFrame], Strengths]]:
    """Return what can be timed here."""
    own = {"ours": ours, "ours_strengths": strengths_alone, "ours_davidson": ours_davidson}
    return own | available()


def measure(method: str, n_models: int, n_judgments: int, n_rounds: int) -> Measured:
    """Return the least time of one method and the memory it needed above its table."""
    judgments = simulate(n_models, n_judgments, N_PROMPTS)
    one, times = methods()[method], []
    one(simulate(5, 200, 10))  # loads what is loaded once
    before = _forget_peak()
    for _ in range(n_rounds):
        start = process_time()
        found = one(judgments)
        times.append(process_time() - start)
    names = sorted(found)[:20]
    sample = tuple(found[name] - found[names[0]] for name in names)
    return Measured(min(times), _peak() - before, sample)


def refresh(n_judgments: int) -> Refreshes:
    """Return the CPU time of a judgment more and its board, over many judgments more."""
    state = BoardState.of(count_judgments(simulate(100, n_judgments, N_PROMPTS)))
    state.boards()
    news, evaluations = simulate(100, N_REFRESHES, N_PROMPTS), state.n_evaluations
    columns = ("prompt_id", "left", "right", "winner")
    times = []
    for prompt, left, right, winner in zip(*(news[name] for name in columns), strict=True):
        start = process_time()
        state.add(prompt, left, right, _OUTCOMES[winner])
        state.boards()
        times.append(1e3 * (process_time() - start))
    return Refreshes(
        median=float(np.median(times)),
        mean=float(np.mean(times)),
        p90=float(np.quantile(times, 0.9)),
        most=max(times),
        passes=(state.n_evaluations - evaluations) / N_REFRESHES,
    )


def _forget_peak() -> float:
    """Start the peak of memory anew, and return where it stands, in MB."""
    gc.collect()
    if _CLEAR_REFS.exists():
        _CLEAR_REFS.write_text("5")
    return _peak()


def _peak() -> float:
    if _STATUS.exists():
        return int(_HIGH_WATER.findall(_STATUS.read_text())[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _child(*arguments: object) -> str | None:
    """Run one measurement in a process of its own; None where it fails or takes too long."""
    command = [sys.executable, "-m", "benchmarks.bench_scoring", *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            command, capture_output=True, text=True, check=True, env=environment, timeout=TIME_LIMIT
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return done.stdout.splitlines()[-1]


def _lines(n_models: int, n_judgments: int, n_rounds: int, names: tuple[str, ...]) -> Iterator[str]:
    base: Measured | None = None
    for name in names:
        printed = _child("measure", name, n_models, n_judgments, n_rounds)
        if printed is None:
            yield f"  {name:<20} failed, or took over {TIME_LIMIT} s"
            continue
        found = Measured(**json.loads(printed))
        base = base or found
        off = max(abs(a - b) for a, b in zip(found.sample, base.sample, strict=True))
        ratio = found.seconds / base.seconds
        yield (
            f"  {name:<20}{found.seconds:10.4f} s {ratio:8.1f} x {found.mb:8.0f} MB"
            f"   differs by {off:.1e}"
        )


def main() -> None:
    """Print time, ratio to ours and memory of each method, then the refreshes."""
    names = tuple(methods())
    print(f"fastchat_bootstrap draws {N_BOOTSTRAP} times; MB are above the table, seconds of CPU")
    for n_models, n_judgments, n_rounds in CASES:
        print(f"{n_models:,} models, {n_judgments:,} judgments, {N_PROMPTS:,} prompts (simulated)")
        for line in _lines(n_models, n_judgments, n_rounds, names):
            print(line, flush=True)
    print(f"{LARGEST[0]:,} models, {LARGEST[1]:,} judgments")
    for line in _lines(*LARGEST, tuple(name for name in AT_THE_LARGEST if name in names)):
        print(line, flush=True)
    print("one judgment more and its board, ms of CPU")
    for n_judgments in REFRESHED:
        printed = _child("refresh", n_judgments)
        if printed is not None:
            shown = ", ".join(f"{key} {value:.3g}" for key, value in json.loads(printed).items())
            print(f"  {n_judgments:>12,}: {shown}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Time boards against peers.")
    parser.add_argument("words", nargs="*")
    match parser.parse_args().words:
        case ["measure", method, models, judged, rounds]:
            print(json.dumps(asdict(measure(method, int(models), int(judged), int(rounds)))))
        case ["refresh", judged]:
            print(json.dumps(asdict(refresh(int(judged)))))
        case _:
            main()
