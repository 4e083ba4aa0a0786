"""State how often two annotators of one pair agree, with tie rule, n and interval.

Krippendorff's alpha and other chance-corrected figures are not computed here; percent
agreement is no evidence of being right, and depends on how many answers were offered.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.material import ReleaseJudgment
from evalhub.core.scoring.arrays import IntArray

MIN_PAIRS = 10
N_RESAMPLES = 2_000
TAIL = 0.025
INTERVAL_METHOD = (
    f"95 % percentile interval of {N_RESAMPLES:,} resamples of pairs; "
    f"none with fewer than {MIN_PAIRS} pairs or where the resamples do not differ"
)

_TIES = frozenset({Choice.TIE, Choice.BOTH_GOOD, Choice.BOTH_BAD})


@dataclass(frozen=True, slots=True)
class AgreementFigure:
    """Hold one share of agreeing pairs of annotators; ``low`` and ``high`` are its interval."""

    name: str
    method: str
    value: float
    low: float | None
    high: float | None
    interval_method: str
    n_pairs: int
    n_comparisons: int


@dataclass(slots=True)
class AgreementTally:
    """Count, pair by pair, how many pairs of its annotators agree, under two tie rules.

    Only the distinct (agreeing, all) counts are kept, so memory does not grow with the pairs.
    """

    with_ties: Counter[tuple[int, int]] = field(default_factory=Counter)
    without_ties: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, judgments: Sequence[ReleaseJudgment]) -> None:
        """Count the judgments on one pair; those by the same annotator are not compared."""
        said = [(item.annotator, side) for item in judgments if (side := _side(item)) is not None]
        compared = [(one, other) for (who, one), (by, other) in combinations(said, 2) if who != by]
        clear = [pair for pair in compared if "tie" not in pair]
        for counts, answers in ((self.with_ties, compared), (self.without_ties, clear)):
            if answers:
                counts[sum(one == other for one, other in answers), len(answers)] += 1

    def figures(self) -> tuple[AgreementFigure, ...]:
        """Return the figures that exist."""
        candidates = (
            _figure("Same answer, a tie is a third answer", self.with_ties),
            _figure("Same side, pairs of answers with a tie left out", self.without_ties),
        )
        return tuple(figure for figure in candidates if figure is not None)


def _side(judgment: ReleaseJudgment) -> str | None:
    choice = judgment.record.canonical_choice
    if choice is Choice.CANNOT_JUDGE:
        return None
    return "tie" if choice in _TIES else choice.value


def _figure(name: str, counts: Counter[tuple[int, int]]) -> AgreementFigure | None:
    n_pairs = counts.total()
    if not n_pairs:
        return None
    # Sorted, so that the resamples do not depend on the order in which pairs were counted.
    classes = sorted(counts)
    weights = np.array([counts[one] for one in classes], dtype=np.int64)
    same, total = np.array(classes, dtype=np.int64).T
    n_comparisons = int((weights * total).sum())
    low, high = _interval(same, total, weights)
    return AgreementFigure(
        name=name,
        method="share of all pairs of judgments on one pair by two annotators that agree",
        value=round(int((weights * same).sum()) / n_comparisons, 4),
        low=low,
        high=high,
        interval_method=INTERVAL_METHOD,
        n_pairs=n_pairs,
        n_comparisons=n_comparisons,
    )


def _interval(
    same: IntArray, total: IntArray, weights: IntArray
) -> tuple[float, float] | tuple[None, None]:
    """Return the percentile interval of the ratio when whole pairs are drawn again.

    Drawing n pairs with replacement is one multinomial draw over their distinct counts. Where
    every draw gives the same share, resampling says nothing, and there is no interval.
    """
    n_pairs = int(weights.sum())
    if n_pairs < MIN_PAIRS:
        return None, None
    rng = np.random.default_rng(0)
    draws = rng.multinomial(n_pairs, weights / n_pairs, size=N_RESAMPLES)
    shares = (draws @ same) / (draws @ total)
    low, high = (round(float(x), 4) for x in np.quantile(shares, [TAIL, 1 - TAIL]))
    return (low, high) if low < high else (None, None)
