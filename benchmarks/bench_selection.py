"""Measure what choosing the next comparison saves: ``make bench-selection``.

Simulated and seeded: 20 models, 150 prompts, 1,600 repetitions of each policy; 400 for the order
in the clustered regime, 600 for its winner and 51,200 for the winner in the even regime, whose gate
lies close to what is measured. ``benchmarks/selection_world.py`` describes the world. "Order" is
Kendall's tau between the board and the truth; the judgments to a level are where the mean curve
over repetitions, made monotone, crosses it. Brackets are 95 % intervals, by resampling repetitions
(2,000 times). A gate holds when the worse end of the interval holds it. Exits with 1 when one does
not.

    python -m benchmarks selection        every gate, about twenty minutes on two processors
    EVALHUB_BENCH_SHARE=0.25 ...          a quick look with a quarter of the repetitions
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np
from scipy.optimize import isotonic_regression

from benchmarks.selection_boards import BoardCheck
from benchmarks.selection_courses import SEED, Course, follow_block
from benchmarks.selection_world import REGIMES
from evalhub.core.campaigns import SelectionMode
from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.selection.lots import FLOOR

SHARE = float(os.environ.get("EVALHUB_BENCH_SHARE", "1"))
# A gate close to what is measured needs a narrow bracket, and so more repetitions than the others.
N_BLOCKS = {
    ("even", SelectionMode.WINNER): 512,
    ("clustered", SelectionMode.WINNER): 6,
    ("even", SelectionMode.RANK): 16,
    ("clustered", SelectionMode.RANK): 4,
    ("even", SelectionMode.UNIFORM): 16,
    ("clustered", SelectionMode.UNIFORM): 4,
}
N_RESAMPLES = 2_000
HORIZON = 8_000
WINNER_HORIZON = 6_000
LEVEL = 95.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hold a figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        digits = 0 if abs(self.value) >= 10 else 2 if abs(self.value) >= 0.5 else 4  # noqa: PLR2004 - digits to print
        return f"{self.value:,.{digits}f} [{self.low:,.{digits}f}, {self.high:,.{digits}f}]"


def follow(regime: str, mode: SelectionMode, *, horizon: int, boards_at: tuple[int, ...]) -> Course:
    """Run every repetition of one policy in one regime."""
    start = perf_counter()
    with ProcessPoolExecutor() as processes:
        one = partial(follow_block, regime, mode, horizon=horizon, boards_at=boards_at)
        blocks = list(processes.map(one, range(n_blocks(regime, mode))))
    course = Course(
        at=blocks[0].at,
        tau=np.concatenate([block.tau for block in blocks]),
        is_winner_right=np.concatenate([block.is_winner_right for block in blocks]),
        boards={n: BoardCheck.joined([block.boards[n] for block in blocks]) for n in boards_at},
    )
    seconds = perf_counter() - start
    print(f"  {regime}, {mode.value}: {len(course.tau):,} repetitions, {seconds:.0f} s", flush=True)
    return course


def n_blocks(regime: str, mode: SelectionMode) -> int:
    """Return how many blocks of repetitions a policy is followed for."""
    return max(1, round(SHARE * N_BLOCKS[regime, mode]))


def crossing(curve: FloatArray, at: IntArray, level: float) -> float:
    """Return where ``curve``, made monotone, reaches ``level``; infinity where it does not."""
    rising = isotonic_regression(curve).x
    if rising[-1] < level:
        return np.inf
    i = int(np.argmax(rising >= level))
    if i == 0:
        return float(at[0])
    share = (level - rising[i - 1]) / (rising[i] - rising[i - 1])
    return float(at[i - 1] + share * (at[i] - at[i - 1]))


def resampled(n: int, measure: Callable[[IntArray], float]) -> Estimate:
    """Return ``measure`` of all ``n`` repetitions with its interval by resampling them."""
    rng = np.random.default_rng(SEED)
    drawn = [measure(rng.integers(0, n, n)) for _ in range(N_RESAMPLES)]
    tail = (100 - LEVEL) / 2
    # "lower" and "higher" keep an infinite crossing infinite instead of averaging it away.
    low = np.percentile(drawn, tail, method="lower")
    high = np.percentile(drawn, 100 - tail, method="higher")
    return Estimate(measure(np.arange(n)), float(low), float(high))


def ratio_to_random(course: Course, even: Course, level: float) -> Estimate:
    """Return the judgments to mean tau ``level`` as a share of those that random asking takes."""
    return resampled(
        len(course.tau),
        lambda rows: (
            crossing(mean_curve(course.tau, rows), course.at, level)
            / crossing(mean_curve(even.tau, rows), even.at, level)
        ),
    )


def to_winner(course: Course) -> Estimate:
    """Return the judgments after which the first place is right in 95 % of repetitions."""
    return resampled(
        len(course.tau),
        lambda rows: crossing(mean_curve(course.is_winner_right, rows), course.at, 0.95),
    )


def mean_of(values: FloatArray) -> Estimate:
    """Return the mean over repetitions."""
    return resampled(len(values), lambda rows: float(values[rows].mean()))


def mean_curve(curves: FloatArray, rows: IntArray) -> FloatArray:
    """Return the mean of the drawn rows; each row counts as often as it was drawn."""
    weights = np.bincount(rows, minlength=len(curves)) / len(rows)
    return np.asarray(weights @ curves)


class Gates:
    """Print each figure beside its gate and remember which did not hold."""

    def __init__(self) -> None:
        self.n_missed = 0

    def at_most(self, what: str, estimate: Estimate, gate: float) -> None:
        """Ask for the upper end of the interval to be at most ``gate``."""
        self._print(what, estimate, f"<= {gate:,g}", holds=estimate.high <= gate)

    def at_least(self, what: str, estimate: Estimate, gate: float) -> None:
        """Ask for the lower end of the interval to be at least ``gate``."""
        self._print(what, estimate, f">= {gate:,g}", holds=estimate.low >= gate)

    def _print(self, what: str, estimate: Estimate, gate: str, *, holds: bool) -> None:
        self.n_missed += not holds
        print(f"  {what:<58} {estimate!s:<26} {gate:<9} {'holds' if holds else 'MISSED'}")


def main() -> int:
    """Run every regime and policy, print the figures and say which gates hold."""
    print(f"simulated, floor {FLOOR:g}")
    rank, winner, uniform = SelectionMode.RANK, SelectionMode.WINNER, SelectionMode.UNIFORM
    at = (2_000, 4_000)
    even = {m: follow("even", m, horizon=HORIZON, boards_at=at) for m in (uniform, rank)}
    some = {m: follow("clustered", m, horizon=HORIZON, boards_at=at) for m in (uniform, rank)}
    first = {name: follow(name, winner, horizon=WINNER_HORIZON, boards_at=()) for name in REGIMES}
    gates = Gates()
    order = ratio_to_random
    gates.at_most(
        "even: judgments to tau .95, rank / random", order(even[rank], even[uniform], 0.95), 0.75
    )
    gates.at_most(
        "even: judgments to tau .90, rank / random", order(even[rank], even[uniform], 0.90), 0.85
    )
    gates.at_most(
        "clustered: judgments to tau .90, rank / random",
        order(some[rank], some[uniform], 0.90),
        0.88,
    )
    gates.at_most("even: judgments to the winner in 95 %, winner", to_winner(first["even"]), 3_600)
    gates.at_most(
        "clustered: judgments to the winner in 95 %, winner", to_winner(first["clustered"]), 2_700
    )
    for n, gate in zip(at, (0.92, 0.93), strict=True):
        gates.at_least(
            f"even: 95 % intervals that hold at {n:,}, rank",
            mean_of(even[rank].boards[n].cover),
            gate,
        )
    for name, courses in (("even", even), ("clustered", some)):
        wrong = mean_of(courses[rank].boards[2_000].wrong_sign)
        gates.at_most(f"{name}: sure of the wrong order at 2,000, rank", wrong, 0.004)
    print("for the record, without a gate:")
    for name, courses in (("even", even), ("clustered", some)):
        for mode in (uniform, rank):
            _describe(name, mode, courses[mode])
    print("every gate holds" if not gates.n_missed else f"gates missed: {gates.n_missed}")
    return gates.n_missed


def _describe(name: str, mode: SelectionMode, course: Course) -> None:
    for level in (0.90, 0.95):
        n = crossing(course.tau.mean(axis=0), course.at, level)
        said = f"{n:,.0f}" if np.isfinite(n) else f"not by {HORIZON:,}"
        print(f"  {name}, {mode.value}: judgments to tau {level:.2f}: {said}")
    for n, board in course.boards.items():
        print(
            f"  {name}, {mode.value}, at {n:,}: cover {board.cover.mean():.3f}, half-width "
            f"{board.half_width.mean():.3f}, wrong order {board.wrong_sign.mean():.4f}"
        )
    at_end = course.is_winner_right[:, -1].mean()
    print(f"  {name}, {mode.value}: winner right at the end in {at_end:.3f}")


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
