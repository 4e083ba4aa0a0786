"""Gwet's AC1, which does not collapse where nearly all answers are alike.

    AC1 = (Po - Pe) / (1 - Pe)
    Po = mean over units with two answers or more of the share of pairs of answers that agree
    Pe = sum over categories of p_c (1 - p_c) / (q - 1)

with p_c the mean over *all* answered units of the unit's share of c (a lone answer tells nothing
of agreement and something of habits), and q the number of categories that were *offered*, whether
or not anybody chose them: what was on offer does not change with the sample.

Source: Gwet 2008, Computing inter-rater reliability and its variance in the presence of high
agreement.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.agreement.coefficient import agreeing_share
from evalhub.core.scoring.agreement.ratings import Ratings
from evalhub.core.scoring.agreement.vocabulary import Statistic
from evalhub.core.scoring.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Gwet:
    """Compute AC1 with category shares averaged over units."""

    statistic: Statistic = Statistic.GWET
    convention: str = (
        "chance from the shares of the categories, averaged over all answered pairs, every "
        "category offered counted"
    )
    counts_lone_answers: bool = True

    def sums(self, ratings: Ratings) -> FloatArray:
        """Return, a unit: whether it is shared, its agreeing share, 1, its category shares."""
        counts = ratings.unit_counts()
        total = counts.sum(axis=1)
        head = np.stack([total > 1, agreeing_share(counts), np.ones(len(counts))], axis=1)
        return np.hstack([head, counts / total[:, np.newaxis]])

    def ratio(self, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return Po - Pe and 1 - Pe; both 0 without a shared unit or a second category."""
        n_shared = totals[..., 0]
        observed = totals[..., 1] / np.maximum(n_shared, 1)
        shares = totals[..., 3:] / totals[..., 2:3]
        n_others = max(shares.shape[-1] - 1, 1)
        expected = (shares * (1 - shares)).sum(axis=-1) / n_others
        # Lone answers are drawn too, so a draw can be without any pair that two answered.
        exists = (n_shared > 0) & (shares.shape[-1] > 1)
        return (observed - expected) * exists, (1 - expected) * exists
