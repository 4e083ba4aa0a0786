"""Hold the half-win likelihood of judgments that are counted by ordered pair.

With N_lr the judgments that showed l left of r, Y_lr the left's score over them (ties half) and
d = theta_l - theta_r + delta, the log-likelihood is the sum of Y log s(d) + (N - Y) log s(-d).
Every array is (n, n), so an evaluation costs n squared whatever the number of judgments.
"""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.strengths.systems import Factored
from evalhub.core.scoring.ties.half_win import HalfWin
from evalhub.core.scoring.ties.likelihoods import Logistic


@dataclass(frozen=True, slots=True, eq=False)
class PairInformation:
    """Hold minus the second derivative, written out."""

    matrix: FloatArray
    n_models: int

    def factored(self) -> Factored:
        """Return the matrix factored; raise ``EstimationError`` where it is singular."""
        return Factored.of(self.matrix, self.n_models)

    def solve(self, strengths: FloatArray, shared: FloatArray, *, tolerance: float) -> FloatArray:
        """Return the solution, which is exact whatever ``tolerance`` would allow."""
        del tolerance
        return self.factored().solve(np.concatenate([strengths, shared]))


@dataclass(frozen=True, slots=True, eq=False)
class PairLikelihood:
    """Hold N (``n``) and Y (``score``), both (models, models), as something to maximise.

    ``has_position`` adds delta, the advantage of the left side; without it delta is 0. ``ridge``
    is that on the strengths and on delta.
    """

    n: FloatArray
    score: FloatArray
    ridge: float = 0.0
    has_position: bool = False

    @property
    def model(self) -> HalfWin:
        """Return the tie model."""
        return HalfWin()

    @property
    def n_models(self) -> int:
        """Return the number of strengths."""
        return len(self.n)

    @property
    def n_coefficients(self) -> int:
        """Return 1 with a position effect, else 0."""
        return int(self.has_position)

    def terms(self, theta: FloatArray, rest: FloatArray) -> Logistic:
        """Return the probability of the left side, pair by pair."""
        gap = theta[:, np.newaxis] - theta
        return Logistic.of(gap + rest[0] if self.has_position else gap)

    def value(self, terms: Logistic, theta: FloatArray, rest: FloatArray) -> float:
        """Return the log-likelihood less the ridges."""
        penalty = self.ridge * float(theta @ theta + rest @ rest)
        return self.log_likelihood(terms) - penalty / 2

    def log_likelihood(self, terms: Logistic) -> float:
        """Return the log-likelihood of the judgments alone."""
        won = np.vdot(self.score, terms.log_at)
        return float(won + np.vdot(self.n - self.score, terms.log_opposite))

    def gradient(
        self, terms: Logistic, theta: FloatArray, rest: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the gradient by the strengths and by the position effect."""
        # Y s(-d) - (N - Y) s(d) equals Y - N s(d) without its loss of digits near s = 1.
        pull = self.score * terms.opposite - (self.n - self.score) * terms.at
        by_theta = pull.sum(axis=1) - pull.sum(axis=0) - self.ridge * theta
        by_rest = np.array([pull.sum()]) - self.ridge * rest if self.has_position else rest
        return by_theta, by_rest

    def slope(self, theta: FloatArray, rest: FloatArray) -> FloatArray:
        """Return the gradient in one array, to rounding of the counts, in half the time.

        It takes Y - N s(d) as it stands, whose digits are lost where s(d) is close to 1.
        """
        pull = theta - theta[:, np.newaxis]
        if self.has_position:
            pull -= rest[0]
        # Overflow to infinity is the right limit: its chance is 0.
        with np.errstate(over="ignore"):
            np.exp(pull, out=pull)
        pull += 1
        np.divide(self.n, pull, out=pull)
        np.subtract(self.score, pull, out=pull)
        by_theta = pull.sum(axis=1) - pull.sum(axis=0) - self.ridge * theta
        if not self.has_position:
            return np.asarray(by_theta, dtype=np.float64)
        return np.append(by_theta, pull.sum() - self.ridge * rest[0])

    def reach(self, step: FloatArray) -> float:
        """Return at least how far ``step``, strengths first, moves any gap."""
        return float(np.ptp(step[: self.n_models])) + float(np.abs(step[self.n_models :]).sum())

    def information(self, terms: Logistic) -> PairInformation:
        """Return minus the second derivative, ridges included."""
        weight = self.n * terms.at * terms.opposite
        both = weight + weight.T
        matrix = -both
        matrix[np.diag_indices(self.n_models)] = both.sum(axis=1) - both.diagonal() + self.ridge
        if self.has_position:
            border = (weight.sum(axis=1) - weight.sum(axis=0))[:, np.newaxis]
            corner = np.array([[weight.sum() + self.ridge]])
            matrix = np.block([[matrix, border], [border.T, corner]])
        return PairInformation(matrix, self.n_models)

    def judgments(self) -> tuple[FloatArray, float]:
        """Return how many judgments bear on each strength, at least 1, and on the rest."""
        both = self.n.sum(axis=0) + self.n.sum(axis=1)
        return np.maximum(both, 1.0), max(float(self.n.sum()), 1.0)
