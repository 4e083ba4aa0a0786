"""Decisions in a release: beside the votes, in the pair's order, by week, and split where split."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from evalhub.core.releasing.decisions import (
    UNDECIDED,
    Decided,
    PairDecision,
    PairVerdict,
    ReviewOutcome,
    decision_on,
    review_of,
)
from evalhub.core.reviewing.cases import Case, CaseEvent
from evalhub.core.reviewing.vocabulary import CaseKind, CaseStep, Verdict
from tests.core.releasing.material import MOMENT

ACCEPTED, RETURNED, REVISED = CaseStep.ACCEPTED, CaseStep.RETURNED, CaseStep.REVISED


def review(*steps: CaseStep) -> Case:
    """Return a review of one judgment with these steps."""
    events = tuple(CaseEvent(step, 1, MOMENT) for step in steps)
    return Case(CaseKind.REVIEW, MOMENT, frozenset({2}), events)


def adjudication(*verdicts: tuple[Verdict, str]) -> Case:
    """Return a disagreement that was decided, and again on appeal a week later each."""
    steps = (CaseStep.DECIDED, CaseStep.UPHELD)
    events = tuple(
        CaseEvent(step, 1, MOMENT + number * timedelta(days=7), "Why.", reason, verdict)
        for number, (step, (verdict, reason)) in enumerate(zip(steps, verdicts, strict=False))
    )
    return Case(CaseKind.ADJUDICATION, MOMENT, frozenset({2, 3}), events)


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ([], None),
        ([CaseStep.TAKEN], None),
        ([ACCEPTED], ReviewOutcome.ACCEPTED),
        ([RETURNED], ReviewOutcome.RETURNED),
        ([RETURNED, CaseStep.KEPT], ReviewOutcome.RETURNED),
        ([RETURNED, REVISED], ReviewOutcome.REVISED),
        ([RETURNED, CaseStep.APPEALED, CaseStep.REJECTED], ReviewOutcome.RETURNED),
        ([RETURNED, CaseStep.APPEALED, CaseStep.UPHELD], ReviewOutcome.OVERTURNED),
        ([RETURNED, REVISED, CaseStep.APPEALED, CaseStep.UPHELD], ReviewOutcome.OVERTURNED),
    ],
)
def test_a_review_is_told_by_how_it_ended(
    steps: Sequence[CaseStep], outcome: ReviewOutcome | None
) -> None:
    assert review_of(review(*steps)) is outcome


@pytest.mark.parametrize(
    ("verdict", "plain", "turned"),
    [
        (Verdict.FIRST, PairVerdict.A, PairVerdict.B),
        (Verdict.SECOND, PairVerdict.B, PairVerdict.A),
        (Verdict.EVEN, PairVerdict.EVEN, PairVerdict.EVEN),
        (Verdict.SPLIT, PairVerdict.SPLIT, PairVerdict.SPLIT),
    ],
)
def test_a_decision_speaks_of_the_responses_in_the_order_of_the_release(
    verdict: Verdict, plain: PairVerdict, turned: PairVerdict
) -> None:
    case = adjudication((verdict, "error"))

    assert decision_on(case, is_turned=False) == PairDecision(plain, "error", "2026-W47")
    assert decision_on(case, is_turned=True) == PairDecision(turned, "error", "2026-W47")


def test_what_an_appeal_decided_anew_is_what_holds() -> None:
    case = adjudication((Verdict.FIRST, "error"), (Verdict.SPLIT, "both_defensible"))

    found = decision_on(case, is_turned=False)

    assert found == PairDecision(PairVerdict.SPLIT, "both_defensible", "2026-W48")


def test_what_nobody_decided_says_nothing() -> None:
    assert decision_on(adjudication(), is_turned=False) is None
    assert UNDECIDED.line() == [None, None, None, None]


def test_the_hash_covers_all_that_rows_tell() -> None:
    decided = Decided(ReviewOutcome.REVISED, PairDecision(PairVerdict.A, "error", "2026-W47"))

    assert decided.line() == ["revised", "a", "error", "2026-W47"]
    # A text and no member of an enumeration: the line is hashed as canonical JSON.
    assert {type(one) for one in decided.line()} == {str}


def test_verdicts_of_pairs_are_written_as_the_guide_of_releases_lists_them() -> None:
    assert [one.value for one in PairVerdict] == ["a", "b", "even", "split"]
