"""Test whether a project's anchors are answered as they were in its first period.

Estimator: for each judgment of an anchor, whether it says what most of the others said of that pair
in the first period in which anchors were judged. Its own author is left out of the others in every
period, so nobody agrees with themselves and the first period is measured like the rest. The share
of each later period is compared with that of the first by Fisher's exact test on one side; the
periods are corrected together by the false discovery rate (Benjamini and Hochberg 1995).

Errors: judgments of one anchor and of one person count as independent, which they are not quite, so
the level is strict. Who judges may change from period to period; a drop tells that judging is not
what it was and not whose judging changed.

Source: Stiennon et al. 2020, arXiv 2009.01325, appendix C, for pairs judged again over time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import sqrt

import numpy as np
import scipy

from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.quality import period_at
from evalhub.core.scoring.agreement.subjects import PairKey, by_time, code_of, meaning_of, pair_of
from evalhub.core.scoring.annotators.figures import first_answers, majority
from evalhub.core.scoring.intervals.shares import Share, share_of

LEVEL = 0.01
"""The false discovery rate at which a drop is told."""
MIN_N = 20
"""Fewer comparable judgments of a period, or of the first, are not tested."""
NOTHING_TO_COMPARE = "In the first period most of the others gave no one answer to these pairs."


@dataclass(frozen=True, slots=True)
class PeriodTest:
    """Hold the test of a later period against the first.

    ``value`` and ``expected`` are the shares of both; ``z`` is negative where fewer agree than in
    the first. ``q`` is the p-value after the correction for ``n_tests``.
    """

    value: float
    expected: float
    z: float
    p: float
    q: float = 1.0
    n_tests: int = 0


@dataclass(frozen=True, slots=True)
class PeriodAgreement:
    """Hold how far the anchors of one period are answered as in the first.

    ``test`` is None of the first itself and where too few judgments can be compared.
    """

    period: int
    n_annotators: int
    agreement: Share
    test: PeriodTest | None

    @property
    def is_drop(self) -> bool:
        """Tell whether significantly fewer agree than in the first period."""
        return self.test is not None and self.test.q < LEVEL


@dataclass(frozen=True, slots=True)
class _Hits:
    n: int
    n_hits: int

    @property
    def share(self) -> float:
        return self.n_hits / self.n


def drift_of(records: Iterable[JudgmentRecord], *, since: datetime) -> tuple[PeriodAgreement, ...]:
    """Return the periods in which anchors were judged, the first first; ``since`` begins them.

    Only those judged by the rubric and major version of the newest judgment: another asks for
    something else, so drift is measured anew from the first period under it.
    """
    in_order = by_time(records)
    if not in_order:
        return ()
    meaning = meaning_of(in_order[-1])
    by_period: defaultdict[int, list[JudgmentRecord]] = defaultdict(list)
    for record in in_order:
        if code_of(record) is not None and meaning_of(record) == meaning:
            by_period[period_at(record.created_at, since=since)].append(record)
    if not by_period:
        return ()
    start, *later = sorted(by_period)
    first = first_answers(by_period[start])
    hits = {period: _hits(by_period[period], first) for period in by_period}
    tests = _corrected({period: _test(hits[start], hits[period]) for period in later})
    return tuple(
        PeriodAgreement(
            period,
            len({record.person_public_id for record in by_period[period]}),
            share_of(hits[period].n_hits, hits[period].n, reason=NOTHING_TO_COMPARE),
            tests.get(period),
        )
        for period in (start, *later)
    )


def _corrected(tests: Mapping[int, PeriodTest | None]) -> dict[int, PeriodTest]:
    tested = {period: test for period, test in tests.items() if test is not None}
    if not tested:
        return {}
    corrected = scipy.stats.false_discovery_control([test.p for test in tested.values()])
    return {
        period: replace(test, q=float(q), n_tests=len(tested))
        for (period, test), q in zip(tested.items(), corrected, strict=True)
    }


def _hits(records: Sequence[JudgmentRecord], first: Mapping[PairKey, Mapping[str, int]]) -> _Hits:
    said = []
    for record in records:
        answers = first.get(pair_of(record), {})
        others = (code for who, code in answers.items() if who != record.person_public_id)
        most = majority(Counter(others))
        if most is not None:
            said.append(code_of(record) == most)
    return _Hits(len(said), sum(said))


def _test(first: _Hits, later: _Hits) -> PeriodTest | None:
    """Return the test that a later period agrees no less; None where there is nothing to test."""
    if min(first.n, later.n) < MIN_N:
        return None
    pooled = (first.n_hits + later.n_hits) / (first.n + later.n)
    # Where everybody agrees, or nobody, there is nothing to differ in.
    if pooled in (0, 1):
        return None
    table = np.array(
        [[later.n_hits, later.n - later.n_hits], [first.n_hits, first.n - first.n_hits]]
    )
    p = float(scipy.stats.fisher_exact(table, alternative="less").pvalue)
    error = sqrt(pooled * (1 - pooled) * (1 / first.n + 1 / later.n))
    return PeriodTest(later.share, first.share, (later.share - first.share) / error, p)
