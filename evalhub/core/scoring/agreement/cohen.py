"""Cohen's kappa of two annotators, and its mean over the pairs of many.

    kappa = (Po - Pe) / (1 - Pe)
    Po = share of the units that both answered on which they agree
    Pe = sum over categories of p_c q_c

with p_c and q_c the two annotators' own shares of c over those units. With more than two annotators
the figure is the mean of the kappas of all pairs of annotators who share at least 10 units,
weighted by the units they share (Light 1971 weighs them equally; in an incomplete design that
would give a pair with 10 shared units the say of one with 300). Of more than 1,000 such pairs the
1,000 who share most are taken: a thousand annotators have half a million.

Source: Cohen 1960, A coefficient of agreement for nominal scales; Light 1971, Measures of response
agreement for qualitative data.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.agreement.coefficient import divide
from evalhub.core.scoring.agreement.ratings import Ratings
from evalhub.core.scoring.agreement.vocabulary import Statistic
from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray

MIN_SHARED = 10
MAX_PAIRS = 1_000


@dataclass(frozen=True, slots=True)
class Cohen:
    """Compute the mean of Cohen's kappa over pairs of annotators, weighted by shared units."""

    n_categories: int
    min_shared: int = MIN_SHARED
    statistic: Statistic = Statistic.COHEN
    convention: str = (
        f"mean over the pairs of annotators who share at least {MIN_SHARED} pairs (at most the "
        f"{MAX_PAIRS:,} who share most), weighted by what they share; chance from each one's own "
        "shares"
    )
    counts_lone_answers: bool = False

    def sums(self, ratings: Ratings) -> "scipy.sparse.csr_array":
        """Return a 1, a unit, for each pair of annotators at the answers the two gave.

        Columns are pairs of annotators times categories times categories; most entries are 0.
        """
        unit, first, second = _answer_pairs(ratings)
        annotators = _pair_codes(ratings, first, second)
        _, code, shared = np.unique(annotators, return_inverse=True, return_counts=True)
        is_taken = _most_shared(shared, self.min_shared)
        keep = is_taken[code]
        column = np.cumsum(is_taken)[code[keep]] - 1
        size = self.n_categories
        cell = (column * size + ratings.category[first[keep]]) * size
        cell += ratings.category[second[keep]]
        shape = (len(ratings.unit_counts()), int(is_taken.sum()) * size * size)
        return scipy.sparse.csr_array((np.ones(len(cell)), (unit[keep], cell)), shape=shape)

    def ratio(self, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the weighted sum of kappas and the sum of the weights."""
        size = self.n_categories
        table = totals.reshape(*totals.shape[:-1], -1, size, size)
        n = table.sum(axis=(-2, -1))
        # A draw may hold none of the pairs that two annotators share; their weight is then 0.
        safe = np.maximum(n, 1.0)
        observed = np.trace(table, axis1=-2, axis2=-1) / safe
        expected = (table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1) / safe**2
        # Two who always say the same thing have no kappa, and no say in the mean.
        kappa = divide(observed - expected, 1 - expected)
        weight = n * kappa.exists
        return (weight * kappa.value).sum(axis=-1), weight.sum(axis=-1)


def _most_shared(shared: IntArray, min_shared: int) -> BoolArray:
    """Return which pairs of annotators are taken, by the units that each of them shares."""
    is_taken = np.zeros(len(shared), dtype=np.bool_)
    # Stable, so that of pairs that share equally the same ones are taken every time.
    is_taken[np.argsort(-shared, kind="stable")[:MAX_PAIRS]] = True
    return is_taken & (shared >= min_shared)


def _answer_pairs(ratings: Ratings) -> tuple[IntArray, IntArray, IntArray]:
    """Return every two answers to one unit: the unit and the positions of both.

    Answers are sorted by unit and annotator, so the two of a unit stand k places apart for some
    k below the largest number of answers a unit has.
    """
    ends: list[IntArray] = []
    for step in range(1, int(ratings.unit_counts().sum(axis=1).max(initial=0))):
        start = np.flatnonzero(ratings.unit[step:] == ratings.unit[:-step])
        ends.append(np.stack([start, start + step]))
    first, second = np.concatenate(ends, axis=1) if ends else np.zeros((2, 0), dtype=np.int64)
    return ratings.unit[first], first, second


def _pair_codes(ratings: Ratings, first: IntArray, second: IntArray) -> IntArray:
    size = int(ratings.annotator.max(initial=0)) + 1
    # Sorted by annotator within a unit, so the lower code always comes first.
    return ratings.annotator[first] * size + ratings.annotator[second]
