"""Model a tie as half a win for each side: plain Bradley-Terry.

With d the gap between the left and the right side and y the score of the left (1, 1/2, 0), the
log-likelihood of a judgment is y log s(d) + (1 - y) log s(-d). It is that of half-counted
judgments where there are ties, so it gives no probability of a tie.

Source: Bradley and Terry 1952.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.outcomes import SCORES
from evalhub.core.scoring.ties.likelihoods import Logistic, Terms, no_shared


@dataclass(frozen=True, slots=True)
class HalfWin:
    """Give a win and a loss their probabilities; it shares no parameter."""

    @property
    def title(self) -> str:
        """Return the name of the model."""
        return "Bradley-Terry, ties as half wins"

    @property
    def n_shared(self) -> int:
        """Return 0."""
        return 0

    @property
    def sure_reach(self) -> float:
        """Return 1.

        The third derivative of log s(d) by the gap is at most minus the second, so over a step
        that moves no gap by more than r the fall below the tangent is at most
        (e^r - r - 1) / r^2 times the step's own decrement, which is under 1 up to r = 1.79.
        (Bach 2010, Self-concordant analysis for logistic regression, proposition 1.)
        """
        return 1.0

    def start(self) -> FloatArray:
        """Return no parameter."""
        return np.zeros(0)

    def is_inside(self, _shared: FloatArray) -> bool:
        """Return True: nothing is bounded."""
        return True

    def terms(self, gap: FloatArray, outcome: IntArray, _shared: FloatArray) -> Terms:
        """Return the log-likelihood of each score, with its derivatives by the gap."""
        logistic, score = Logistic.of(gap), SCORES[outcome]
        by_shared = no_shared(len(gap))
        return Terms(
            measure=lambda: score * logistic.log_at + (1 - score) * logistic.log_opposite,
            # y (1 - p) - (1 - y) p equals y - p without its loss of digits near p = 1.
            slope=score * logistic.opposite - (1 - score) * logistic.at,
            curvature=logistic.at * logistic.opposite,
            shared_slope=by_shared[0],
            shared_cross=by_shared[1],
            shared_curvature=by_shared[2],
        )
