"""Follow simulated projects through a policy: how right the order and the winner become."""

from dataclasses import dataclass

import numpy as np

from benchmarks.selection_boards import BoardCheck, check_boards
from benchmarks.selection_world import REGIMES, World, run, uniform_truth
from evalhub.core.campaigns import SelectionMode
from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.selection.lots import FLOOR

BLOCK = 100
"""Repetitions that run side by side in one process."""
SEED = 2026


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Hold how one policy went: a curve a repetition, and the boards on the way."""

    at: IntArray
    tau: FloatArray
    is_winner_right: FloatArray
    boards: dict[int, BoardCheck]


def follow_block(
    regime: str, mode: SelectionMode, block: int, *, horizon: int, boards_at: tuple[int, ...]
) -> Course:
    """Run one block of repetitions side by side."""
    strengths = REGIMES[regime]
    # The same stream starts the block of every policy: all of them meet the same prompts.
    world = World(strengths, BLOCK, horizon, np.random.default_rng([SEED, block]))
    truth = uniform_truth(strengths)
    at, tau, winner, boards = [], [], [], {}
    for standing in run(world, mode, floor=FLOOR):
        at.append(world.n_done)
        tau.append(kendall_tau(standing.strengths, strengths))
        winner.append(standing.strengths.argmax(axis=-1) == strengths.argmax())
        for n in boards_at:
            if n not in boards and world.n_done >= n:
                boards[n] = check_boards(world, truth)
    return Course(np.array(at), np.array(tau).T, np.array(winner, dtype=float).T, boards)


def kendall_tau(strengths: FloatArray, truth: FloatArray) -> FloatArray:
    """Return Kendall's tau of each row of ``strengths`` with ``truth``, which has no ties."""
    first, second = np.triu_indices(len(truth), k=1)
    agree = np.sign(strengths[:, first] - strengths[:, second]) * np.sign(
        truth[first] - truth[second]
    )
    return np.asarray(agree.mean(axis=-1))
