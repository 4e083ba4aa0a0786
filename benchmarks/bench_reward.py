"""Train reward models by four labels: ``python -m benchmarks.bench_reward [--data FOLDER]``.

A logistic reward model on fixed features of a response (hashed words, marks of form, length) is
fitted to the pairs of some prompts, and asked about the decisive judgments on the other prompts.
Nothing of a tested prompt is trained on, neither its texts nor its judgments. The ridge is chosen
on prompts kept back from that training, for each label by itself. Printed are means over splits and
their 95 % intervals, for each label and for its difference from the hard majority.
"""

import argparse
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import t as student

from benchmarks.label_held_out import RealJudgments, read_real
from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.core.scoring.labels import fit_item_only, fit_pooled, majority

N_SPLITS = 10
N_HASHED, N_BINS = 128, 10
TEST_SHARE, TUNING_SHARE = 0.3, 0.25
RIDGES = (10.0, 30.0, 100.0, 300.0, 1_000.0)
BASE = "hard majority"
_STEPS = 12
_MARKS = ("\n", "\n- ", "\n1.", "**", "```", ":", "?", "!", "I ", "sorry")
_TINY, _EVEN = 1e-6, 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Hold what pairs are trained on: P(second preferred), and a margin the winner must lead by."""

    label: FloatArray
    margin: FloatArray
    is_used: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Hold the judgments, and of each pair its prompt and second less first of its features."""

    real: RealJudgments
    prompt: IntArray
    difference: FloatArray


def main() -> None:
    """Train on every split and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--splits", type=int, default=N_SPLITS)
    options, _ = parser.parse_known_args()
    data = read_data(options.data / "llmfao")
    found = [one_split(data, np.random.default_rng([2026, seed])) for seed in range(options.splits)]
    print(f"{options.splits} splits by prompt; mean and 95 % interval over splits")
    for name in found[0]:
        scores = np.array([one[name] for one in found])
        lead = scores - np.array([one[BASE] for one in found])
        words = [f"{metric} {_interval(scores[:, k])}" for k, metric in enumerate(METRICS)]
        if name != BASE:
            words += [
                f"{metric} less {BASE} {_interval(lead[:, k])}" for k, metric in enumerate(METRICS)
            ]
        print(f"{name}: " + "; ".join(words))


METRICS = ("accuracy", "log loss", "ECE")


def read_data(folder: Path) -> Data:
    """Read judgments and texts; responses are numbered as ``read_real`` numbers them."""
    rows = pd.read_csv(folder / "crowd-comparisons.csv")
    results = pd.read_json(folder / "results.jsonl", lines=True)
    names = {
        (prompt, name)
        for side in ("left", "right")
        for prompt, name in zip(rows["prompt"], rows[side], strict=True)
    }
    text = {(row.prompt, row.name): str(row.result) for row in results.itertuples(index=False)}
    responses = sorted(names)
    features = np.stack([_features(text[key]) for key in responses])
    spread = features.std(axis=0)
    features = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    real = read_real(folder / "crowd-comparisons.csv")
    prompts = np.array([prompt for prompt, _ in responses])
    return Data(
        real=real,
        prompt=prompts[real.paired.first],
        difference=features[real.paired.second] - features[real.paired.first],
    )


def _features(text: str) -> FloatArray:
    hashed = np.zeros(N_HASHED)
    for word in text.lower().split():
        hashed[zlib.crc32(word[:6].encode()) % N_HASHED] += 1
    marks = [float(text.count(mark)) for mark in _MARKS]
    return np.asarray(np.log1p(np.concatenate([hashed, marks, [float(len(text))]])))


def one_split(data: Data, rng: np.random.Generator) -> dict[str, tuple[float, float, float]]:
    """Return accuracy, log loss and calibration error of each label on held-out prompts."""
    prompts = rng.permutation(np.unique(data.prompt))
    n_test = round(TEST_SHARE * len(prompts))
    n_tuning = round(TUNING_SHARE * (len(prompts) - n_test))
    test, tuning, rest = np.split(prompts, [n_test, n_test + n_tuning])
    training = np.concatenate([tuning, rest])
    found = {}
    for name, target in _targets(data, training).items():
        losses = [_scored(data, target, ridge, rest, tuning)[1] for ridge in RIDGES]
        best = RIDGES[int(np.argmin(losses))]
        found[name] = _scored(data, target, best, training, test)
    return found


def _targets(data: Data, prompts: IntArray) -> Mapping[str, Target]:
    """Label the pairs of ``prompts`` by their own judgments and by those of no other prompt."""
    real = data.real
    is_in = np.isin(data.prompt, prompts)
    table = real.table(is_in[real.pair])
    is_judged = table.n_first + table.n_tied + table.n_second > 0
    sign = majority(table)
    item, pooled = fit_item_only(table), fit_pooled(table, real.paired)
    none = np.zeros(len(sign))
    lead = np.maximum(0.0, item.preference * sign)
    hard = (sign + 1) / 2
    return {
        BASE: Target(hard, none, is_judged & (sign != 0)),
        "hard with margin": Target(hard, lead, is_judged & (sign != 0)),
        "item-only soft label": Target(item.probability, none, is_judged),
        "pooled soft label": Target(pooled.probability, none, is_judged),
    }


def _scored(
    data: Data, target: Target, ridge: float, trained: IntArray, asked_of: IntArray
) -> tuple[float, float, float]:
    used = target.is_used & np.isin(data.prompt, trained)
    weights = _fit(data.difference[used], target.label[used], target.margin[used], ridge)
    real = data.real
    asked = np.isin(data.prompt, asked_of)[real.pair] & (real.grade != 0)
    chance = expit(data.difference[real.pair[asked]] @ weights)
    return _figures(np.clip(chance, _TINY, 1 - _TINY), real.grade[asked] > 0)


def _fit(difference: FloatArray, label: FloatArray, margin: FloatArray, ridge: float) -> FloatArray:
    """Minimise the cross-entropy by Newton's method; a margin is taken off the winner's lead."""
    weights = np.zeros(difference.shape[1])
    offset = -margin * np.sign(label - _EVEN)
    for _ in range(_STEPS):
        p = expit(difference @ weights + offset)
        gradient = difference.T @ (label - p) - ridge * weights
        hessian = (difference * (p * (1 - p))[:, np.newaxis]).T @ difference
        weights = weights + np.linalg.solve(hessian + ridge * np.eye(len(weights)), gradient)
    return weights


def _figures(chance: FloatArray, is_second: BoolArray) -> tuple[float, float, float]:
    """Return accuracy, log loss, and the expected calibration error over ten equal bins."""
    accuracy = float(((chance > _EVEN) == is_second).mean())
    log_loss = float(-np.log(np.where(is_second, chance, 1 - chance)).mean())
    place = np.minimum((chance * N_BINS).astype(np.int64), N_BINS - 1)
    gap = np.bincount(place, chance - is_second, minlength=N_BINS)
    return accuracy, log_loss, float(np.abs(gap).sum() / len(chance))


def _interval(values: FloatArray) -> str:
    half = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():+.3f} ±{half:.3f}"


if __name__ == "__main__":
    main()
