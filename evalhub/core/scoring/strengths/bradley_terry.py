"""Fit plain Bradley-Terry strengths to a table of wins: who beat whom how often.

The probability that model i is preferred to model j is 1 / (1 + exp(-(theta_i - theta_j))). With
S_ij the wins of i over j plus half their ties, the estimate maximises
sum over i, j of S_ij * log P_ij. The sum is concave, and it has a finite maximum exactly when the
graph of "beat or tied" is strongly connected (Ford 1957).

Source: Bradley and Terry 1952; Ford 1957.
"""

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.outcomes import LEFT_WON
from evalhub.core.scoring.strengths.newton import MAX_ITERATIONS, Estimate, Likelihood, maximise
from evalhub.core.scoring.ties.half_win import HalfWin
from evalhub.errors import EstimationError


def fit_bradley_terry(
    scores: FloatArray, *, ridge: float = 0.0, max_iterations: int = MAX_ITERATIONS
) -> Estimate:
    """Fit strengths to ``scores`` (S above, shape (n, n)) with the search that boards use.

    ``ridge`` (lambda) subtracts lambda / 2 * sum of theta squared, which makes the maximum finite
    whatever the judgments; it is for that case only. Raise ``EstimationError`` when no finite
    maximum exists and ``NotConverged`` when the search stops short of the tolerance.
    """
    if ridge == 0:
        _require_finite_maximum(scores)
    winner, loser = np.nonzero(scores)
    outcome = np.full(len(winner), LEFT_WON, dtype=np.int64)
    cells = Cells(winner, loser, outcome, scores[winner, loser], np.zeros((len(winner), 0)))
    likelihood = Likelihood.of(HalfWin(), cells, len(scores), ridge=ridge)
    return maximise(likelihood, max_iterations=max_iterations)


def _require_finite_maximum(scores: FloatArray) -> None:
    n_groups, _ = scipy.sparse.csgraph.connected_components(scores > 0, connection="strong")
    if n_groups != 1:
        raise EstimationError(
            f"Bradley-Terry has no finite maximum: the models fall into {n_groups} groups that "
            "are not linked by wins or ties in both directions."
        )
