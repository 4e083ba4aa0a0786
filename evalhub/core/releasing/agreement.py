"""State how often two annotators of one pair agree, with tie rule, n and interval.

The figures are those of ``evalhub.core.scoring.agreement``, counted pair by pair as the pairs
stream by. A release states percent agreement only: it is no evidence of being right, and it
depends on how many answers were offered. The chance-corrected statistics are on the project's
agreement page.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import comb

import numpy as np

from evalhub.core.releasing.material import ReleaseJudgment
from evalhub.core.scoring.agreement.percent import Percent
from evalhub.core.scoring.agreement.resampling import (
    MIN_PAIRS,
    N_RESAMPLES,
    Kinds,
    resample,
)
from evalhub.core.scoring.agreement.subjects import CHOICES, by_time, code_of
from evalhub.core.scoring.results import Interval
from evalhub.core.tallying import take_in

INTERVAL_METHOD = (
    f"95 % percentile interval of {N_RESAMPLES:,} resamples of pairs; "
    f"none with fewer than {MIN_PAIRS} pairs or where the resamples do not differ"
)
_DIGITS, _TO_AGREE = 4, 2
_PERCENT = Percent()


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
        """Count the judgments on one pair; of repeats by one annotator the first counts."""
        # Most pairs of a large release have one judgment, which can agree with none.
        if len(judgments) < _TO_AGREE:
            return
        first: dict[str, int] = {}
        for record in by_time(judgment.record for judgment in judgments):
            code = code_of(record)
            if code is not None:
                first.setdefault(record.person_public_id, code)
        x, tie, y = (list(first.values()).count(code) for code in range(len(CHOICES)))
        _count(self.with_ties, (x, tie, y))
        _count(self.without_ties, (x, y))

    def take_in(self, later: "AgreementTally") -> None:
        """Add what was counted of other pairs."""
        take_in(self, later, ("with_ties", "without_ties"))

    def figures(self) -> tuple[AgreementFigure, ...]:
        """Return the figures that exist."""
        candidates = (
            _figure("Same answer, a tie is a third answer", self.with_ties),
            _figure("Same side, pairs of answers with a tie left out", self.without_ties),
        )
        return tuple(figure for figure in candidates if figure is not None)


def _count(kinds: Counter[tuple[int, int]], answers: tuple[int, ...]) -> None:
    """Count a pair by its agreeing and all comparisons, if it has any.

    The sums are those of ``Percent``, in plain integers: an array a pair would be most of the
    time of a large release.
    """
    total = comb(sum(answers), 2)
    if total:
        kinds[sum(comb(n, 2) for n in answers), total] += 1


def _figure(name: str, counts: Counter[tuple[int, int]]) -> AgreementFigure | None:
    if not counts:
        return None
    # Sorted, so that the resamples do not depend on the order in which pairs were counted.
    rows = sorted(counts)
    n = np.array([counts[row] for row in rows], dtype=np.int64)
    kinds = Kinds(np.array(rows, dtype=np.float64), n)
    same, total = (int(value) for value in kinds.totals())
    low, high = _rounded(resample(_PERCENT, kinds, n_shared=kinds.n_drawn).interval)
    return AgreementFigure(
        name=name,
        method="share of all pairs of judgments on one pair by two annotators that agree",
        value=round(same / total, _DIGITS),
        low=low,
        high=high,
        interval_method=INTERVAL_METHOD,
        n_pairs=kinds.n_drawn,
        n_comparisons=total,
    )


def _rounded(interval: Interval | None) -> tuple[float, float] | tuple[None, None]:
    """Return the ends to four digits; none where they are then the same."""
    if interval is None:
        return None, None
    low, high = round(interval.low, _DIGITS), round(interval.high, _DIGITS)
    return (low, high) if low < high else (None, None)
