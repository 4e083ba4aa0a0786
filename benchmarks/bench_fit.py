"""Time boards from tables of strings against peers, in one run: ``python -m benchmarks fit``.

Ours is the whole board: strengths, prompt-clustered intervals, rank intervals and the advantage of
the left side; beside it stand the strengths alone, which is what evalica gives. A peer is timed
where it can be imported, else it is left out. To have them without touching the project's own
environment::

    python3 -m venv /tmp/bench && /tmp/bench/bin/pip install pandas scipy pyarrow evalica arena-rank
    OMP_NUM_THREADS=1 /tmp/bench/bin/python -m benchmarks fit

evalica gives strengths without intervals; arena-rank gives strengths with intervals that take
every judgment for independent. Each runs five times in turn with the others; the least counts, in
seconds of CPU, because the wall clock of a shared machine says more about its other work.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from time import process_time
from typing import TypeAlias

import numpy as np
import pandas as pd

from evalhub.core.scoring import count_judgments, fit, fit_counts
from evalhub.core.scoring.counting.counts import count_encoded
from evalhub.core.scoring.reading.encoding import encode_judgments
from evalhub.core.scoring.strengths.newton import Likelihood, maximise
from evalhub.core.scoring.ties.half_win import HalfWin

Strengths: TypeAlias = dict[str, float]
Fit: TypeAlias = Callable[[pd.DataFrame], Strengths]
N_ROUNDS = 5
TIE_SHARE = 0.2
CASES = ((100, 100_000, 1_000), (100, 1_000_000, 1_000), (2_000, 1_000_000, 1_000))


def simulate(n_models: int, n_judgments: int, n_prompts: int) -> pd.DataFrame:
    """Draw judgments from Bradley-Terry with a fifth of ties, as strings."""
    rng = np.random.default_rng(2026)
    strength = rng.normal(0, 0.8, n_models)
    left = rng.integers(0, n_models, n_judgments)
    right = (left + rng.integers(1, n_models, n_judgments)) % n_models
    p_left = 1 / (1 + np.exp(strength[right] - strength[left]))
    won = np.where(rng.random(n_judgments) < p_left, "left", "right")
    names = np.array([f"model-{i:04d}" for i in range(n_models)])
    prompts = np.array([f"prompt-{i:06d}" for i in range(n_prompts)])
    return pd.DataFrame(
        {
            "prompt_id": prompts[rng.integers(0, n_prompts, n_judgments)],
            "left": names[left],
            "right": names[right],
            "winner": np.where(rng.random(n_judgments) < TIE_SHARE, "tie", won),
        }
    )


def ours(judgments: pd.DataFrame) -> Strengths:
    """Fit a board with intervals and rank intervals."""
    (board,) = fit(judgments).boards
    return {row.model: row.strength for row in board.rows if row.strength is not None}


def strengths_alone(judgments: pd.DataFrame) -> Strengths:
    """Fit strengths with the same search and nothing beside them, as evalica does."""
    counts = count_encoded(encode_judgments(judgments), None)
    cells = counts.cells(is_graded=False)
    found = maximise(Likelihood.of(HalfWin(), cells, len(counts.models)))
    return dict(zip(counts.models, found.strengths.tolist(), strict=True))


def evalica(judgments: pd.DataFrame) -> Strengths:
    """Fit strengths with evalica, which reads lists."""
    module = import_module("evalica")
    winner = {"left": module.Winner.X, "tie": module.Winner.Draw, "right": module.Winner.Y}
    result = module.bradley_terry(
        judgments["left"].tolist(),
        judgments["right"].tolist(),
        judgments["winner"].map(winner).tolist(),
    )
    logs = np.log(result.scores)
    return dict((logs - logs.mean()).items())


def arena_rank(judgments: pd.DataFrame) -> Strengths:
    """Fit strengths and sandwich intervals with arena-rank."""
    data = import_module("arena_rank.utils.data_utils").PairDataset.from_pandas(
        judgments,
        competitor_cols=["left", "right"],
        outcome_col="winner",
        outcome_map={"left": 1.0, "tie": 0.5, "right": 0.0}.get,
    )
    model = import_module("arena_rank.models.bradley_terry").BradleyTerry(len(data.competitors))
    result = model.compute_ratings_and_cis(data)
    logs = np.asarray(result["ratings"]) * np.log(10) / 400
    return dict(zip(result["competitors"], (logs - logs.mean()).tolist(), strict=True))


def fastest(fits: dict[str, Fit], judgments: pd.DataFrame) -> dict[str, float]:
    """Return the least CPU time of each fit in seconds, having run them in turn."""
    times: dict[str, list[float]] = {name: [] for name in fits}
    for _ in range(N_ROUNDS):
        for name, one in fits.items():
            start = process_time()
            one(judgments)
            times[name].append(process_time() - start)
    return {name: min(taken) for name, taken in times.items()}


def largest_difference(one: Strengths, other: Strengths) -> float:
    """Return the largest absolute difference between two fits of the same models."""
    return max(abs(one[model] - other[model]) for model in one)


def refresh_time(judgments: pd.DataFrame) -> float:
    """Return the least time of one new judgment and a new board from kept counts."""
    counts = count_judgments(judgments)
    times = []
    for row in range(N_ROUNDS):
        start = process_time()
        fit_counts(counts.add(judgments.iloc[row : row + 1]))
        times.append(process_time() - start)
    return min(times)


def main() -> None:
    """Print the time of each fit and its ratio to ours."""
    peers: dict[str, Fit] = {"evalica": evalica, "arena_rank": arena_rank}
    own: dict[str, Fit] = {"ours": ours, "ours, no intervals": strengths_alone}
    fits = {**own, **{name: peer for name, peer in peers.items() if find_spec(name)}}
    for n_models, n_judgments, n_prompts in CASES:
        judgments = simulate(n_models, n_judgments, n_prompts)
        print(f"{n_models:,} models, {n_judgments:,} judgments, {n_prompts:,} prompts (simulated)")
        mine, times = ours(judgments), fastest(fits, judgments)
        for name, seconds in times.items():
            error = largest_difference(mine, fits[name](judgments))
            ratio = seconds / times["ours"]
            print(f"  {name:<18}{seconds:9.4f} s {ratio:7.1f} x   differs by {error:.1e}")
        print(f"  one judgment more, board anew: {refresh_time(judgments):.4f} s")


if __name__ == "__main__":
    main()
