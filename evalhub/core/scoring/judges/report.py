"""Audit every judge of a project that is a model: against experts, against itself, by length."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgmentRecord
from evalhub.core.scoring.agreement.subjects import TIE, PairKey, by_time, code_of, pair_of
from evalhub.core.scoring.annotators.figures import NO_CLEAR_CHOICE, first_answers
from evalhub.core.scoring.intervals.shares import Share, share_of
from evalhub.core.scoring.judges.experts import ExpertComparison, compare_with_experts
from evalhub.core.scoring.judges.flips import OrderFlips, order_flips
from evalhub.core.scoring.judges.length import LengthEffect, PairFacts, length_effects


@dataclass(frozen=True, slots=True)
class JudgeAudit:
    """Hold what is known of one judge; ``judge`` is its opaque id.

    ``left`` is the share of its preferences for the answer shown first, ``ties`` the share of its
    verdicts that call a pair even. ``comparisons`` are with ties as an answer, then without.
    """

    judge: str
    n_judgments: int
    n_pairs: int
    n_shared_pairs: int
    n_experts: int
    is_simulated: bool
    left: Share
    ties: Share
    flips: OrderFlips
    comparisons: tuple[ExpertComparison, ExpertComparison]
    length: tuple[LengthEffect, ...]


def audit_judges(
    records: Sequence[JudgmentRecord], *, facts: Mapping[PairKey, PairFacts]
) -> tuple[JudgeAudit, ...]:
    """Return the audit of each judge among ``records``, ordered by their opaque ids.

    Only people are experts: a judge is never held against another judge.
    """
    ordered = by_time(records)
    people = [r for r in ordered if r.annotator_kind is AnnotatorKind.HUMAN]
    by_judge: defaultdict[str, list[JudgmentRecord]] = defaultdict(list)
    for record in ordered:
        if record.annotator_kind is AnnotatorKind.MODEL:
            by_judge[record.person_public_id].append(record)
    return tuple(_audit(judge, own, people, facts=facts) for judge, own in sorted(by_judge.items()))


def _audit(
    judge: str,
    own: Sequence[JudgmentRecord],
    people: Sequence[JudgmentRecord],
    *,
    facts: Mapping[PairKey, PairFacts],
) -> JudgeAudit:
    # A judge is often run in both orders; as two verdicts it would weigh twice beside experts.
    verdicts = {pair: answers[judge] for pair, answers in first_answers(own).items()}
    experts = {pair: said for pair, said in first_answers(people).items() if pair in verdicts}
    shared = [r for r in people if pair_of(r) in experts]
    n_left = sum(record.choice is Choice.A for record in own)
    n_clear = sum(record.choice in {Choice.A, Choice.B} for record in own)
    codes = [code for record in own if (code := code_of(record)) is not None]
    return JudgeAudit(
        judge=judge,
        n_judgments=len(own),
        n_pairs=len(verdicts),
        n_shared_pairs=len(experts),
        n_experts=len({record.person_public_id for record in shared}),
        is_simulated=any(record.is_simulated for record in (*own, *shared)),
        left=share_of(n_left, n_clear, reason=NO_CLEAR_CHOICE),
        ties=share_of(codes.count(TIE), len(codes)),
        flips=order_flips(own),
        comparisons=(
            compare_with_experts(verdicts, experts, with_ties=True),
            compare_with_experts(verdicts, experts, with_ties=False),
        ),
        length=length_effects(verdicts, experts, facts),
    )
