from dataclasses import replace

import pytest

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.aggregation import (
    chosen_share,
    hard_label,
    mean_preference,
    summarise,
    vote_share,
)
from evalhub.core.releasing.recipe import PairRules
from evalhub.core.releasing.vocabulary import PairOutcome, TieRule, VetoRule
from evalhub.core.responses import ResponseStatus
from tests.core.releasing.material import make_judged_pair, make_judgment, with_status

A, B, TIE, CANNOT = Choice.A, Choice.B, Choice.TIE, Choice.CANNOT_JUDGE


@pytest.mark.parametrize(
    ("choices", "outcome", "chosen"),
    [
        pytest.param([A], PairOutcome.PREFERENCE, "x", id="one for x"),
        pytest.param([B], PairOutcome.PREFERENCE, "y", id="one for y"),
        pytest.param([A, A, B], PairOutcome.PREFERENCE, "x", id="two of three"),
        pytest.param([A, B, B, CANNOT], PairOutcome.PREFERENCE, "y", id="cannot-judge left out"),
        pytest.param([A, B], PairOutcome.TIE, None, id="one each"),
        pytest.param([A, TIE], PairOutcome.PREFERENCE, "x", id="one and a tie"),
        pytest.param([A, B, TIE], PairOutcome.TIE, None, id="one each and a tie"),
        pytest.param([Choice.BOTH_BAD], PairOutcome.TIE, None, id="both bad"),
        pytest.param([CANNOT, CANNOT], PairOutcome.CANNOT_JUDGE, None, id="nobody could judge"),
    ],
)
def test_the_response_that_more_prefer_is_chosen(
    choices: list[Choice], outcome: PairOutcome, chosen: str | None
) -> None:
    pair = make_judged_pair(*(make_judgment(choice) for choice in choices))

    summary = summarise(pair)

    assert (summary.outcome, summary.chosen) == (outcome, chosen)


def test_side_order_is_undone() -> None:
    pair = make_judged_pair(make_judgment(A, -3), make_judgment(B, 2, is_swapped=True))

    summary = summarise(pair)

    assert summary.chosen == "x"
    assert summary.preference_sum == -5


@pytest.mark.parametrize("status", [s for s in ResponseStatus if s is not ResponseStatus.ANSWERED])
def test_response_that_is_no_answer_is_never_released(status: ResponseStatus) -> None:
    pair = with_status(make_judged_pair(make_judgment(A, vetoed="xy")), status)

    summary = summarise(pair)

    assert summary.outcome is PairOutcome.RESPONSE_NOT_ANSWERED
    assert summary.chosen is None


def test_identical_texts_are_no_preference() -> None:
    pair = replace(make_judged_pair(make_judgment(A)), y_text="Rest.")

    assert summarise(pair).outcome is PairOutcome.IDENTICAL_RESPONSES


@pytest.mark.parametrize(
    ("vetoes", "outcome"),
    [
        pytest.param(["xy"], PairOutcome.BOTH_UNACCEPTABLE, id="by all"),
        pytest.param(["xy", ""], PairOutcome.BOTH_UNACCEPTABLE, id="by half"),
        pytest.param(["x", "y"], PairOutcome.BOTH_UNACCEPTABLE, id="each by half"),
        pytest.param(["xy", "", ""], PairOutcome.PREFERENCE, id="by a third"),
        pytest.param(["x", "x"], PairOutcome.PREFERENCE, id="one side only"),
    ],
)
def test_two_vetoed_responses_make_no_pair(vetoes: list[str], outcome: PairOutcome) -> None:
    pair = make_judged_pair(*(make_judgment(A, vetoed=veto) for veto in vetoes))

    assert summarise(pair).outcome is outcome


def test_veto_of_those_who_cannot_judge_does_not_count() -> None:
    pair = make_judged_pair(make_judgment(A), make_judgment(CANNOT, vetoed="xy"))

    summary = summarise(pair)

    assert not summary.vetoed_x
    assert not summary.vetoed_y


def test_figures_follow_from_the_counts() -> None:
    pair = make_judged_pair(
        make_judgment(B, 3), make_judgment(B, 1), make_judgment(B), make_judgment(TIE, 0)
    )

    summary = summarise(pair)

    assert vote_share(summary) == 3.5 / 4
    assert chosen_share(summary) == 3 / 4
    assert mean_preference(summary) == 4 / 3


def test_ungraded_pair_has_no_mean() -> None:
    summary = summarise(make_judged_pair(make_judgment(A)))

    assert mean_preference(summary) is None


def test_zero_mean_has_no_sign() -> None:
    summary = summarise(
        make_judged_pair(make_judgment(A, -1), make_judgment(A), make_judgment(B, 1))
    )

    assert str(mean_preference(summary)) == "0.0"


AGAINST = PairRules(tie_rule=TieRule.AGAINST)


@pytest.mark.parametrize(
    ("choices", "outcome"),
    [
        pytest.param([A, TIE], PairOutcome.TIE, id="half is not more than half"),
        pytest.param([A, A, B], PairOutcome.PREFERENCE, id="two of three"),
        pytest.param([A, A, TIE, B], PairOutcome.TIE, id="two of four"),
        pytest.param([A, CANNOT], PairOutcome.PREFERENCE, id="cannot-judge left out"),
    ],
)
def test_ties_that_count_against_ask_for_more_than_half(
    choices: list[Choice], outcome: PairOutcome
) -> None:
    pair = make_judged_pair(*(make_judgment(choice) for choice in choices))

    assert summarise(pair, AGAINST).outcome is outcome


@pytest.mark.parametrize(
    ("choices", "rules", "outcome"),
    [
        ([A], PairRules(min_judgments=2), PairOutcome.TOO_FEW_JUDGMENTS),
        ([A, B], PairRules(min_judgments=3), PairOutcome.TOO_FEW_JUDGMENTS),
        ([A, A], PairRules(min_judgments=2), PairOutcome.PREFERENCE),
        ([A, A, B], PairRules(min_agreement=0.7), PairOutcome.LOW_AGREEMENT),
        ([A, A, B], PairRules(min_agreement=0.6), PairOutcome.PREFERENCE),
        ([A, B], PairRules(min_agreement=1.0), PairOutcome.TIE),
    ],
)
def test_a_pair_below_the_demands_of_a_recipe_is_left_out(
    choices: list[Choice], rules: PairRules, outcome: PairOutcome
) -> None:
    summary = summarise(make_judged_pair(*(make_judgment(choice) for choice in choices)), rules)

    assert summary.outcome is outcome
    assert (summary.chosen is not None) is (outcome is PairOutcome.PREFERENCE)


@pytest.mark.parametrize(
    ("rule", "outcome"),
    [
        (VetoRule.HALF, PairOutcome.PREFERENCE),
        (VetoRule.ANY, PairOutcome.BOTH_UNACCEPTABLE),
        (VetoRule.IGNORED, PairOutcome.PREFERENCE),
    ],
)
def test_the_recipe_says_how_many_vetoes_count(rule: VetoRule, outcome: PairOutcome) -> None:
    judgments = [make_judgment(A, vetoed="xy"), make_judgment(A), make_judgment(A)]

    assert summarise(make_judged_pair(*judgments), PairRules(veto_rule=rule)).outcome is outcome


@pytest.mark.parametrize(("vetoed", "is_out"), [("x", True), ("y", False)])
def test_a_recipe_can_leave_out_a_chosen_response_with_a_veto(vetoed: str, is_out: bool) -> None:
    pair = make_judged_pair(make_judgment(A, vetoed=vetoed))

    summary = summarise(pair, PairRules(leaves_out_chosen_vetoed=True))

    assert (summary.outcome is PairOutcome.CHOSEN_VETOED) is is_out


def test_a_pair_without_a_label_gets_none_by_majority() -> None:
    assert hard_label(summarise(make_judged_pair(make_judgment(A))), None) is None
