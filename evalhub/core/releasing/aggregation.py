"""Sum up the judgments on one pair: counts, vetoes, outcome and the figures of its row."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.material import JudgedPair, ReleaseJudgment
from evalhub.core.releasing.vocabulary import PairOutcome
from evalhub.core.responses import ResponseStatus

PairSide: TypeAlias = Literal["x", "y"]


@dataclass(frozen=True, slots=True)
class PairSummary:
    """Hold what the judgments on a pair say together.

    ``n_judgments`` leaves cannot-judge out; ``n_ties`` counts every kind of tie. ``chosen`` is
    the preferred side when the outcome is a preference. ``preference_sum`` adds the graded
    preferences (negative: x is better).
    """

    outcome: PairOutcome
    chosen: PairSide | None
    n_x: int
    n_y: int
    n_ties: int
    n_both_good: int
    n_both_bad: int
    n_cannot_judge: int
    n_graded: int
    preference_sum: int
    vetoed_x: bool
    vetoed_y: bool

    @property
    def n_judgments(self) -> int:
        """Return how many judgments say something about the pair."""
        return self.n_x + self.n_y + self.n_ties

    @property
    def vote_share_y(self) -> float:
        """Return the share that prefers y, ties as half; undefined without judgments."""
        return (self.n_y + self.n_ties / 2) / self.n_judgments


def summarise(pair: JudgedPair) -> PairSummary:
    """Return the summary of ``pair``.

    Conditions are tried in this order: a response that is no complete answer, identical texts,
    nobody could judge, both vetoed, preference; the first that holds is the outcome.
    """
    counts = Counter(item.record.canonical_choice for item in pair.judgments)
    graded = [
        item.record.canonical_preference
        for item in pair.judgments
        if item.record.canonical_preference is not None
    ]
    n_ties = counts[Choice.TIE] + counts[Choice.BOTH_GOOD] + counts[Choice.BOTH_BAD]
    chosen = _preferred(counts[Choice.A], counts[Choice.B])
    vetoed = _is_vetoed(pair.judgments, "x"), _is_vetoed(pair.judgments, "y")
    n_judgments = counts[Choice.A] + counts[Choice.B] + n_ties
    outcome = _outcome(pair, chosen, is_judged=n_judgments > 0, both_vetoed=all(vetoed))
    return PairSummary(
        outcome=outcome,
        chosen=chosen if outcome is PairOutcome.PREFERENCE else None,
        n_x=counts[Choice.A],
        n_y=counts[Choice.B],
        n_ties=n_ties,
        n_both_good=counts[Choice.BOTH_GOOD],
        n_both_bad=counts[Choice.BOTH_BAD],
        n_cannot_judge=counts[Choice.CANNOT_JUDGE],
        n_graded=len(graded),
        preference_sum=sum(graded),
        vetoed_x=vetoed[0],
        vetoed_y=vetoed[1],
    )


def _outcome(
    pair: JudgedPair, chosen: PairSide | None, *, is_judged: bool, both_vetoed: bool
) -> PairOutcome:
    # Before the texts: a response that was cut off is no answer to learn from, whatever was said
    # of it.
    if any(side.status is not ResponseStatus.ANSWERED for side in (pair.x, pair.y)):
        return PairOutcome.RESPONSE_NOT_ANSWERED
    if pair.x_text == pair.y_text:
        return PairOutcome.IDENTICAL_RESPONSES
    if not is_judged:
        return PairOutcome.CANNOT_JUDGE
    # Before the preference: a trainer would learn to give the better of two answers that nobody
    # should give.
    if both_vetoed:
        return PairOutcome.BOTH_UNACCEPTABLE
    return PairOutcome.PREFERENCE if chosen else PairOutcome.TIE


def _preferred(n_x: int, n_y: int) -> PairSide | None:
    """Return the side that more judgments prefer, which is the one with a vote share over 1/2."""
    if n_x == n_y:
        return None
    return "x" if n_x > n_y else "y"


def _is_vetoed(judgments: Sequence[ReleaseJudgment], side: PairSide) -> bool:
    """Tell whether at least half of the judgments that judged raise a veto on ``side``."""
    votes = [
        item.vetoed_x if side == "x" else item.vetoed_y
        for item in judgments
        # Who could not judge a response could not clear it either.
        if item.record.choice is not Choice.CANNOT_JUDGE
    ]
    return bool(votes) and 2 * sum(votes) >= len(votes)


def chosen_share(summary: PairSummary) -> float:
    """Return the share of judgments that prefer the chosen response; ties count against it."""
    return _n_chosen(summary) / summary.n_judgments


def vote_share(summary: PairSummary) -> float:
    """Return the share of judgments that prefer the chosen response, ties as half."""
    return (_n_chosen(summary) + summary.n_ties / 2) / summary.n_judgments


def mean_preference(summary: PairSummary) -> float | None:
    """Return the mean graded preference, positive toward the chosen response."""
    if not summary.n_graded:
        return None
    toward_y = summary.preference_sum / summary.n_graded
    # Adding zero turns -0.0, which other readers print with its sign, into 0.0.
    return (toward_y if summary.chosen == "y" else -toward_y) + 0.0


def _n_chosen(summary: PairSummary) -> int:
    return summary.n_x if summary.chosen == "x" else summary.n_y
