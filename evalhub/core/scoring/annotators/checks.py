"""Test whether somebody's judgments look unlike the others', so that a person asks them about it.

Each check is a test of one null hypothesis on one annotator, with its n, statistic and p-value. All
tests of a project are corrected together by the false discovery rate (Benjamini and Hochberg
1995). A finding is a reason to talk and nothing else: nothing is dropped, weighted or taken from
anybody by it, and somebody who differs from all others may be the one who knows. The tests count
judgments as independent, which judgments of one prompt are not quite; so the level is strict.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, pi, sqrt
from statistics import median
from typing import Any, Literal, TypeAlias, cast

import numpy as np
import scipy

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.reviewing.alerts import CheckKind
from evalhub.core.scoring.agreement.subjects import by_time, pair_of
from evalhub.core.scoring.annotators.controls import Controls, count_controls
from evalhub.core.scoring.annotators.figures import first_answers, leave_one_out
from evalhub.core.scoring.annotators.repeats import repeated_answers

LEVEL = 0.01
"""The false discovery rate at which a finding is told."""
MIN_OWN = 20
MIN_OTHERS = 40
"""Fewer judgments of the person, or of all others, are not tested: they could show nothing."""
NORMAL_MAD = 1.4826
"""What the median absolute deviation is multiplied with to estimate a normal deviation."""
MEDIAN_ERROR = sqrt(pi / 2)
"""How much wider than that of the mean the error of a normal sample's median is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold a test that was significant.

    ``value`` is the annotator's share, or median seconds for the speed; ``expected`` what the
    null hypothesis makes of it. ``statistic`` is a z, negative where the value lies under what is
    expected. ``q`` is the p-value after the correction for ``n_tests``.
    """

    annotator: str
    check: CheckKind
    n: int
    value: float
    expected: float
    statistic: float
    p: float
    q: float
    n_tests: int


_Own: TypeAlias = Mapping[str, Sequence[JudgmentRecord]]
_Hits: TypeAlias = tuple[int, int]
"""How many of how many."""


def findings_of(
    records: Sequence[JudgmentRecord], *, controls: Controls | None = None
) -> tuple[Finding, ...]:
    """Return what is significant at ``LEVEL`` in a project's judgments, by annotator and check.

    ``controls`` are the answers that prompts state; those of controls with a key stand with their
    judgments. Work alone is tested but for the two checks that are about the rest.
    """
    ordered = by_time(records)
    told = _by_annotator(ordered)
    work = [record for record in ordered if record.purpose is Purpose.WORK]
    own = _by_annotator(work)
    tested = [
        *_sides(own),
        *_speeds(own),
        *_compared(own, work),
        *_checked(told, controls or {}),
    ]
    if not tested:
        return ()
    corrected = scipy.stats.false_discovery_control([one.p for one in tested])
    found = [
        replace(one, q=float(q), n_tests=len(tested))
        for one, q in zip(tested, corrected, strict=True)
        if q < LEVEL
    ]
    return tuple(sorted(found, key=lambda one: (one.annotator, one.check)))


def _by_annotator(records: Sequence[JudgmentRecord]) -> _Own:
    own: defaultdict[str, list[JudgmentRecord]] = defaultdict(list)
    for record in records:
        own[record.person_public_id].append(record)
    return own


def _sides(own: _Own) -> Iterator[Finding]:
    """Test the share of the first side against one half, by the exact binomial test."""
    for annotator, records in own.items():
        n_left = sum(record.choice is Choice.A for record in records)
        n = n_left + sum(record.choice is Choice.B for record in records)
        if n < MIN_OWN:
            continue
        p = scipy.stats.binomtest(n_left, n, 0.5).pvalue
        z = (n_left - n / 2) / sqrt(n / 4)
        yield _finding(annotator, CheckKind.SIDE, n, n_left / n, 0.5, z, p)


def _speeds(own: _Own) -> Iterator[Finding]:
    """Test the median log time against that of everybody, by a robust z; only haste is told."""
    times = {
        annotator: [
            log(max(record.active_seconds, 1.0)) for record in records if record.active_seconds
        ]
        for annotator, records in own.items()
    }
    everybody = [time for mine in times.values() for time in mine]
    if not everybody:
        return
    centre = median(everybody)
    spread = NORMAL_MAD * median(abs(time - centre) for time in everybody)
    for annotator, mine in times.items():
        n = len(mine)
        # Times that are all the same leave nothing to measure haste by.
        if n < MIN_OWN or len(everybody) - n < MIN_OTHERS or spread == 0:
            continue
        z = (median(mine) - centre) / (spread * MEDIAN_ERROR / sqrt(n))
        value, expected = exp(median(mine)), exp(centre)
        yield _finding(
            annotator, CheckKind.SPEED, n, value, expected, z, float(scipy.special.ndtr(z))
        )


def _compared(own: _Own, ordered: Sequence[JudgmentRecord]) -> Iterator[Finding]:
    """Test shares against those of all others together, by Fisher's exact test on one side."""
    first = first_answers(ordered)

    def agreeing(records: Sequence[JudgmentRecord]) -> _Hits:
        share = leave_one_out(
            records[0].person_public_id, {pair_of(record) for record in records}, first
        )
        return round((share.value or 0) * share.n), share.n

    yield from _against_others(CheckKind.FLAT, own, _flat)
    yield from _against_others(CheckKind.COPIED, own, _copied)
    yield from _against_others(CheckKind.AGREEMENT, own, agreeing, alternative="less")


def _checked(told: _Own, controls: Controls) -> Iterator[Finding]:
    """Test the answers to controls and to pairs that came again, by the same exact test."""

    def right(records: Sequence[JudgmentRecord]) -> _Hits:
        count = count_controls(records, controls)
        return count.n_right, count.n

    def same(records: Sequence[JudgmentRecord]) -> _Hits:
        answers = repeated_answers(records)
        return sum(one.is_same for one in answers), len(answers)

    yield from _against_others(CheckKind.CONTROL, told, right, alternative="less")
    yield from _against_others(CheckKind.REPEAT, told, same, alternative="less")


def _against_others(
    check: CheckKind,
    own: _Own,
    count: Callable[[Sequence[JudgmentRecord]], _Hits],
    *,
    alternative: Literal["greater", "less"] = "greater",
) -> Iterator[Finding]:
    counts = {annotator: count(records) for annotator, records in own.items()}
    all_hits = sum(hits for hits, _ in counts.values())
    all_n = sum(n for _, n in counts.values())
    for annotator, (hits, n) in counts.items():
        other_hits, other_n = all_hits - hits, all_n - n
        # Where everybody does it, or nobody, there is nothing to differ in.
        if n < MIN_OWN or other_n < MIN_OTHERS or all_hits in (0, all_n):
            continue
        table = np.array([[hits, n - hits], [other_hits, other_n - other_hits]])
        p = scipy.stats.fisher_exact(table, alternative=alternative).pvalue
        pooled = all_hits / all_n
        error = sqrt(pooled * (1 - pooled) * (1 / n + 1 / other_n))
        z = (hits / n - other_hits / other_n) / error
        yield _finding(annotator, check, n, hits / n, other_hits / other_n, z, float(p))


def _flat(records: Sequence[JudgmentRecord]) -> _Hits:
    """Count the answers that give every criterion the same value."""
    given = [values for record in records if len(values := _values(record)) > 1]
    return sum(len(set(values)) == 1 for values in given), len(given)


def _values(record: JudgmentRecord) -> list[Any]:
    answer = cast("Mapping[str, Any]", record.answer) if isinstance(record.answer, Mapping) else {}
    rated = [one.get(side) for one in answer.get("rated", ()) for side in ("a", "b")]
    compared = [one.get("value") for one in answer.get("compared", ())]
    return [value for value in [*rated, *compared] if value is not None]


def _copied(records: Sequence[JudgmentRecord]) -> _Hits:
    """Count the reasons that repeat an earlier one of the same person on another pair."""
    seen: dict[str, object] = {}
    reasons = [(" ".join(record.why.lower().split()), pair_of(record)) for record in records]
    given = [(words, pair) for words, pair in reasons if words]
    return sum(seen.setdefault(words, pair) != pair for words, pair in given), len(given)


def _finding(
    annotator: str, check: CheckKind, n: int, value: float, expected: float, z: float, p: float
) -> Finding:
    return Finding(annotator, check, n, value, expected, z, float(p), 1.0, 0)
