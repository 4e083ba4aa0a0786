"""What stands beside a value: n, interval, reasons."""

import numpy as np
import pytest

from evalhub.core.scoring.agreement import (
    Cohen,
    Fleiss,
    GivenAnswer,
    Gwet,
    NominalAlpha,
    Percent,
    TieRule,
    estimate,
    ratings_of,
)
from evalhub.core.scoring.agreement.coefficient import Coefficient
from evalhub.core.scoring.agreement.resampling import MIN_PAIRS
from tests.core.scoring.agreement.rated import columns

RULE = TieRule.THIRD_ANSWER


def test_n_counts_only_what_is_compared() -> None:
    found = estimate(Percent(), columns("01", "1", "   2", "122"), tie_rule=RULE)

    assert (found.n_pairs, found.n_answers, found.n_annotators) == (2, 5, 3)
    assert found.tie_rule is RULE


@pytest.mark.parametrize("coefficient", [Percent(), Cohen(3), Fleiss(), NominalAlpha(), Gwet()])
def test_no_shared_pair_gives_a_reason_and_no_number(coefficient: Coefficient) -> None:
    found = estimate(coefficient, columns("0", " 1"), tie_rule=RULE)

    assert (found.value, found.interval, found.n_pairs) == (None, None, 0)
    assert found.reason == "No pair was judged by two annotators."
    assert found.interval_reason == found.reason


def test_no_answers_at_all_give_a_reason() -> None:
    assert estimate(Gwet(), ratings_of([], ("a", "b")), tie_rule=RULE).value is None


@pytest.mark.parametrize("coefficient", [Fleiss(), NominalAlpha()])
def test_answers_all_alike_have_no_chance_correction(coefficient: Coefficient) -> None:
    found = estimate(coefficient, columns(*["00"] * 20), tie_rule=RULE)

    assert found.value is None
    assert found.reason == "All answers are alike, so agreement by chance would be complete."


def test_few_pairs_have_a_value_and_no_interval() -> None:
    found = estimate(Percent(), columns(*["00", "01", "11"] * 3), tie_rule=RULE)

    assert found.value == pytest.approx(2 / 3)
    assert found.interval is None
    assert found.interval_reason == (
        f"Pairs with two answers or more: 9; an interval needs at least {MIN_PAIRS}."
    )


def test_no_interval_has_width_zero() -> None:
    found = estimate(Percent(), columns(*["00"] * 50), tie_rule=RULE)

    assert found.value == 1.0
    assert found.interval is None
    assert found.interval_reason == "The resamples of the pairs do not differ."


def test_a_statistic_that_most_draws_lack_has_no_interval() -> None:
    found = estimate(NominalAlpha(), columns(*["00"] * 40, "11"), tie_rule=RULE)

    assert found.value == pytest.approx(1.0)
    assert found.interval is None
    assert found.interval_reason is not None
    assert "leave the statistic without a value" in found.interval_reason


def test_interval_of_a_share_is_that_of_the_binomial() -> None:
    found = estimate(Percent(), columns(*["00", "01"] * 200), tie_rule=RULE)

    assert found.interval is not None
    assert found.interval.low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.006)
    assert found.interval.high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.006)
    assert found.interval_method == "95 % percentile interval of 2,000 resamples of pairs"


def test_interval_covers_as_often_as_it_says() -> None:
    """Draw 200 samples with a true agreement of .6 and count the intervals that hold it."""
    rng, covered = np.random.default_rng(1), 0
    for agrees in rng.random((200, 80)) < 0.6:
        found = estimate(
            Percent(), columns(*("00" if one else "01" for one in agrees)), tie_rule=RULE
        )
        assert found.interval is not None
        covered += found.interval.low <= 0.6 <= found.interval.high

    assert 182 <= covered <= 198


def test_the_two_ratings_of_a_page_are_drawn_together() -> None:
    """Each pair holds two units that agree or not together, so n is the pairs, not the units."""
    together = [
        GivenAnswer(f"p{i}", (f"p{i}", side), who, i % 2 if who == "bob" else 0)
        for i in range(100)
        for side in "xy"
        for who in ("ann", "bob")
    ]
    apart = [GivenAnswer(one.unit, one.unit, one.annotator, one.category) for one in together]

    widths = []
    for answers in (together, apart):
        interval = estimate(Percent(), ratings_of(answers, ("0", "1")), tie_rule=RULE).interval
        assert interval is not None
        widths.append(interval.high - interval.low)

    assert widths[0] == pytest.approx(widths[1] * np.sqrt(2), rel=0.1)


def test_same_seed_gives_the_same_interval_and_another_does_not() -> None:
    ratings = columns(*["00", "01", "11", "12"] * 10)

    first, again = (estimate(Fleiss(), ratings, tie_rule=RULE) for _ in range(2))
    other = estimate(Fleiss(), ratings, tie_rule=RULE, seed=1)

    assert first == again
    assert first.value == other.value
    assert first.interval != other.interval
