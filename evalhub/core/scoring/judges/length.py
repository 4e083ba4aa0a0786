"""Measure how much oftener a judge prefers the longer answer than experts do, by slice.

Preferring the longer answer is no fault by itself, since longer answers are often better. So the
judge is held against the experts on the same pairs:

    effect = share of the judge's preferences for the longer answer - the same of the experts

over pairs with answers of different length on which the judge and at least one expert prefer a
side; a pair's experts count together as one. The interval draws whole pairs again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.agreement.coefficient import divide
from evalhub.core.scoring.agreement.resampling import kinds_of, resample
from evalhub.core.scoring.agreement.subjects import TIE, PairKey
from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.results import Interval

ALL = "all pairs"
CLOSE = "longer by less than a quarter"
LONGER = "longer by a quarter to double"
MUCH_LONGER = "more than twice as long"
_BY_RATIO = (ALL, CLOSE, LONGER, MUCH_LONGER)
_QUARTER, _DOUBLE = 1.25, 2.0
METHOD = "share of preferences for the longer answer, judge less experts, on the same pairs"
NOTHING = "No pair of answers of different length has a preference of both."


@dataclass(frozen=True, slots=True)
class PairFacts:
    """Hold the lengths of a pair's answers in characters, and the slices that it belongs to."""

    x_length: int
    y_length: int
    slices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LengthEffect:
    """Hold the effect in one slice: both shares, their difference and its interval."""

    slice: str
    judge: float | None
    experts: float | None
    effect: float | None
    interval: Interval | None
    reason: str | None
    interval_method: str
    n_pairs: int


def length_effects(
    judge: Mapping[PairKey, int],
    experts: Mapping[PairKey, Mapping[str, int]],
    facts: Mapping[PairKey, PairFacts],
) -> tuple[LengthEffect, ...]:
    """Return the effect over all pairs, by how much the lengths differ, and by other slices."""
    rows: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for pair, preferred in _preferences(judge, experts):
        fact = facts.get(pair)
        if fact is None or fact.x_length == fact.y_length:
            continue
        y_is_longer = fact.y_length > fact.x_length
        longer = tuple(share if y_is_longer else 1 - share for share in preferred)
        for name in _slices(fact):
            rows[name].append((longer[0], longer[1]))
    # A slice that holds every pair would only repeat the first line under another name.
    others = sorted(
        name for name in rows if name not in _BY_RATIO and len(rows[name]) < len(rows[ALL])
    )
    return tuple(_effect(name, rows[name]) for name in (*_BY_RATIO, *others))


def _preferences(
    judge: Mapping[PairKey, int], experts: Mapping[PairKey, Mapping[str, int]]
) -> Iterator[tuple[PairKey, tuple[float, float]]]:
    """Yield each pair with how far the judge, and the experts on average, prefer y."""
    for pair, verdict in judge.items():
        clear = [code for code in experts.get(pair, {}).values() if code != TIE]
        if verdict != TIE and clear:
            yield pair, (float(verdict > TIE), sum(code > TIE for code in clear) / len(clear))


def _slices(fact: PairFacts) -> Iterable[str]:
    short, long = sorted((fact.x_length, fact.y_length))
    # An empty answer counts as one character, so that the ratio stays a number.
    ratio = long / max(short, 1)
    by_ratio = CLOSE if ratio < _QUARTER else LONGER if ratio <= _DOUBLE else MUCH_LONGER
    return (ALL, by_ratio, *fact.slices)


@dataclass(frozen=True, slots=True)
class _Difference:
    """Turn sums of (judge, experts, 1) over pairs into the difference of the two shares."""

    def ratio(self, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the difference of the sums, and the number of pairs."""
        return totals[..., 0] - totals[..., 1], totals[..., 2]


def _effect(name: str, rows: list[tuple[float, float]]) -> LengthEffect:
    quotient = _Difference()
    sums = np.array([(judge, expert, 1.0) for judge, expert in rows]).reshape(-1, 3)
    kinds = kinds_of(sums)
    drawn = resample(quotient, kinds, n_shared=len(rows))
    totals = kinds.totals()
    ratio = divide(*quotient.ratio(totals))
    n = max(len(rows), 1)
    return LengthEffect(
        slice=name,
        judge=float(totals[0] / n) if rows else None,
        experts=float(totals[1] / n) if rows else None,
        effect=float(ratio.value) if ratio.exists else None,
        interval=drawn.interval,
        reason=drawn.reason if rows else NOTHING,
        interval_method=drawn.method,
        n_pairs=len(rows),
    )
