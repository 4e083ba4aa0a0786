from dataclasses import replace
from datetime import timedelta

import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.agreement import AgreementTally
from evalhub.core.scoring.agreement.resampling import MIN_PAIRS
from tests.core.releasing.material import MOMENT, make_judgment

A, B, TIE = Choice.A, Choice.B, Choice.TIE


def tally_of(*pairs: list[Choice]) -> AgreementTally:
    tally = AgreementTally()
    for choices in pairs:
        tally.add([make_judgment(choice, who=str(i)) for i, choice in enumerate(choices)])
    return tally


def test_a_tie_is_a_third_answer_or_left_out() -> None:
    tally = tally_of([A, A, TIE], [A, B], [TIE, Choice.BOTH_BAD], [A])

    with_ties, without_ties = tally.figures()

    assert (with_ties.value, with_ties.n_pairs, with_ties.n_comparisons) == (0.4, 3, 5)
    assert (without_ties.value, without_ties.n_pairs, without_ties.n_comparisons) == (0.5, 2, 2)


def test_cannot_judge_and_repeats_by_one_person_are_not_compared() -> None:
    tally = tally_of([A, Choice.CANNOT_JUDGE])
    tally.add([make_judgment(A, who="ann"), make_judgment(A, who="ann")])

    assert tally.figures() == ()


def test_only_ties_give_one_figure() -> None:
    assert len(tally_of([A, TIE]).figures()) == 1


def test_sides_are_compared_as_the_pair_orders_them() -> None:
    tally = AgreementTally()
    tally.add([make_judgment(A, who="ann"), make_judgment(B, who="bob", is_swapped=True)])

    assert tally.figures()[0].value == 1.0


def test_few_pairs_have_no_interval() -> None:
    figure = tally_of(*[[A, A], [A, B]] * (MIN_PAIRS // 2 - 1)).figures()[0]

    assert (figure.low, figure.high) == (None, None)


def test_agreement_without_variation_has_no_interval() -> None:
    figure = tally_of(*[[A, A]] * MIN_PAIRS).figures()[0]

    assert figure.value == 1.0
    assert (figure.low, figure.high) == (None, None)


def test_interval_is_that_of_a_share() -> None:
    figure = tally_of(*[[A, A], [A, B]] * 200).figures()[0]

    assert figure.low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.006)
    assert figure.high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.006)


def test_order_of_pairs_does_not_change_the_interval() -> None:
    pairs = [[A, A], [A, B], [B, B, A]] * 5

    assert tally_of(*pairs).figures() == tally_of(*reversed(pairs)).figures()


def test_a_repeat_is_not_a_second_vote() -> None:
    """The first judgment counts: a person who judged twice agrees with another once at most."""
    tally = AgreementTally()
    early, late = make_judgment(A, who="ann"), make_judgment(B, who="ann")
    later = replace(late, record=replace(late.record, created_at=MOMENT + timedelta(days=3)))

    tally.add([later, early, make_judgment(A, who="bob")])

    assert (tally.figures()[0].value, tally.figures()[0].n_comparisons) == (1.0, 1)
