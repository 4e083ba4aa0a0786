"""Say of a released judgment what was decided about it, without who decided.

A decision stands beside the votes and changes none: a label is fitted to the judgments whatever an
adjudicator thinks of them. So it is told in columns of its own, with the week and no finer time,
and a pair that can be read either way is told as split.
"""

from dataclasses import dataclass
from enum import StrEnum

from evalhub.core.releasing.weeks import iso_week
from evalhub.core.reviewing.cases import Case, CaseEvent, decision_of
from evalhub.core.reviewing.vocabulary import CaseStep, Verdict


class ReviewOutcome(StrEnum):
    """How the review of one judgment ended."""

    ACCEPTED = "accepted"
    """A reviewer found nothing to object to."""
    RETURNED = "returned"
    """A reviewer sent it back, and it stands as it was."""
    REVISED = "revised"
    """It was sent back and judged again; the row is the later version."""
    OVERTURNED = "overturned"
    """It was sent back by mistake, as an appeal has shown."""


class PairVerdict(StrEnum):
    """What an adjudicator decided of a pair, in the order that a release has its responses in."""

    A = "a"
    """Response A is better."""
    B = "b"
    """Response B is better."""
    EVEN = "even"
    """Neither is better than the other."""
    SPLIT = "split"
    """It can be read either way, and both readings can be defended."""


@dataclass(frozen=True, slots=True)
class PairDecision:
    """Hold what an adjudicator decided of a pair, why, and in which week."""

    verdict: PairVerdict
    reason: str
    week: str


@dataclass(frozen=True, slots=True)
class Decided:
    """Hold what was decided about one judgment: its own review, and of its pair."""

    review: ReviewOutcome | None = None
    pair: PairDecision | None = None

    def line(self) -> list[str | None]:
        """Return what a release tells of it, for the hash over its judgments."""
        pair = self.pair
        told = (None, None, None) if pair is None else (pair.verdict.value, pair.reason, pair.week)
        return [self.review and self.review.value, *told]


UNDECIDED = Decided()


def review_of(case: Case) -> ReviewOutcome | None:
    """Return how a review of one judgment ended; None while nobody has answered it."""
    steps = {event.step for event in case.events}
    if CaseStep.RETURNED not in steps:
        return ReviewOutcome.ACCEPTED if CaseStep.ACCEPTED in steps else None
    # First: who judged again after a mistaken return was right before.
    if CaseStep.UPHELD in steps:
        return ReviewOutcome.OVERTURNED
    return ReviewOutcome.REVISED if CaseStep.REVISED in steps else ReviewOutcome.RETURNED


def decision_on(case: Case, *, is_turned: bool) -> PairDecision | None:
    """Return what was decided of a case's pair, on appeal where that changed it; None without.

    With ``is_turned`` the release has the two responses in the other order than the case.
    """
    last = decision_of(case)
    if last is None:
        return None
    return PairDecision(_verdict(last, is_turned=is_turned), last.reason, iso_week(last.at))


def _verdict(event: CaseEvent, *, is_turned: bool) -> PairVerdict:
    sides = (PairVerdict.B, PairVerdict.A) if is_turned else (PairVerdict.A, PairVerdict.B)
    if event.verdict is Verdict.FIRST:
        return sides[0]
    if event.verdict is Verdict.SECOND:
        return sides[1]
    return PairVerdict.SPLIT if event.verdict is Verdict.SPLIT else PairVerdict.EVEN
