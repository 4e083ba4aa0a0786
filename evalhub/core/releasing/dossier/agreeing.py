"""State how far experts agree: on the pair, on each criterion, by group of prompts, and again.

The statistics are those of ``evalhub.core.scoring.agreement``, on the votes that are examined.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evalhub.core.releasing.dossier.fields import DossierField, Figure, Unit, absent, computed
from evalhub.core.releasing.dossier.fields import estimate as estimated
from evalhub.core.releasing.dossier.observing import Facets, Vote
from evalhub.core.releasing.dossier.vocabulary import FieldName
from evalhub.core.scoring.agreement.coefficient import Coefficient
from evalhub.core.scoring.agreement.estimate import Agreement, estimate
from evalhub.core.scoring.agreement.krippendorff import OrdinalAlpha
from evalhub.core.scoring.agreement.percent import Percent
from evalhub.core.scoring.agreement.ratings import GivenAnswer, Ratings, ratings_of
from evalhub.core.scoring.agreement.resampling import MIN_PAIRS, N_RESAMPLES
from evalhub.core.scoring.agreement.subjects import CHOICES, EXTREME, PREFERENCES, TIE
from evalhub.core.scoring.agreement.vocabulary import Statistic, TieRule
from evalhub.core.scoring.annotators.repeats import NONE_CAME_AGAIN
from evalhub.core.scoring.intervals.shares import WILSON, share_of

NOTHING_COMPARED = "No two experts answered a criterion of one pair."
ONE_GROUP = "The prompts state no group that has two values."
GROUPED = ("domain", "language", "jurisdiction", "difficulty", "audience", "risk")
NONE_TWICE = "No expert has two answers to one pair in the tables."
REPEATED = (
    "Share of pairs judged twice by one expert with the same answer: of pairs that stand twice in "
    "the tables, and of those that came again with their sides swapped, unannounced, whose second "
    f"judgments are in no table; {WILSON}. n counts pairs of one expert."
)
METHOD = (
    "Percent agreement: share of all pairs of judgments on one pair by two experts that agree, not "
    "corrected for chance. Krippendorff's alpha, ordinal: a disagreement weighs by the answers "
    "that lie between. 95 % percentile interval of "
    f"{N_RESAMPLES:,} resamples of pairs, none under {MIN_PAIRS} pairs. n counts pairs."
)


def agreement_field(votes: Sequence[Vote]) -> DossierField:
    """Return agreement on the overall choice, with and without ties, and on the graded one."""
    overall = _overall(votes)
    graded = ratings_of(_graded(votes), [str(value) for value in PREFERENCES])
    return computed(
        FieldName.AGREEMENT,
        METHOD,
        [
            _figure("Same answer, a tie is a third answer", Percent(), overall),
            _figure("Same side, ties left out", Percent(), overall.without(TIE)),
            _figure("Graded preference, ordinal alpha", OrdinalAlpha(), graded),
        ],
    )


def criteria_field(votes: Sequence[Vote]) -> DossierField:
    """Return agreement on each criterion that two experts answered of one pair."""
    values: defaultdict[str, list[tuple[Vote, str, int]]] = defaultdict(list)
    for vote in votes:
        for criterion, side, value in vote.criteria:
            values[criterion].append((vote, side, value))
    figures = [figure for name in sorted(values) for figure in _criterion(name, values[name])]
    if not figures:
        return absent(FieldName.CRITERIA_AGREEMENT, NOTHING_COMPARED)
    return computed(FieldName.CRITERIA_AGREEMENT, METHOD, figures)


def group_agreement_field(votes: Sequence[Vote], facets: Mapping[str, Facets]) -> DossierField:
    """Return percent agreement, a tie being a third answer, in each group of prompts."""
    by_group: defaultdict[tuple[str, str], list[Vote]] = defaultdict(list)
    for vote in votes:
        for dimension, value in facets[vote.prompt]:
            if dimension in GROUPED:
                by_group[dimension, value].append(vote)
    n_values = {name: sum(one == name for one, _ in by_group) for name in GROUPED}
    figures = [
        _figure(f"{dimension}: {value}", Percent(), _overall(own))
        for (dimension, value), own in sorted(by_group.items())
        if n_values[dimension] > 1
    ]
    if not figures:
        return absent(FieldName.GROUP_AGREEMENT, ONE_GROUP)
    return computed(FieldName.GROUP_AGREEMENT, METHOD, figures)


def repeats_field(votes: Iterable[Vote], *, n_again: int, n_same_again: int) -> DossierField:
    """Return how often an expert who judged a pair again gave the same answer.

    ``votes`` hold what the tables hold, such as imported judgments of which one person has two.
    ``n_again`` pairs came again with their sides swapped, to check just this; the second judgment
    of such a pair is in no table, because it was asked for and is not another vote.
    """
    answers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for vote in votes:
        if vote.code is not None:
            answers[vote.pair, vote.annotator].append(vote.code)
    same = [codes[0] == codes[1] for codes in answers.values() if len(codes) > 1]
    shares = {
        "Same answer again": share_of(sum(same), len(same), reason=NONE_TWICE),
        "Same answer with the sides swapped": share_of(
            n_same_again, n_again, reason=NONE_CAME_AGAIN
        ),
    }
    figures = [
        estimated(name, Unit.SHARE, one.value, n=one.n, interval=one.interval, reason=one.reason)
        for name, one in shares.items()
    ]
    return computed(FieldName.REPEATS, REPEATED, figures)


def _overall(votes: Iterable[Vote]) -> Ratings:
    given = (
        GivenAnswer(vote.pair, vote.pair, vote.annotator, vote.code)
        for vote in votes
        if vote.code is not None
    )
    return ratings_of(given, CHOICES)


def _graded(votes: Iterable[Vote]) -> Iterator[GivenAnswer]:
    for vote in votes:
        if vote.preference is not None:
            yield GivenAnswer(vote.pair, vote.pair, vote.annotator, vote.preference + EXTREME)


def _criterion(name: str, values: Sequence[tuple[Vote, str, int]]) -> Iterator[Figure]:
    scale = sorted({value for _, _, value in values})
    place = {value: position for position, value in enumerate(scale)}
    given = (
        GivenAnswer(vote.pair, (vote.pair, side), vote.annotator, place[value])
        for vote, side, value in values
    )
    ratings = ratings_of(given, [str(value) for value in scale])
    yield _figure(f"{name}, same value", Percent(), ratings)
    yield _figure(f"{name}, ordinal alpha", OrdinalAlpha(), ratings)


def _figure(name: str, coefficient: Coefficient, ratings: Ratings) -> Figure:
    # The tie rule is said in the figure's name, in words that an auditor knows.
    found: Agreement = estimate(coefficient, ratings, tie_rule=TieRule.NO_TIES)
    is_percent = coefficient.statistic is Statistic.PERCENT
    return estimated(
        name,
        Unit.SHARE if is_percent else Unit.COEFFICIENT,
        found.value,
        n=found.n_pairs,
        interval=found.interval,
        reason=found.interval_reason,
    )
