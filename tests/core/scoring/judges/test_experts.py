"""A judge beside experts: what is compared, and what stands beside it."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalhub.core.scoring.agreement import TieRule
from evalhub.core.scoring.agreement.subjects import PairKey, pair_of
from evalhub.core.scoring.judges.experts import ExpertComparison, compare_with_experts
from tests.core.scoring.records import judgment


def key(name: str) -> PairKey:
    return pair_of(judgment(pair=name))


def compared(*pairs: tuple[int, str], with_ties: bool = True) -> ExpertComparison:
    """Compare the judge's code with the experts' codes, written as digits, pair by pair."""
    judge = {key(f"p{i}"): code for i, (code, _) in enumerate(pairs)}
    experts = {
        key(f"p{i}"): {f"e{k}": int(code) for k, code in enumerate(codes)}
        for i, (_, codes) in enumerate(pairs)
    }
    return compare_with_experts(judge, experts, with_ties=with_ties)


def test_every_expert_of_a_pair_is_compared() -> None:
    found = compared((0, "001"), (2, "2"), (1, "02")).with_expert

    assert found.value == pytest.approx(3 / 6)
    assert (found.n_pairs, found.n) == (3, 6)
    assert found.tie_rule is TieRule.THIRD_ANSWER


def test_majority_leaves_even_splits_out() -> None:
    found = compared((0, "001"), (2, "02"), (2, "0"), (1, "11")).with_majority

    assert found.value == pytest.approx(2 / 3)
    assert found.n_pairs == 3


def test_experts_are_compared_with_each_other_on_the_same_pairs() -> None:
    found = compared((0, "001"), (2, "2"), (1, "02")).between_experts

    assert found.value == pytest.approx(1 / 4)
    assert (found.n_pairs, found.n) == (2, 4)


def test_ties_left_out_are_taken_away_on_both_sides() -> None:
    found = compared((1, "00"), (0, "011"), (2, "1"), (2, "2"), with_ties=False)

    assert (found.with_expert.value, found.with_expert.n) == (1.0, 2)
    assert found.with_expert.tie_rule is TieRule.LEFT_OUT


def test_nothing_shared_has_reasons_and_no_numbers() -> None:
    found = compare_with_experts({key("p"): 0}, {key("q"): {"e": 0}}, with_ties=True)

    for figure in (found.with_expert, found.with_majority, found.between_experts):
        assert (figure.value, figure.interval, figure.n_pairs) == (None, None, 0)
        assert figure.reason == figure.interval_reason
    assert found.with_expert.reason == "No pair was judged by both."


def test_one_expert_a_pair_leaves_experts_nothing_to_agree_on() -> None:
    found = compared((0, "0"), (1, "2"))

    assert found.with_expert.value == 0.5
    assert found.between_experts.reason == "No pair was judged by the judge and two experts."


def test_interval_draws_whole_pairs() -> None:
    found = compared(*[(0, "000"), (0, "222")] * 50).with_expert

    assert found.interval is not None
    assert found.interval.low == pytest.approx(0.4, abs=0.02)
    assert found.interval.high == pytest.approx(0.6, abs=0.02)


@settings(max_examples=30)
@given(
    pairs=st.lists(
        st.tuples(st.integers(0, 2), st.text("012", min_size=1, max_size=4)),
        min_size=1,
        max_size=15,
    ),
    with_ties=st.booleans(),
)
def test_figures_equal_what_loops_give(pairs: list[tuple[int, str]], *, with_ties: bool) -> None:
    found = compared(*pairs, with_ties=with_ties)

    kept = [
        (judge, [int(c) for c in said if with_ties or c != "1"])
        for judge, said in pairs
        if with_ties or judge != 1
    ]
    ones = [judge == expert for judge, said in kept for expert in said]
    between = [a == b for _, said in kept for a, b in itertools.combinations(said, 2)]
    assert found.with_expert.value == (pytest.approx(np.mean(ones)) if ones else None)
    assert found.between_experts.value == (pytest.approx(np.mean(between)) if between else None)


def test_a_judge_that_copies_an_expert_agrees_as_experts_do() -> None:
    """With two experts, the judge that repeats the first agrees with them half by copying."""
    pairs = [(0, "02"), (2, "22"), (0, "00"), (1, "12")] * 5

    found = compared(*pairs)

    assert found.with_expert.value == pytest.approx(0.75)
    assert found.between_experts.value == pytest.approx(0.5)


def test_the_same_verdict_always_has_no_interval_of_width_zero() -> None:
    found = compared(*[(0, "00")] * 30).with_expert

    assert (found.value, found.interval) == (1.0, None)
    assert found.interval_reason == "The resamples of the pairs do not differ."
    assert found.reason is None
