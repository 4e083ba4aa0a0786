"""Come nearer to a maximum by steps with the factor of the last refresh.

A judgment more hardly changes the information, so Newton's step with the factor kept from before
takes off two digits or more, at a quarter of the cost of a step with its own. What comes out is a
start for the search, which judges it by its own tolerance: a factor that no longer fits costs
time and nothing else.
"""

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.incremental.pair_table import PairLikelihood
from evalhub.core.scoring.strengths.systems import Factored

_MOST_STEPS = 8
# Slower than this, Newton's own step is the cheaper way to the same digits.
_LEAST_GAIN = 10.0


def neared(
    pairs: PairLikelihood, start: FloatArray, kept: Factored, *, tolerance: float
) -> FloatArray:
    """Return strengths, and the position effect after them, nearer to the maximum than ``start``.

    It stops where the next step promises a gradient below ``tolerance`` per judgment, or where
    the steps gain less than a digit; then the last point that was better than ``start`` stands.
    """
    n, at, before, largest = pairs.n_models, start, start, np.inf
    per_model, total = pairs.judgments()
    weight = np.append(per_model, total)[: len(start)]
    for _ in range(_MOST_STEPS):
        gradient = pairs.slope(at[:n], at[n:])
        found = float(np.abs(gradient / weight).max())
        if not found * _LEAST_GAIN <= largest:
            return before if found > largest else at
        before, at = at, at + kept.solve(gradient)
        # The gain of the last step is what the next one may be expected to gain.
        promised = found * (found / largest) if largest < np.inf else found
        if promised <= tolerance:
            return at
        largest = found
    return at
