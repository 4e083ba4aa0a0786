"""Count which response of a pair the judgments have ahead on each criterion."""

from collections import Counter

from evalhub.core.releasing.material import JudgedPair
from evalhub.core.releasing.rows import CriterionVotes
from evalhub.core.scoring.criteria.verdicts import criterion_scores

_X_AHEAD, _EQUAL, _Y_AHEAD = 1.0, 0.5, 0.0


def compared_in(pair: JudgedPair) -> tuple[tuple[tuple[str, float], ...], ...]:
    """Return what ``criterion_votes`` counts, as a key: it is the same for most pairs."""
    return tuple([tuple(criterion_scores(item.answer).items()) for item in pair.judgments])


def criterion_votes(pair: JudgedPair, *, chosen_is_x: bool) -> list[CriterionVotes]:
    """Return the votes on each criterion that any judgment compares, ordered by criterion.

    A judgment counts where it gives both responses a value, or the pair one. A criterion is
    counted apart from the overall choice and does not decide it.
    """
    counts: dict[str, Counter[float]] = {}
    for item in pair.judgments:
        for criterion, score in criterion_scores(item.answer).items():
            counts.setdefault(criterion, Counter())[score] += 1
    chosen, rejected = (_X_AHEAD, _Y_AHEAD) if chosen_is_x else (_Y_AHEAD, _X_AHEAD)
    return [
        CriterionVotes(
            criterion=criterion,
            n_chosen=found[chosen],
            n_rejected=found[rejected],
            n_equal=found[_EQUAL],
        )
        for criterion, found in sorted(counts.items())
    ]
