"""Model a tie as the geometric mean of winning and losing.

With d the gap between the left and the right side,

    P(left wins) : P(right wins) : P(tie) = exp(d / 2) : exp(-d / 2) : nu

so that nu is how likely a tie is, between equals, against a win of either side. The shared
parameter is log nu. Three outcomes of an exponential family: the log-likelihood is concave.

Source: Davidson 1970; the same as evalica's Newman model with v = nu / 2.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.outcomes import SCORES, TIED
from evalhub.core.scoring.ties.likelihoods import Terms


@dataclass(frozen=True, slots=True)
class Davidson:
    """Give win, tie and loss their probabilities; ``tie_share`` only places the first step."""

    tie_share: float

    @classmethod
    def of(cls, cells: Cells) -> "Davidson":
        """Return the model for ``cells``, which hold both ties and wins."""
        tied = float(cells.n[cells.outcome == TIED].sum())
        return cls(tied / float(cells.n.sum()))

    @property
    def title(self) -> str:
        """Return the name of the model."""
        return "Bradley-Terry, ties by Davidson"

    @property
    def n_shared(self) -> int:
        """Return 1: log nu."""
        return 1

    @property
    def sure_reach(self) -> float:
        """Return 0: with a shared parameter no such distance is known."""
        return 0.0

    def start(self) -> FloatArray:
        """Return the log nu that would give the share of ties were all models equal."""
        return np.array([np.log(2 * self.tie_share / (1 - self.tie_share))])

    def is_inside(self, shared: FloatArray) -> bool:
        """Tell that log nu is finite; it has no other bound."""
        return bool(np.isfinite(shared).all())

    def terms(self, gap: FloatArray, outcome: IntArray, shared: FloatArray) -> Terms:
        """Return log P of each outcome, with its derivatives by the gap and by log nu."""
        log_nu = float(shared[0])
        exponents = np.stack([-gap / 2, np.full_like(gap, log_nu), gap / 2])
        largest = exponents.max(axis=0)
        weights = np.exp(exponents - largest)
        total = weights.sum(axis=0)
        lost, tied, won = weights / total
        lean = (won - lost) / 2
        side = SCORES[outcome] - 0.5
        is_tie = (outcome == TIED).astype(np.float64)
        value = side * gap + is_tie * log_nu - largest - np.log(total)
        return Terms(
            measure=lambda: value,
            slope=side - lean,
            curvature=(won + lost) / 4 - lean**2,
            shared_slope=(is_tie - tied)[:, np.newaxis],
            shared_cross=(-lean * tied)[:, np.newaxis],
            shared_curvature=(tied * (1 - tied))[:, np.newaxis, np.newaxis],
        )
