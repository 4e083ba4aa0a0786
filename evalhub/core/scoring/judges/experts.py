"""Compare a judge that is a model with the experts who judged the same pairs.

An expert stands beside each figure: how often the experts agree with each other on those very
pairs. A judge that agrees with experts as often as they do with one another has not shown that it
is right, only that it cannot be told from one of them by this figure.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evalhub.core.scoring.agreement.coefficient import divide
from evalhub.core.scoring.agreement.figure import Figure
from evalhub.core.scoring.agreement.percent import Percent
from evalhub.core.scoring.agreement.resampling import kinds_of, resample
from evalhub.core.scoring.agreement.subjects import TIE, PairKey
from evalhub.core.scoring.agreement.vocabulary import TieRule
from evalhub.core.scoring.annotators.figures import majority

NO_SHARED = "No pair was judged by both."
NOT_TWO_EXPERTS = "No pair was judged by the judge and two experts."
NO_MAJORITY = "On no pair that the judge judged do the experts have a majority."

ONE_EXPERT = "share of comparisons of the judge's verdict with an expert's that agree"
EXPERTS = "the same share of two experts, on the pairs that the judge judged"
MAJORITY = "share of pairs on which the judge says what most experts say, even splits left out"


@dataclass(frozen=True, slots=True)
class JudgedTwice:
    """Hold one pair's answers: the judge's, and each expert's, as places in ``CHOICES``."""

    judge: int
    experts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeFigure(Figure):
    """Hold one share of agreement of a judge with experts.

    ``n`` counts what is compared: verdicts with verdicts, or pairs with a majority.
    """

    method: str
    n: int


@dataclass(frozen=True, slots=True)
class ExpertComparison:
    """Hold a judge's agreement with experts under one tie rule, and theirs with each other."""

    with_expert: JudgeFigure
    with_majority: JudgeFigure
    between_experts: JudgeFigure


def compare_with_experts(
    judge: Mapping[PairKey, int], experts: Mapping[PairKey, Mapping[str, int]], *, with_ties: bool
) -> ExpertComparison:
    """Return the comparison on the pairs that both judged.

    ``judge`` maps a pair to the judge's answer, ``experts`` to each expert's. Without ties, the
    verdicts that call a pair even are taken away on both sides first.
    """
    pairs = list(_pairs(judge, experts, with_ties=with_ties))
    rule = TieRule.THIRD_ANSWER if with_ties else TieRule.LEFT_OUT
    return ExpertComparison(
        with_expert=_figure(
            [_agreeing(pair) for pair in pairs], ONE_EXPERT, rule, reason=NO_SHARED
        ),
        with_majority=_figure(
            [found for pair in pairs if (found := _with_majority(pair)) is not None],
            MAJORITY,
            rule,
            reason=NO_MAJORITY,
        ),
        between_experts=_figure(
            [_between(pair) for pair in pairs if len(pair.experts) > 1],
            EXPERTS,
            rule,
            reason=NOT_TWO_EXPERTS,
        ),
    )


def _pairs(
    judge: Mapping[PairKey, int], experts: Mapping[PairKey, Mapping[str, int]], *, with_ties: bool
) -> Iterator[JudgedTwice]:
    for pair, verdict in judge.items():
        # Without ties a verdict may be left with nobody to agree with; such a pair says nothing.
        answers = experts.get(pair, {}).values()
        kept = tuple(answer for answer in answers if with_ties or answer != TIE)
        if kept and (with_ties or verdict != TIE):
            yield JudgedTwice(verdict, kept)


def _agreeing(pair: JudgedTwice) -> tuple[int, int]:
    return pair.experts.count(pair.judge), len(pair.experts)


def _with_majority(pair: JudgedTwice) -> tuple[int, int] | None:
    most = majority(Counter(pair.experts))
    return None if most is None else (int(pair.judge == most), 1)


def _between(pair: JudgedTwice) -> tuple[int, int]:
    same = [one == other for one, other in combinations(pair.experts, 2)]
    return sum(same), len(same)


def _figure(
    counts: list[tuple[int, int]], method: str, rule: TieRule, *, reason: str
) -> JudgeFigure:
    """Return the share of the (agreeing, all) ``counts`` of pairs, with whole pairs drawn again."""
    percent = Percent()
    kinds = kinds_of(np.array(counts, dtype=np.float64).reshape(-1, 2))
    drawn = resample(percent, kinds, n_shared=len(counts))
    ratio = divide(*percent.ratio(kinds.totals()))
    return JudgeFigure(
        method=method,
        tie_rule=rule,
        value=float(ratio.value) if ratio.exists else None,
        reason=None if ratio.exists else reason,
        interval=drawn.interval,
        interval_reason=drawn.reason if ratio.exists else reason,
        interval_method=drawn.method,
        n_pairs=len(counts),
        n=int(kinds.totals()[1]),
    )
