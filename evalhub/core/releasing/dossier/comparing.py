"""Compare the win rates of two models between groups of judgments.

For a pair of models and a group g of judgments, with the score w = 1 for a win of the first model,
1/2 for a tie and 0 for a loss,

    D = p_g - p_rest,   p = sum w / n

    Var p = G / (G - 1) * sum over clusters c of (W_c - p n_c)^2 / n^2

Clusters are what carries the group: prompts where prompts are grouped, experts where experts are,
since another sample would draw those anew. The two sides share no cluster, so their variances add.
The interval and the p-value take Student's t with one degree less than the clusters of the side
that has fewer. p-values are adjusted by Holm over every comparison that was made, so that one of
many is not found by chance; the smallest of them is a joint test that no group differs.

A comparison needs ``MIN_VOTES`` judgments and ``K_LABS`` clusters on both sides.

Source: Holm 1979, A simple sequentially rejective multiple test procedure; Cameron and Miller
2015, A practitioner's guide to cluster-robust inference.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import scipy

from evalhub.core.releasing.dossier.vocabulary import K_LABS, MIN_VOTES
from evalhub.core.scoring.intervals.covariance import t_quantile
from evalhub.core.scoring.results import Interval

LEVEL = 0.95
ALIKE = "The clusters of each side are alike, which leaves nothing to measure an interval by."


@dataclass(frozen=True, slots=True)
class Score:
    """Hold one judgment: the two models by name, the score of the first, cluster and group."""

    first: str
    second: str
    score: float
    cluster: str
    group: str


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """Hold by how much the win rate of ``first`` against ``second`` differs in ``group``.

    ``p`` is as tested until ``holm`` adjusts it; None where there is no interval.
    """

    first: str
    second: str
    dimension: str
    group: str
    share: float
    rest: float
    n: int
    n_rest: int
    interval: Interval | None
    p: float | None

    @property
    def difference(self) -> float:
        """Return the difference of the two shares."""
        return self.share - self.rest


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Hold the comparisons made, and how many had too few judgments or clusters."""

    made: tuple[GroupDifference, ...]
    n_too_few: int


@dataclass(slots=True)
class _Side:
    """Add up scores by cluster."""

    sums: dict[str, list[float]]

    @classmethod
    def of(cls, scores: Iterable[Score]) -> "_Side":
        sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for one in scores:
            sums[one.cluster][0] += one.score
            sums[one.cluster][1] += 1
        return cls(dict(sorted(sums.items())))

    @property
    def n(self) -> int:
        return int(sum(n for _, n in self.sums.values()))

    @property
    def share(self) -> float:
        return sum(won for won, _ in self.sums.values()) / self.n

    @property
    def variance(self) -> float:
        share, size = self.share, len(self.sums)
        squares = sum((won - share * n) ** 2 for won, n in self.sums.values())
        return size / (size - 1) * squares / self.n**2

    @property
    def is_enough(self) -> bool:
        return self.n >= MIN_VOTES and len(self.sums) >= K_LABS


def compare_groups(by_dimension: Mapping[str, Sequence[Score]]) -> Comparisons:
    """Return every comparison of a group with the rest of its dimension, adjusted together.

    Where a dimension has two groups for a pair of models, one comparison says both.
    """
    made: list[GroupDifference] = []
    n_too_few = 0
    for dimension, scores in by_dimension.items():
        by_models: defaultdict[tuple[str, str], list[Score]] = defaultdict(list)
        for one in scores:
            by_models[one.first, one.second].append(one)
        for _, own in sorted(by_models.items()):
            for found in _of_models(dimension, own):
                if found is None:
                    n_too_few += 1
                else:
                    made.append(found)
    return Comparisons(holm(made), n_too_few)


def _of_models(dimension: str, scores: Sequence[Score]) -> Iterator[GroupDifference | None]:
    groups = sorted({one.group for one in scores})
    # The second of two groups is the rest of the first: it would be the same test once more.
    for group in groups[:1] if len(groups) == 2 else groups:  # noqa: PLR2004 - a group and the rest
        rest = [one for one in scores if one.group != group]
        own = [one for one in scores if one.group == group]
        if rest:
            yield _difference(dimension, own, rest)


def _difference(
    dimension: str, own: Sequence[Score], rest: Sequence[Score]
) -> GroupDifference | None:
    one, other = _Side.of(own), _Side.of(rest)
    if not (one.is_enough and other.is_enough):
        return None
    se = sqrt(one.variance + other.variance)
    gap = one.share - other.share
    interval = p = None
    if se > 0:
        n_clusters = min(len(one.sums), len(other.sums))
        half = t_quantile(n_clusters, LEVEL) * se
        interval = Interval(max(-1.0, gap - half), min(1.0, gap + half))
        p = float(2 * scipy.special.stdtr(n_clusters - 1, -abs(gap) / se))
    first = own[0]
    return GroupDifference(
        first=first.first,
        second=first.second,
        dimension=dimension,
        group=first.group,
        share=one.share,
        rest=other.share,
        n=one.n,
        n_rest=other.n,
        interval=interval,
        p=p,
    )


def holm(made: Sequence[GroupDifference]) -> tuple[GroupDifference, ...]:
    """Return the differences with p-values adjusted by Holm, the smallest first.

    The k-th smallest of m is multiplied by m - k + 1, and none may fall below one before it. What
    could not be tested comes last and counts among the m: leaving it out would reward gaps.
    """
    ordered = sorted(
        made,
        key=lambda one: (
            one.p is None,
            one.p or 0.0,
            one.dimension,
            one.group,
            one.first,
            one.second,
        ),
    )
    adjusted, most = [], 0.0
    for place, one in enumerate(ordered):
        if one.p is None:
            adjusted.append(one)
            continue
        most = max(most, min(1.0, one.p * (len(ordered) - place)))
        adjusted.append(replace(one, p=most))
    return tuple(adjusted)
