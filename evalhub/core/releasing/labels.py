"""Give the pairs of a release their labels, rounded so that equal states give equal bytes.

A label is rounded to four decimals and a pooled one to three, far above the noise that another
processor or library leaves in the last digits of a double, and far below what judgments can tell.
On one machine nothing is left to chance: every sum runs in an order fixed by names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evalhub.core.releasing.manifest import ItemFacts, LabelFacts, PooledFacts
from evalhub.core.releasing.material import PairLabel
from evalhub.core.scoring.labels import (
    ItemLabels,
    LabelInputs,
    PooledLabels,
    fit_item_only,
    pooled_or_reason,
)
from evalhub.core.scoring.labels.item_only import METHOD as ITEM_METHOD
from evalhub.core.scoring.labels.pooled import METHOD as POOLED_METHOD

DIGITS, POOLED_DIGITS = 4, 3
MAX_POOLED = 200_000
"""Judgments beyond which the pooled fit is left out: it takes minutes, and nobody trains on it."""


class LabelByPair:
    """Look labels up in the arrays of the fits: ten million objects would take gigabytes.

    ``names`` are ascending, so a pair is found by halving.
    """

    def __init__(
        self, names: npt.NDArray[np.bytes_], item: ItemLabels, pooled: PooledLabels | None
    ) -> None:
        self._names, self._item, self._pooled = names, item, pooled

    def of(self, pairs: Sequence[str]) -> list[PairLabel | None]:
        """Return the label of each of ``pairs``, None for one that has none."""
        if not (len(self._names) and pairs):
            return [None] * len(pairs)
        names = np.array([pair.encode() for pair in pairs])
        places = np.minimum(np.searchsorted(self._names, names), len(self._names) - 1)
        is_known = (self._names[places] == names).tolist()
        labels = zip(*(values[places].tolist() for values in self._values()), strict=True)
        return [
            _label(*values) if known else None
            for values, known in zip(labels, is_known, strict=True)
        ]

    def _values(self) -> Iterator[npt.NDArray[np.float64]]:
        item = self._item
        yield from (item.probability, item.probability_se, item.preference, item.preference_se)
        if self._pooled is not None:
            yield self._pooled.probability


@dataclass(frozen=True, slots=True)
class ReleaseLabels:
    """Hold the label of each pair by its id, and what the manifest says of the fits."""

    by_pair: LabelByPair
    facts: LabelFacts


def label_release(inputs: LabelInputs, *, most_pooled: int = MAX_POOLED) -> ReleaseLabels:
    """Fit both kinds of labels to the released judgments.

    A pooled fit that does not come to an end, or is of more than ``most_pooled`` judgments, leaves
    its column empty and its reason in the manifest; the labels to train on never depend on it.
    Raise ``NotConverged`` where those fail.
    """
    item = fit_item_only(inputs.table, controls=inputs.controls)
    pooled, reason = pooled_or_reason(inputs, most=most_pooled)
    return ReleaseLabels(
        by_pair=LabelByPair(inputs.pairs, item, pooled),
        facts=LabelFacts(_item_facts(inputs, item), _pooled_facts(pooled, reason)),
    )


def _label(
    probability: float,
    probability_se: float,
    preference: float,
    preference_se: float,
    pooled: float | None = None,
) -> PairLabel:
    return PairLabel(
        soft_label_y=_rounded(probability, DIGITS),
        soft_label_se=_rounded(probability_se, DIGITS),
        margin_y=_rounded(preference, DIGITS),
        margin_se=_rounded(preference_se, DIGITS),
        pooled_soft_label_y=None if pooled is None else _rounded(pooled, POOLED_DIGITS),
    )


def _item_facts(inputs: LabelInputs, item: ItemLabels) -> ItemFacts:
    table, grading = inputs.table, item.grading
    reliability = grading.reliability
    return ItemFacts(
        method=ITEM_METHOD,
        n_pairs=table.n_pairs,
        n_judgments=table.n_judgments,
        n_annotators=table.n_annotators,
        n_control_answers=inputs.n_controls,
        cuts=tuple(_rounded(cut, DIGITS) for cut in grading.cuts),
        position_effect=_rounded(grading.position, DIGITS),
        median_reliability=(
            _rounded(float(np.median(reliability)), DIGITS) if len(reliability) else None
        ),
    )


def _pooled_facts(pooled: PooledLabels | None, reason: str) -> PooledFacts:
    return PooledFacts(
        method=POOLED_METHOD,
        tau=None if pooled is None else _rounded(pooled.tau, POOLED_DIGITS),
        reason=reason,
    )


def _rounded(value: float, digits: int) -> float:
    # Adding zero turns -0.0, which other readers print with its sign, into 0.0.
    return round(float(value), digits) + 0.0
