from dataclasses import replace

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.agreement.subjects import pair_of
from evalhub.core.scoring.judges import PairFacts, audit_judges
from tests.core.scoring.records import judgment

A, B, TIE = Choice.A, Choice.B, Choice.TIE
MODEL = AnnotatorKind.MODEL


def by_model(
    who: str, choice: Choice, pair: str = "p1", *, is_swapped: bool = False
) -> JudgmentRecord:
    return judgment(who, choice, pair=pair, is_swapped=is_swapped, kind=MODEL)


def test_each_judge_is_audited_against_people_only() -> None:
    records = [
        by_model("gpt", A),
        by_model("llama", B),
        judgment("ann", A),
        judgment("bob", A),
        judgment("cyd", A, pair="elsewhere"),
    ]

    gpt, llama = audit_judges(records, facts={})

    assert (gpt.judge, llama.judge) == ("gpt", "llama")
    assert (gpt.n_shared_pairs, gpt.n_experts) == (1, 2)
    assert gpt.comparisons[0].with_expert.value == 1.0
    assert llama.comparisons[0].with_expert.value == 0.0


def test_sides_and_ties_of_the_judge_are_counted() -> None:
    records = [by_model("gpt", A, "1"), by_model("gpt", A, "2"), by_model("gpt", TIE, "3")]

    (audit,) = audit_judges(records, facts={})

    assert (audit.left.value, audit.left.n) == (1.0, 2)
    assert (audit.ties.value, audit.ties.n) == (1 / 3, 3)
    assert (audit.n_judgments, audit.n_pairs) == (3, 3)


def test_both_orders_count_as_one_pair_with_the_first_verdict() -> None:
    records = [
        by_model("gpt", A),
        replace(by_model("gpt", A, is_swapped=True), public_id="later"),
        judgment("ann", A),
    ]

    (audit,) = audit_judges(records, facts={})

    assert (audit.n_judgments, audit.n_pairs) == (2, 1)
    assert audit.flips.flipped.value == 1.0
    assert audit.comparisons[0].with_expert.n == 1


def test_lengths_reach_the_effect() -> None:
    records = [by_model("gpt", B), judgment("ann", A)]

    (audit,) = audit_judges(records, facts={pair_of(records[0]): PairFacts(10, 90)})

    assert audit.length[0].effect == 1.0


def test_simulated_experts_make_the_audit_simulated() -> None:
    made_up = replace(judgment("ann", A), origin=JudgmentOrigin.SIMULATED)

    (audit,) = audit_judges([by_model("gpt", A), made_up], facts={})

    assert audit.is_simulated


def test_no_judge_no_audit() -> None:
    assert audit_judges([judgment("ann", A)], facts={}) == ()
