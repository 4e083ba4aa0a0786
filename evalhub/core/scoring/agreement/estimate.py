"""Estimate one statistic of agreement with its interval, or say why it has no value."""

from dataclasses import dataclass

from evalhub.core.scoring.agreement.coefficient import Coefficient, divide
from evalhub.core.scoring.agreement.figure import Figure
from evalhub.core.scoring.agreement.ratings import Ratings
from evalhub.core.scoring.agreement.resampling import Kinds, per_block, resample
from evalhub.core.scoring.agreement.vocabulary import Statistic, TieRule

NOTHING_SHARED = "No pair was judged by two annotators."
NO_VALUE = {
    Statistic.COHEN: "No two annotators share enough pairs on which their answers vary.",
}
ALL_ALIKE = "All answers are alike, so agreement by chance would be complete."


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Figure):
    """Hold one statistic of agreement under its convention.

    ``n_answers`` and ``n_annotators`` are of pairs with two answers or more.
    """

    statistic: Statistic
    convention: str
    n_answers: int
    n_annotators: int


def estimate(
    coefficient: Coefficient, ratings: Ratings, *, tie_rule: TieRule, seed: int = 0
) -> Agreement:
    """Return ``coefficient`` of ``ratings``, with ``seed`` behind the draws of its interval."""
    shared = ratings.comparable()
    kinds = _kinds(coefficient, ratings)
    value = _value(coefficient, kinds, n_shared=shared.n_blocks)
    reason = None if value is not None else _reason(coefficient, n_shared=shared.n_blocks)
    # Drawn even where there is no value: the method then still stands beside the reason.
    drawn = resample(coefficient, kinds, n_shared=shared.n_blocks, seed=seed)
    return Agreement(
        statistic=coefficient.statistic,
        convention=coefficient.convention,
        tie_rule=tie_rule,
        value=value,
        reason=reason,
        interval=None if value is None else drawn.interval,
        interval_reason=reason or drawn.reason,
        interval_method=drawn.method,
        n_pairs=shared.n_blocks,
        n_answers=len(shared.unit),
        n_annotators=shared.n_annotators,
    )


def value_of(coefficient: Coefficient, ratings: Ratings) -> float | None:
    """Return the value alone, without the draws; None where there is none."""
    return _value(coefficient, _kinds(coefficient, ratings), n_shared=ratings.comparable().n_blocks)


def _kinds(coefficient: Coefficient, ratings: Ratings) -> Kinds:
    used = ratings if coefficient.counts_lone_answers else ratings.comparable()
    return per_block(coefficient.sums(used), used.block_of_unit())


def _value(coefficient: Coefficient, kinds: Kinds, *, n_shared: int) -> float | None:
    if not n_shared:
        return None
    ratio = divide(*coefficient.ratio(kinds.totals()))
    return float(ratio.value) if ratio.exists else None


def _reason(coefficient: Coefficient, *, n_shared: int) -> str:
    return NO_VALUE.get(coefficient.statistic, ALL_ALIKE) if n_shared else NOTHING_SHARED
