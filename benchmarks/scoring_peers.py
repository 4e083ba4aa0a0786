"""Fit Bradley-Terry with other libraries, each from the same table of strings.

A peer is used where it can be imported; nothing here is a dependency of EvalHub.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize

Strengths: TypeAlias = dict[str, float]
Fit: TypeAlias = Callable[[pd.DataFrame], Strengths]
Floats: TypeAlias = npt.NDArray[np.float64]
N_BOOTSTRAP = 100
_SCORES = {"left": 1.0, "tie": 0.5, "right": 0.0}


def evalica(judgments: pd.DataFrame) -> Strengths:
    """Fit strengths with evalica, which reads lists; no intervals."""
    module = import_module("evalica")
    winner = {"left": module.Winner.X, "tie": module.Winner.Draw, "right": module.Winner.Y}
    result = module.bradley_terry(
        judgments["left"].tolist(),
        judgments["right"].tolist(),
        judgments["winner"].map(winner).tolist(),
    )
    return _centred(np.log(result.scores.to_numpy()), list(result.scores.index))


def arena_rank(judgments: pd.DataFrame) -> Strengths:
    """Fit strengths and sandwich intervals for independent judgments with arena-rank."""
    data = import_module("arena_rank.utils.data_utils").PairDataset.from_pandas(
        judgments,
        competitor_cols=["left", "right"],
        outcome_col="winner",
        outcome_map=_SCORES.get,
    )
    model = import_module("arena_rank.models.bradley_terry").BradleyTerry(len(data.competitors))
    result = model.compute_ratings_and_cis(data)
    return _centred(np.asarray(result["ratings"]) * np.log(10) / 400, list(result["competitors"]))


def choix(judgments: pd.DataFrame) -> Strengths:
    """Fit strengths with choix's I-LSR from two rows a judgment, a tie being one each way."""
    left, right, score, names = _encoded(judgments)
    won, lost = score > 0, score < 1
    first = np.concatenate([left[won], left[score == 1], right[lost], right[score == 0]])
    second = np.concatenate([right[won], right[score == 1], left[lost], left[score == 0]])
    pairs = np.stack([first, second], axis=1)
    return _centred(import_module("choix").ilsr_pairwise(len(names), pairs), names)


def crowd_kit(judgments: pd.DataFrame) -> Strengths:
    """Fit strengths with crowd-kit, which knows no ties: they are dropped."""
    decided = judgments[judgments["winner"] != "tie"]
    label = decided["left"].where(decided["winner"] == "left", decided["right"])
    table = decided[["left", "right"]].assign(label=label, worker=decided["prompt_id"])
    module = import_module("crowdkit.aggregation")
    scores = module.BradleyTerry(n_iter=100).fit_predict(table)
    return _centred(np.log(scores.to_numpy()), list(scores.index))


def fastchat(judgments: pd.DataFrame) -> Strengths:
    """Fit strengths by FastChat's published algorithm: counted outcomes and L-BFGS-B."""
    kinds, n, names = _counted(judgments)
    return _centred(_fastchat_fit(kinds, n, len(names)), names)


def fastchat_bootstrap(judgments: pd.DataFrame) -> Strengths:
    """Fit as FastChat does, with 100 multinomial draws of the counts for percentile intervals."""
    kinds, n, names = _counted(judgments)
    rng = np.random.default_rng(0)
    draws = rng.multinomial(int(n.sum()), n / n.sum(), size=N_BOOTSTRAP)
    fits = [_fastchat_fit(kinds, draw.astype(np.float64), len(names)) for draw in draws]
    np.percentile([fit - fit.mean() for fit in fits], (2.5, 97.5), axis=0)
    return _centred(np.median(fits, axis=0), names)


def available() -> dict[str, Fit]:
    """Return the peers that can be imported, and FastChat's algorithm, which needs nothing."""
    modules: dict[str, Fit] = {
        "evalica": evalica,
        "arena_rank": arena_rank,
        "choix": choix,
        "crowdkit": crowd_kit,
    }
    found: dict[str, Fit] = {"fastchat": fastchat, "fastchat_bootstrap": fastchat_bootstrap}
    return found | {name: peer for name, peer in modules.items() if find_spec(name)}


def _counted(judgments: pd.DataFrame) -> tuple[npt.NDArray[np.int64], Floats, list[str]]:
    left, right, score, names = _encoded(judgments)
    rows = np.stack([left, right, (2 * score).astype(np.int64)], axis=1)
    kinds, n = np.unique(rows, axis=0, return_counts=True)
    return kinds, n.astype(np.float64), names


def _fastchat_fit(kinds: npt.NDArray[np.int64], n: Floats, n_models: int) -> Floats:
    left, right, score = kinds[:, 0], kinds[:, 1], kinds[:, 2] / 2

    def loss(theta: Floats) -> tuple[float, Floats]:
        chance = 1 / (1 + np.exp(theta[right] - theta[left]))
        value = -(n @ (score * np.log(chance) + (1 - score) * np.log1p(-chance)))
        pull = n * (score - chance)
        slope = np.bincount(right, pull, n_models) - np.bincount(left, pull, n_models)
        return float(value), np.asarray(slope, dtype=np.float64)

    options = {"maxiter": 100, "gtol": 1e-6}
    found = minimize(  # type: ignore[call-overload]  # the stubs want arrays of one axis
        loss, np.zeros(n_models), jac=True, method="L-BFGS-B", options=options
    )
    return np.asarray(found.x)


def _encoded(
    judgments: pd.DataFrame,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats, list[str]]:
    both = pd.concat([judgments["left"], judgments["right"]])
    codes, names = pd.factorize(both, sort=True)
    half = len(judgments)
    score = np.asarray(judgments["winner"].map(_SCORES), dtype=np.float64)
    codes = np.asarray(codes, dtype=np.int64)
    return codes[:half], codes[half:], score, list(names)


def _centred(logs: Floats, names: list[str]) -> Strengths:
    return dict(zip(names, (logs - logs.mean()).tolist(), strict=True))
