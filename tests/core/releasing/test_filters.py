from collections import Counter

from evalhub.core.releasing.filters import judgment_filters, pair_filters
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.vocabulary import FilterName, PairOutcome


def test_judgment_filters_work_one_after_another() -> None:
    dropped = Counter({FilterName.MODEL_JUDGE: 2, FilterName.HELD_OUT_PROMPT: 1})

    found = judgment_filters(10, dropped, Recipe().filters())

    assert [(one.rows_in, one.rows_out) for one in found[:3]] == [(10, 8), (8, 8), (8, 7)]
    assert [one.name for one in found[3:]] == [
        FilterName.REPORTED_ROW,
        FilterName.CONSENT_WITHDRAWN,
        FilterName.CONSENT_REFUSED,
    ]


def test_last_pair_filter_leaves_the_preferences() -> None:
    outcomes = Counter({outcome: number for number, outcome in enumerate(PairOutcome, start=1)})

    chain = pair_filters(outcomes, list(FilterName))

    assert chain[0].rows_in == outcomes.total()
    assert chain[-1].rows_out == outcomes[PairOutcome.PREFERENCE]


def test_pairs_that_are_evenly_split_never_come_to_the_rule_of_agreement() -> None:
    outcomes = Counter(
        {PairOutcome.TIE: 4, PairOutcome.LOW_AGREEMENT: 2, PairOutcome.PREFERENCE: 4}
    )

    chain = pair_filters(outcomes, [FilterName.LOW_AGREEMENT, FilterName.EVENLY_SPLIT])

    assert [(one.name, one.rows_in, one.rows_out) for one in chain] == [
        (FilterName.EVENLY_SPLIT, 10, 6),
        (FilterName.LOW_AGREEMENT, 6, 4),
    ]
