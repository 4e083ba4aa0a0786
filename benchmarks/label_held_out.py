"""Foresee real judgments that were kept back, from labels of the others on the same pairs."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from benchmarks.label_gates import Gate
from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.core.scoring.labels import (
    JudgmentTable,
    PairedResponses,
    PooledLabels,
    count_graded,
    fit_pooled,
)
from evalhub.core.scoring.labels.grading import NODES, tabulate
from evalhub.core.scoring.labels.judgments import FIRST_UNGRADED, MAX_GRADE, SECOND_UNGRADED

N_SPLITS = 20
LEAST_GAIN, LEAST_LOG_LOSS_GAIN = 0.04, 0.0
EVEN = 1e-9
SMOOTHING = (0.25, 0.5, 1.0, 2.0, 4.0)
_GRADES = {"left": -1, "tie": 0, "right": 1}


@dataclass(frozen=True, slots=True, eq=False)
class RealJudgments:
    """Hold real judgments: codes, one entry a judgment, and the pairs and models behind them."""

    pair: IntArray
    annotator: IntArray
    grade: IntArray
    paired: PairedResponses

    @property
    def n_pairs(self) -> int:
        """Return the number of pairs."""
        return len(self.paired.first)

    def table(self, keep: BoolArray) -> JudgmentTable:
        """Return the judgments in ``keep`` as counts; the side is that of the pair, always."""
        n = int(keep.sum())
        return count_graded(
            self.pair[keep],
            self.annotator[keep],
            self.grade[keep],
            is_graded=np.zeros(n, np.bool_),
            side=np.full(n, -1),
            n_pairs=self.n_pairs,
            n_annotators=int(self.annotator.max()) + 1,
        )


def held_out_gates(folder: Path) -> list[Gate]:
    """Return what pooling gains over the majority in foreseeing judgments, over twenty splits."""
    real = read_real(folder / "crowd-comparisons.csv")
    measured: defaultdict[str, list[float]] = defaultdict(list)
    for seed in range(N_SPLITS):
        for claim, value in _one_split(real, np.random.default_rng(seed)).items():
            measured[claim].append(value)
    least = {
        "decisive accuracy, pooled less majority": LEAST_GAIN,
        "three-way log loss, majority less pooled": LEAST_LOG_LOSS_GAIN,
        "decisive accuracy, pooled on one judgment a pair less majority": 0.0,
    }
    return [Gate(claim, tuple(one), least.get(claim)) for claim, one in measured.items()]


def read_real(path: Path) -> RealJudgments:
    """Read the judgments of llmfao."""
    rows = pd.read_csv(path)
    sides = [list(zip(rows["prompt"], rows[name], strict=True)) for name in ("left", "right")]
    responses = sorted({*sides[0], *sides[1]})
    code = {response: number for number, response in enumerate(responses)}
    both = np.array([[code[one] for one in side] for side in sides])
    distinct, pair = np.unique(both, axis=1, return_inverse=True)
    models = sorted({name for _, name in responses})
    return RealJudgments(
        pair=pair,
        annotator=np.unique(rows["worker"], return_inverse=True)[1],
        grade=np.array([_GRADES[one] for one in rows["winner"]], dtype=np.int64),
        paired=PairedResponses(
            first=distinct[0],
            second=distinct[1],
            model=np.array([models.index(name) for _, name in responses]),
            n_models=len(models),
        ),
    )


def _one_split(real: RealJudgments, rng: np.random.Generator) -> dict[str, float]:
    """Keep one judgment of every pair with two or more back, and foresee it from the others."""
    order = rng.permutation(len(real.pair))
    rank = pd.Series(real.pair[order]).groupby(real.pair[order]).cumcount().to_numpy()
    place = np.empty(len(order), np.int64)
    place[order] = rank
    n = np.bincount(real.pair)[real.pair]
    kept_back = (place == 0) & (n > 1)
    others, one_each = ~kept_back, (place == 1) & (n > 1)
    truth = real.grade[kept_back]
    target = real.pair[kept_back]
    by_count = _counted(real.table(others))[target]
    best = min(SMOOTHING, key=lambda amount: _log_loss(_smoothed(by_count, amount), truth))
    counted = _smoothed(by_count, best)
    pooled = _foreseen(real.table(others), fit_pooled(real.table(others), real.paired))[target]
    single = _foreseen(real.table(one_each), fit_pooled(real.table(one_each), real.paired))[target]
    return {
        "decisive accuracy of the majority": _accuracy(counted, truth),
        "decisive accuracy, pooled less majority": _accuracy(pooled, truth)
        - _accuracy(counted, truth),
        "three-way log loss of the majority share, best smoothing": _log_loss(counted, truth),
        "three-way log loss, majority less pooled": _log_loss(counted, truth)
        - _log_loss(pooled, truth),
        "decisive log loss, majority less pooled": _decisive_log_loss(counted, truth)
        - _decisive_log_loss(pooled, truth),
        "decisive accuracy, pooled on one judgment a pair less majority": _accuracy(single, truth)
        - _accuracy(counted, truth),
        "three-way log loss, majority less pooled on one judgment": _log_loss(counted, truth)
        - _log_loss(single, truth),
    }


def _counted(table: JudgmentTable) -> FloatArray:
    return np.stack([table.n_first, table.n_tied, table.n_second], axis=1).astype(np.float64)


def _smoothed(counts: FloatArray, amount: float) -> FloatArray:
    """Add ``amount`` to every count, shared as the answers are overall."""
    overall = counts.sum(axis=0) / counts.sum()
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray((counts + 3 * amount * overall) / (total + 3 * amount))


def _foreseen(table: JudgmentTable, pooled: PooledLabels) -> FloatArray:
    """Return the shares of first, tie and second expected of an unknown annotator, (P, 3)."""
    n, weight = table.n_annotators, np.bincount(table.annotator, table.by_pair.sum(axis=0))
    everyone = JudgmentTable(
        annotator=np.tile(np.arange(n), 3),
        category=np.repeat([FIRST_UNGRADED, MAX_GRADE, SECOND_UNGRADED], n),
        side=np.full(3 * n, -1),
        by_pair=csr_array((1, 3 * n)),
        n_annotators=n,
        n_first=np.zeros(1, np.int64),
        n_tied=np.zeros(1, np.int64),
        n_second=np.zeros(1, np.int64),
    )
    chance = np.exp(tabulate(everyone, pooled.grading).log_probability).reshape(3, n, len(NODES))
    weight = np.pad(weight, (0, n - len(weight)))
    answer = np.einsum("caq,a->qc", chance, weight / weight.sum())
    spread = pooled.preference_se[:, np.newaxis]
    node = np.exp(-(((NODES - pooled.preference[:, np.newaxis]) / spread) ** 2) / 2)
    return np.asarray(node / node.sum(axis=1, keepdims=True) @ answer)


def _accuracy(shares: FloatArray, truth: IntArray) -> float:
    """Return how many decisive judgments go the way that has the greater share; even is half."""
    lead, decisive = shares[:, 2] - shares[:, 0], truth != 0
    right = np.where(np.abs(lead) < EVEN, 0.5, np.sign(lead) == truth)
    return float(right[decisive].mean())


def _log_loss(shares: FloatArray, truth: IntArray) -> float:
    return float(-np.log(shares[np.arange(len(truth)), truth + 1]).mean())


def _decisive_log_loss(shares: FloatArray, truth: IntArray) -> float:
    decisive = shares[:, [0, 2]] / shares[:, [0, 2]].sum(axis=1, keepdims=True)
    kept = truth != 0
    return float(-np.log(decisive[kept, (truth[kept] + 1) // 2]).mean())
