from dataclasses import replace
from random import Random

from evalhub.core.judging.answers import Choice
from evalhub.core.scoring.annotators.consensus import (
    PairConsensus,
    consensus_or_reason,
    pair_consensus,
)
from tests.core.scoring.records import judgment

A, B, TIE = Choice.A, Choice.B, Choice.TIE


def test_each_pair_has_its_consensus_beside_the_majority() -> None:
    records = [
        judgment(who, choice, pair=pair)
        for pair, choices in (("p1", (A, A, B)), ("p2", (B, B, B)), ("p3", (TIE, TIE, A)))
        for who, choice in zip(("ann", "bob", "cyd"), choices, strict=True)
    ]

    found = pair_consensus(records)

    assert found is not None
    assert [(one.prompt_key, one.majority) for one in found.pairs] == [
        ("p1", "x"),
        ("p2", "y"),
        ("p3", "tie"),
    ]
    assert all(abs(sum(one.probabilities) - 1) < 1e-9 for one in found.pairs)
    assert (found.n_answers, found.n_annotators) == (9, 3)


def test_a_pair_shown_in_both_orders_is_one_pair() -> None:
    records = [judgment("ann", A), judgment("bob", B, is_swapped=True)]

    found = pair_consensus(records)

    assert found is not None
    (pair,) = found.pairs
    assert (pair.answer, pair.majority, pair.n_answers) == ("x", "x", 2)
    assert (pair.x_model, pair.y_model) == ("alder", "birch")


def test_one_who_contradicts_everybody_is_heard_the_other_way_round() -> None:
    """Three who agree teach the model that two others say the opposite of what is so."""
    truth = [A, B] * 30
    records = [
        judgment(f"k{i}", choice, pair=f"p{n:02d}")
        for n, choice in enumerate(truth)
        for i in range(3)
    ]
    contrary = {A: B, B: A}
    for who in ("y", "z"):
        records += [judgment(who, contrary[said], pair=f"p{n:02d}") for n, said in enumerate(truth)]
        records.append(judgment(who, A, pair="alone"))

    found = pair_consensus(records)

    assert found is not None
    alone = next(one for one in found.pairs if one.prompt_key == "alone")
    assert (alone.majority, alone.answer) == ("x", "y")
    assert alone.is_against_majority


def test_one_answer_is_no_majority_to_be_against() -> None:
    only = PairConsensus("p", "alder", "birch", "y", (0.0, 0.0, 1.0), "x", n_answers=1)

    assert not only.is_against_majority
    assert replace(only, n_answers=2).is_against_majority


def test_an_even_split_has_no_majority_to_be_against() -> None:
    found = pair_consensus([judgment("ann", A), judgment("bob", B)])

    assert found is not None
    assert found.pairs[0].majority is None
    assert not found.pairs[0].is_against_majority


def test_order_of_records_does_not_change_a_bit() -> None:
    records = [
        judgment(who, choice, pair=f"p{n}")
        for n in range(12)
        for who, choice in zip(("ann", "bob", "cyd"), (A, (A, B, TIE)[n % 3], B), strict=True)
    ]

    assert pair_consensus(records) == pair_consensus(records[::-1])


def test_no_verdict_no_consensus() -> None:
    assert pair_consensus([judgment("ann", Choice.CANNOT_JUDGE)]) is None


def test_answers_that_say_nothing_of_their_pairs_have_a_reason_for_a_consensus() -> None:
    """Four who guess at 400 pairs: the search is still climbing after its last step."""
    rng = Random(9)
    records = [
        judgment(who, rng.choices((A, TIE, B), (9, 2, 9))[0], pair=f"p{number}")
        for number in range(400)
        for who in rng.sample(("ann", "bob", "cyd", "dee"), 2)
    ]

    found, reason = consensus_or_reason(records)

    assert found is None
    assert reason is not None
    assert reason.startswith("Dawid-Skene stopped after 2000 steps")


def test_a_consensus_needs_no_reason() -> None:
    found, reason = consensus_or_reason([judgment("ann", A)])

    assert (found, reason) == (pair_consensus([judgment("ann", A)]), None)
