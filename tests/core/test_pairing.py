"""Pairs are planned from content and a seed alone."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.campaigns import PairingStrategy
from evalhub.core.pairing import Candidate, PairingRule, plan_pairs
from evalhub.core.responses import ResponseStatus

ALL = PairingRule(PairingStrategy.ALL, seed=7)


def answers(n_prompts: int, *slugs: str) -> list[Candidate]:
    """Return a distinct answer of every endpoint to every prompt."""
    return [
        Candidate(f"p{i}", (slug, 1), 0, ResponseStatus.ANSWERED, f"{slug} on {i}")
        for i in range(n_prompts)
        for slug in slugs
    ]


def test_all_pairs_compare_every_two_endpoints_on_every_prompt() -> None:
    plan = plan_pairs(answers(2, "a", "b", "c"), ALL)

    met = Counter(pair.endpoints for pair in plan.pairs)
    assert met == {(("a", 1), ("b", 1)): 2, (("a", 1), ("c", 1)): 2, (("b", 1), ("c", 1)): 2}


def test_the_order_given_does_not_matter() -> None:
    candidates = answers(3, "a", "b", "c")

    assert plan_pairs(candidates, ALL) == plan_pairs(candidates[::-1], ALL)


def test_another_seed_gives_another_order() -> None:
    candidates = answers(5, "a", "b", "c")

    one, other = (plan_pairs(candidates, replace(ALL, seed=seed)) for seed in (1, 2))

    assert one.pairs != other.pairs
    assert set(one.pairs) == set(other.pairs)


@pytest.mark.parametrize("status", [s for s in ResponseStatus if s is not ResponseStatus.ANSWERED])
def test_only_answers_are_compared(status: ResponseStatus) -> None:
    good, bad = answers(1, "a", "b")
    bad = replace(bad, status=status)

    plan = plan_pairs([good, bad], ALL)

    assert plan.pairs == ()
    assert plan.not_answered == (bad,)


def test_pairs_with_the_same_text_are_left_out_and_counted() -> None:
    first, second, third = answers(1, "a", "b", "c")
    second = replace(second, text_sha256=first.text_sha256)

    plan = plan_pairs([first, second, third], ALL)

    assert [pair.endpoints for pair in plan.identical] == [(("a", 1), ("b", 1))]
    assert len(plan.pairs) == 2


def test_two_samples_of_one_endpoint_are_not_compared() -> None:
    first = answers(1, "a")[0]
    again = replace(first, sample_index=1, text_sha256="other")

    assert plan_pairs([first, again], ALL).pairs == ()


@pytest.mark.parametrize(("n_samples", "n_pairs"), [(1, 1), (2, 4), (20, 400)])
def test_only_so_many_samples_of_each_endpoint_meet(n_samples: int, n_pairs: int) -> None:
    candidates = [
        replace(one, sample_index=i, text_sha256=f"{one.text_sha256} {i}")
        for one in answers(1, "a", "b")
        for i in range(20)
    ]

    plan = plan_pairs(candidates, replace(ALL, samples_per_endpoint=n_samples))

    assert len(plan.pairs) == n_pairs
    assert {pair.first.sample_index for pair in plan.pairs} == set(range(n_samples))


def test_a_sample_that_nobody_wants_is_not_missed() -> None:
    good, bad = answers(1, "a", "b")
    later = replace(bad, sample_index=1, status=ResponseStatus.ERROR)

    assert plan_pairs([good, bad, later], ALL).not_answered == ()
    two = replace(ALL, samples_per_endpoint=2)
    assert plan_pairs([good, bad, later], two).not_answered == (later,)


@pytest.mark.parametrize("strategy", [PairingStrategy.ALL, PairingStrategy.BALANCED])
def test_samples_of_the_same_words_meet_once(strategy: PairingStrategy) -> None:
    first, second = answers(1, "a", "b")
    alike = [replace(one, sample_index=1) for one in (first, second)]
    rule = PairingRule(strategy, pairs_per_prompt=4, samples_per_endpoint=2)

    once = plan_pairs([first, second, *alike], rule)

    assert len(once.pairs) == 1
    assert plan_pairs([first, second, *alike], rule, once.pairs).pairs == ()


def test_endpoints_of_the_same_words_both_meet_a_third() -> None:
    first, second, third = answers(1, "a", "b", "c")
    second = replace(second, text_sha256=first.text_sha256)

    plan = plan_pairs([first, second, third], ALL)

    assert [pair.endpoints[0][0] for pair in sorted(plan.pairs)] == ["a", "b"]


def test_pairs_of_other_samples_stay_and_count() -> None:
    candidates = [
        replace(one, sample_index=i, text_sha256=f"{one.text_sha256} {i}")
        for one in answers(1, "a", "b")
        for i in range(2)
    ]
    rule = PairingRule(PairingStrategy.BALANCED, pairs_per_prompt=4)
    before = plan_pairs(candidates, replace(rule, samples_per_endpoint=2)).pairs

    assert len(before) == 4
    assert plan_pairs(candidates, rule, before).pairs == ()


def test_against_a_baseline_only_pairs_with_it_are_made() -> None:
    rule = PairingRule(PairingStrategy.BASELINE, baseline=("b", 1))

    plan = plan_pairs(answers(2, "a", "b", "c"), rule)

    assert Counter(pair.endpoints for pair in plan.pairs) == {
        (("a", 1), ("b", 1)): 2,
        (("b", 1), ("c", 1)): 2,
    }


def test_of_two_revisions_only_one_is_the_baseline() -> None:
    first, other = answers(1, "a", "b")
    second = replace(first, endpoint=("a", 2), text_sha256="second")
    rule = PairingRule(PairingStrategy.BASELINE, baseline=("a", 2))

    plan = plan_pairs([first, second, other], rule)

    assert {pair.endpoints for pair in plan.pairs} == {
        (("a", 1), ("a", 2)),
        (("a", 2), ("b", 1)),
    }


def test_balanced_fills_every_prompt_and_uses_endpoints_equally() -> None:
    rule = PairingRule(PairingStrategy.BALANCED, seed=3, pairs_per_prompt=2)

    plan = plan_pairs(answers(30, *"abcdef"), rule)

    assert set(Counter(pair.first.prompt_key for pair in plan.pairs).values()) == {2}
    uses = Counter(endpoint for pair in plan.pairs for endpoint in pair.endpoints)
    assert max(uses.values()) - min(uses.values()) <= 2
    assert len({pair.endpoints for pair in plan.pairs}) == 15


def test_balanced_makes_what_it_can_where_a_prompt_has_few_answers() -> None:
    rule = PairingRule(PairingStrategy.BALANCED, pairs_per_prompt=5)

    assert len(plan_pairs(answers(1, "a", "b"), rule).pairs) == 1


@pytest.mark.parametrize("strategy", list(PairingStrategy))
def test_planning_again_adds_nothing(strategy: PairingStrategy) -> None:
    rule = PairingRule(strategy, seed=1, pairs_per_prompt=2, baseline=("a", 1))
    candidates = answers(4, "a", "b", "c")

    first = plan_pairs(candidates, rule)

    assert plan_pairs(candidates, rule, first.pairs).pairs == ()


@pytest.mark.parametrize("strategy", list(PairingStrategy))
def test_later_answers_add_pairs_and_take_none_back(strategy: PairingStrategy) -> None:
    rule = PairingRule(strategy, seed=1, pairs_per_prompt=2, baseline=("a", 1))
    first = plan_pairs(answers(2, "a", "b"), rule)

    second = plan_pairs(answers(3, "a", "b", "c"), rule, first.pairs)

    assert second.pairs
    assert not set(second.pairs) & set(first.pairs)


@given(st.integers(1, 6), st.integers(2, 6), st.integers(1, 4), st.integers(0, 2**31))
def test_balanced_never_exceeds_what_is_wanted_nor_repeats(
    n_prompts: int, n_endpoints: int, per_prompt: int, seed: int
) -> None:
    rule = PairingRule(PairingStrategy.BALANCED, seed=seed, pairs_per_prompt=per_prompt)
    slugs = [f"e{i}" for i in range(n_endpoints)]

    pairs = plan_pairs(answers(n_prompts, *slugs), rule).pairs

    assert len(set(pairs)) == len(pairs)
    wanted = min(per_prompt, n_endpoints * (n_endpoints - 1) // 2)
    assert all(n == wanted for n in Counter(p.first.prompt_key for p in pairs).values())


@given(st.integers(1, 4), st.integers(2, 5), st.integers(0, 99), st.data())
def test_whatever_arrived_first_the_same_pairs_exist_at_the_end(
    n_prompts: int, n_endpoints: int, seed: int, data: st.DataObject
) -> None:
    candidates = answers(n_prompts, *(f"e{i}" for i in range(n_endpoints)))
    early = data.draw(st.lists(st.sampled_from(candidates), unique=True))
    rule = replace(ALL, seed=seed)

    first = plan_pairs(early, rule).pairs
    later = plan_pairs(candidates, rule, first).pairs

    assert sorted((*first, *later)) == sorted(plan_pairs(candidates, rule).pairs)


@given(st.permutations(answers(2, "a", "b", "c")), st.sampled_from(list(PairingStrategy)))
def test_no_order_of_arrival_changes_a_plan(
    candidates: list[Candidate], strategy: PairingStrategy
) -> None:
    rule = PairingRule(strategy, seed=5, pairs_per_prompt=2, baseline=("a", 1))

    assert plan_pairs(candidates, rule) == plan_pairs(sorted(candidates), rule)
