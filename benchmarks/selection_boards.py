"""Check the boards of simulated projects: do their intervals hold, are their orders honest."""

from dataclasses import dataclass

import numpy as np

from benchmarks.selection_world import N_PROMPTS, World
from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.counting.sample import Sample
from evalhub.core.scoring.intervals.covariance import clustered_covariance
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry

LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class BoardCheck:
    """Hold, for each repetition, what its board was worth.

    ``cover`` is the share of 95 % intervals that hold the strength of the even design,
    ``half_width`` their mean half width, ``wrong_sign`` the share of all pairs of models whose
    difference excludes 0 on the wrong side.
    """

    cover: FloatArray
    half_width: FloatArray
    wrong_sign: FloatArray

    @classmethod
    def joined(cls, checks: "list[BoardCheck]") -> "BoardCheck":
        """Put the repetitions of several blocks together."""
        return cls(
            cover=np.concatenate([one.cover for one in checks]),
            half_width=np.concatenate([one.half_width for one in checks]),
            wrong_sign=np.concatenate([one.wrong_sign for one in checks]),
        )


def check_boards(world: World, truth: FloatArray) -> BoardCheck:
    """Fit the board of every repetition as the product does, and check it against ``truth``."""
    rows = np.array([_check(world, one, truth) for one in range(world.n_repetitions)])
    return BoardCheck(cover=rows[:, 0], half_width=rows[:, 1], wrong_sign=rows[:, 2])


def _check(world: World, one: int, truth: FloatArray) -> tuple[float, float, float]:
    scores = world.scores[one]
    fit = fit_bradley_terry(scores)
    sample = Sample.of(Cluster.PROMPT, (counts_of(world, one),), is_graded=False)
    spread = clustered_covariance(sample, fit)
    reach = spread.quantile(LEVEL)
    half = reach * spread.standard_errors
    is_held = np.abs(fit.strengths - truth) <= half
    first, second = np.triu_indices(len(truth), k=1)
    gap = (fit.strengths[:, np.newaxis] - fit.strengths)[first, second]
    is_sure = np.abs(gap) > reach * spread.difference_errors()[first, second]
    is_wrong = is_sure & (np.sign(gap) != np.sign(truth[first] - truth[second]))
    return float(is_held.mean()), float(half.mean()), float(is_wrong.mean())


def counts_of(world: World, one: int) -> Counts:
    """Return the judgments of one repetition as the counts that boards are fitted to."""
    n = len(world.strengths)
    first = np.concatenate([batch[0][one] for batch in world.judged])
    second = np.concatenate([batch[1][one] for batch in world.judged])
    score = np.concatenate([batch[2][one] for batch in world.judged])
    prompt = world.prompt_of[one, : len(first)]
    outcome = (2 * score).astype(np.int64)
    cells, n_judgments = np.unique(
        np.stack([prompt, first, second, outcome]), axis=1, return_counts=True
    )
    return Counts.of(
        [f"m{i:02}" for i in range(n)],
        [f"p{i:03}" for i in range(N_PROMPTS)],
        cluster=cells[0],
        left=cells[1],
        right=cells[2],
        outcome=cells[3],
        n=n_judgments.astype(np.int64),
    )
