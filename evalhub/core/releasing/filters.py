"""Count what each named filter leaves out, in the order in which the filters work."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from evalhub.core.releasing.flavours.pairs import LEFT_OUT
from evalhub.core.releasing.vocabulary import FilterName, PairOutcome, Part

_JUDGMENT_FILTERS = (
    FilterName.MODEL_JUDGE,
    FilterName.CONTROL_PROMPT,
    FilterName.HELD_OUT_PROMPT,
    FilterName.REPORTED_ROW,
)

_PAIR_FILTERS = {
    FilterName.RESPONSE_NOT_ANSWERED: PairOutcome.RESPONSE_NOT_ANSWERED,
    FilterName.IDENTICAL_RESPONSES: PairOutcome.IDENTICAL_RESPONSES,
    FilterName.CANNOT_JUDGE: PairOutcome.CANNOT_JUDGE,
    FilterName.BOTH_UNACCEPTABLE: PairOutcome.BOTH_UNACCEPTABLE,
    FilterName.EVENLY_SPLIT: PairOutcome.TIE,
}


@dataclass(frozen=True, slots=True)
class FilterCount:
    """Hold how many rows went into a filter of one table and how many came out."""

    name: FilterName
    part: Part
    rows_in: int
    rows_out: int


def judgment_filters(n_judgments: int, dropped: Counter[FilterName]) -> tuple[FilterCount, ...]:
    """Return the filters between the judgments in force and the judgments table."""
    return _chain(
        Part.JUDGMENTS, n_judgments, [(name, dropped[name]) for name in _JUDGMENT_FILTERS]
    )


def pair_filters(outcomes: Counter[PairOutcome]) -> tuple[FilterCount, ...]:
    """Return the filters between the judged pairs and the tables of pairs."""
    dropped = [(name, outcomes[outcome]) for name, outcome in _PAIR_FILTERS.items()]
    return _chain(Part.PAIRS, outcomes.total(), dropped)


def flavour_filters(
    n_pairs: int, left_out: Counter[Part], flavours: Collection[Part]
) -> tuple[FilterCount, ...]:
    """Return the filters between the pairs with a preference and each flavour that has one."""
    return tuple(
        FilterCount(name, part, rows_in=n_pairs, rows_out=n_pairs - left_out[part])
        for part, name in LEFT_OUT.items()
        if part in flavours
    )


def _chain(
    part: Part, n_rows: int, dropped: list[tuple[FilterName, int]]
) -> tuple[FilterCount, ...]:
    counts = []
    for name, n_dropped in dropped:
        counts.append(FilterCount(name, part, rows_in=n_rows, rows_out=n_rows - n_dropped))
        # Each filter takes in what the one before let through, so the counts can be added up by a
        # reader.
        n_rows -= n_dropped
    return tuple(counts)
