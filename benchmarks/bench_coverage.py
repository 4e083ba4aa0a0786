"""Check how often 95 % intervals hold the truth: ``python -m benchmarks coverage``.

Simulated: six models, judgments that win, tie or lose by an ordinal logit, and an effect of each
prompt on each model with standard deviation tau. The truth of a cell is the strength that
endlessly many prompts would give. Ranks hold when all six rank intervals do at once.
"""

import numpy as np
import pandas as pd

from evalhub.core.scoring import Boards, fit
from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry

STRENGTHS = np.array([0.75, 0.45, 0.15, -0.15, -0.45, -0.75])
TIE_HALF_WIDTH = 0.5
N_REPETITIONS = 600
DESIGNS = ((15, 60), (40, 30), (200, 10))
NAMES = np.array([f"m{i}" for i in range(len(STRENGTHS))])


def expected_score(gap: FloatArray) -> FloatArray:
    """Return the mean score of the left side: the win probability plus half that of a tie."""
    win = 1 / (1 + np.exp(TIE_HALF_WIDTH - gap))
    not_loss = 1 / (1 + np.exp(-TIE_HALF_WIDTH - gap))
    return np.asarray((win + not_loss) / 2)


def true_strengths(tau: float) -> FloatArray:
    """Return the strengths that fit the mean scores over endlessly many prompts."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    gap = (STRENGTHS[:, np.newaxis] - STRENGTHS)[..., np.newaxis] + tau * np.sqrt(2) * nodes
    scores = expected_score(gap) @ weights / weights.sum()
    np.fill_diagonal(scores, 0)
    return fit_bradley_terry(scores).strengths


def simulate(rng: np.random.Generator, tau: float, n_prompts: int, per_prompt: int) -> pd.DataFrame:
    """Draw the judgments of one project."""
    n = n_prompts * per_prompt
    prompt = np.repeat(np.arange(n_prompts), per_prompt)
    left = rng.integers(0, len(STRENGTHS), n)
    right = (left + rng.integers(1, len(STRENGTHS), n)) % len(STRENGTHS)
    quality = STRENGTHS + rng.normal(0, tau, (n_prompts, len(STRENGTHS)))
    latent = quality[prompt, left] - quality[prompt, right] + rng.logistic(size=n)
    outcome = (latent > TIE_HALF_WIDTH).astype(int) + (latent > -TIE_HALF_WIDTH)
    names = np.array([f"p{i}" for i in range(n_prompts)])
    columns = {"prompt_id": names[prompt], "left": NAMES[left], "right": NAMES[right]}
    return pd.DataFrame({**columns, "winner": np.array(["right", "tie", "left"])[outcome]})


def held(boards: Boards, truth: FloatArray) -> tuple[list[bool], bool]:
    """Tell which intervals hold the truth, and whether all rank intervals do."""
    (board,) = boards.boards
    strengths, ranks = [], []
    for row in board.rows:
        i = NAMES.tolist().index(row.model)
        interval, rank = row.interval, row.rank_interval
        assert interval is not None
        assert rank is not None
        strengths.append(bool(interval.low <= truth[i] <= interval.high))
        ranks.append(rank.best <= i + 1 <= rank.worst)
    return strengths, all(ranks)


def main() -> None:
    """Print the share of intervals, and of sets of rank intervals, that hold the truth."""
    rng = np.random.default_rng(2026)
    print(f"simulated, {N_REPETITIONS} repetitions a cell, level 95 %")
    for tau in (0.0, 0.5, 1.0):
        truth = true_strengths(tau)
        for n_prompts, per_prompt in DESIGNS:
            results = [
                held(fit(simulate(rng, tau, n_prompts, per_prompt)), truth)
                for _ in range(N_REPETITIONS)
            ]
            strengths = np.mean([one for one, _ in results])
            ranks = np.mean([all_hold for _, all_hold in results])
            print(f"  tau {tau:.1f}  {n_prompts:3} x {per_prompt:2}: {strengths:.3f}  {ranks:.3f}")


if __name__ == "__main__":
    main()
