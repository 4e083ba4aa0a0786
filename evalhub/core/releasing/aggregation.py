"""Sum up the judgments on one pair: counts, vetoes, outcome and the figures of its row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from evalhub.core.judging.answers import Choice
from evalhub.core.releasing.material import JudgedPair, PairLabel
from evalhub.core.releasing.recipe import PairRules
from evalhub.core.releasing.vocabulary import PairOutcome, TieRule, VetoRule
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


def summarise(pair: JudgedPair, rules: PairRules | None = None) -> PairSummary:
    """Return the summary of ``pair`` under ``rules``, by default the standing ones.

    Conditions are tried in this order: a response that is no complete answer, identical texts,
    nobody could judge, both vetoed, too few judgments, a tie, low agreement, the preferred one
    vetoed, preference; the first that holds is the outcome.
    """
    votes = tuple(
        _Vote(
            item.record.canonical_choice,
            item.record.canonical_preference,
            item.vetoed_x,
            item.vetoed_y,
        )
        for item in pair.judgments
    )
    is_answered = pair.x.status is pair.y.status is ResponseStatus.ANSWERED
    return _summary(votes, rules or PairRules(), is_answered, pair.x_text == pair.y_text)


class _Vote(NamedTuple):
    """Hold what one judgment says of a pair, turned to the pair's own order."""

    choice: Choice
    preference: int | None
    vetoed_x: bool
    vetoed_y: bool


# Most pairs have one judgment or two, of which there are a few hundred kinds.
@lru_cache(maxsize=10_000)
def _summary(
    votes: tuple[_Vote, ...],
    rules: PairRules,
    is_answered: bool,  # noqa: FBT001 - the cache knows its arguments by their place
    is_same_text: bool,  # noqa: FBT001 - likewise
) -> PairSummary:
    choices = [vote.choice for vote in votes]
    graded = [vote.preference for vote in votes if vote.preference is not None]
    counts = {choice: choices.count(choice) for choice in Choice}
    n_ties = counts[Choice.TIE] + counts[Choice.BOTH_GOOD] + counts[Choice.BOTH_BAD]
    summary = PairSummary(
        outcome=PairOutcome.PREFERENCE,
        chosen=_preferred(counts[Choice.A], counts[Choice.B], n_ties, rules.tie_rule),
        n_x=counts[Choice.A],
        n_y=counts[Choice.B],
        n_ties=n_ties,
        n_both_good=counts[Choice.BOTH_GOOD],
        n_both_bad=counts[Choice.BOTH_BAD],
        n_cannot_judge=counts[Choice.CANNOT_JUDGE],
        n_graded=len(graded),
        preference_sum=sum(graded),
        vetoed_x=_is_vetoed(votes, "x", rules.veto_rule),
        vetoed_y=_is_vetoed(votes, "y", rules.veto_rule),
    )
    outcome = _unusable(summary, is_answered=is_answered, is_same_text=is_same_text)
    outcome = outcome or _left_out(summary, rules)
    return replace(summary, outcome=outcome, chosen=None) if outcome else summary


def _unusable(summary: PairSummary, *, is_answered: bool, is_same_text: bool) -> PairOutcome | None:
    """Return why nothing could be learned from the pair under any recipe, if so."""
    # Before the texts: a response that was cut off is no answer to learn from, whatever was said
    # of it.
    if not is_answered:
        return PairOutcome.RESPONSE_NOT_ANSWERED
    if is_same_text:
        return PairOutcome.IDENTICAL_RESPONSES
    if not summary.n_judgments:
        return PairOutcome.CANNOT_JUDGE
    # Before the preference: a trainer would learn to give the better of two answers that nobody
    # should give.
    if summary.vetoed_x and summary.vetoed_y:
        return PairOutcome.BOTH_UNACCEPTABLE
    return None


def _left_out(summary: PairSummary, rules: PairRules) -> PairOutcome | None:
    """Return why the recipe does not let the pair choose a response, if so."""
    if summary.n_judgments < rules.min_judgments:
        return PairOutcome.TOO_FEW_JUDGMENTS
    if summary.chosen is None:
        return PairOutcome.TIE
    if chosen_share(summary) < rules.min_agreement:
        return PairOutcome.LOW_AGREEMENT
    is_vetoed = summary.vetoed_x if summary.chosen == "x" else summary.vetoed_y
    return PairOutcome.CHOSEN_VETOED if is_vetoed and rules.leaves_out_chosen_vetoed else None


def _preferred(n_x: int, n_y: int, n_ties: int, rule: TieRule) -> PairSide | None:
    """Return the side that enough judgments prefer under ``rule``, None where neither has them."""
    if n_x == n_y:
        return None
    # Ties that count against both ask for more than half of everything that was said.
    if rule is TieRule.AGAINST and 2 * max(n_x, n_y) <= n_x + n_y + n_ties:
        return None
    return "x" if n_x > n_y else "y"


def _is_vetoed(given: Sequence[_Vote], side: PairSide, rule: VetoRule) -> bool:
    """Tell whether enough of the judgments that judged raise a veto on ``side``."""
    if rule is VetoRule.IGNORED:
        return False
    votes = [
        vote.vetoed_x if side == "x" else vote.vetoed_y
        for vote in given
        # Who could not judge a response could not clear it either.
        if vote.choice is not Choice.CANNOT_JUDGE
    ]
    enough = 1 if rule is VetoRule.ANY else (len(votes) + 1) // 2
    return bool(votes) and sum(votes) >= enough


def hard_label(summary: PairSummary, label: PairLabel | None) -> PairLabel | None:
    """Return the majority as a label, without a margin; the pooled column stays what it is."""
    if label is None:
        return None
    toward_y = {"x": 0.0, "y": 1.0, None: 0.5}[summary.chosen]
    return replace(label, soft_label_y=toward_y, soft_label_se=0.0, margin_y=0.0, margin_se=0.0)


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
