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
    FilterName.SIMULATED_JUDGMENT,
    FilterName.IMPORTED_JUDGMENT,
    FilterName.CONSENT_WITHDRAWN,
    FilterName.CONSENT_REFUSED,
    FilterName.NO_CONSENT,
    FilterName.UNKNOWN_LICENCE,
    FilterName.ANNOTATOR_OF_OTHER_SPLIT,
    FilterName.PERSONAL_DATA,
)

_PAIR_FILTERS = {
    FilterName.RESPONSE_NOT_ANSWERED: PairOutcome.RESPONSE_NOT_ANSWERED,
    FilterName.IDENTICAL_RESPONSES: PairOutcome.IDENTICAL_RESPONSES,
    FilterName.CANNOT_JUDGE: PairOutcome.CANNOT_JUDGE,
    FilterName.BOTH_UNACCEPTABLE: PairOutcome.BOTH_UNACCEPTABLE,
    FilterName.TOO_FEW_JUDGMENTS: PairOutcome.TOO_FEW_JUDGMENTS,
    FilterName.EVENLY_SPLIT: PairOutcome.TIE,
    FilterName.LOW_AGREEMENT: PairOutcome.LOW_AGREEMENT,
    FilterName.CHOSEN_VETOED: PairOutcome.CHOSEN_VETOED,
}
"""In the order of ``aggregation``: what is evenly split has no chosen response to agree on."""


@dataclass(frozen=True, slots=True)
class FilterCount:
    """Hold how many rows went into a filter of one table and how many came out."""

    name: FilterName
    part: Part
    rows_in: int
    rows_out: int


def judgment_filters(
    n_judgments: int, dropped: Counter[FilterName], names: Collection[FilterName]
) -> tuple[FilterCount, ...]:
    """Return those of the filters ``names`` that work on the judgments in force."""
    own = [(name, dropped[name]) for name in _JUDGMENT_FILTERS if name in names]
    return _chain(Part.JUDGMENTS, n_judgments, own)


def pair_filters(
    outcomes: Counter[PairOutcome], names: Collection[FilterName]
) -> tuple[FilterCount, ...]:
    """Return those of the filters ``names`` that work on the judged pairs."""
    dropped = [(name, outcomes[outcome]) for name, outcome in _PAIR_FILTERS.items()]
    dropped = [(name, n) for name, n in dropped if name in names]
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
