"""Compute the objective of Crowd-BT, its gradient and its curvature.

The formulas stand in ``evalhub.core.scoring.annotators.crowd_bt``. Reliabilities are moved as
u = logit eta, so that every step stays between 0 and 1; the prior stays a density of eta.
"""

from dataclasses import dataclass

import numpy as np
import scipy

from evalhub.core.scoring.annotators.crowd_cells import DecisionCells
from evalhub.core.scoring.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Hold strengths, shape (models), and logits of the reliabilities, shape (annotators)."""

    theta: FloatArray
    logit: FloatArray

    def vector(self) -> FloatArray:
        """Return both as one array."""
        return np.concatenate([self.theta, self.logit])

    def plus(self, step: "Point") -> "Point":
        """Return the point that ``step`` leads to."""
        return Point(self.theta + step.theta, self.logit + step.logit)


@dataclass(frozen=True, slots=True, eq=False)
class Curvature:
    """Hold minus the second derivatives: models, models with annotators, and annotators.

    ``reduced`` is what is left for the models once the annotators are eliminated, as a Cholesky
    factor; it exists only where the objective is curved downwards in every direction.
    """

    cross: "scipy.sparse.csr_array"
    own: FloatArray
    reduced: tuple[FloatArray, bool]

    def solve(self, right: Point) -> Point:
        """Return the step that this curvature answers ``right`` with."""
        theta = scipy.linalg.cho_solve(
            self.reduced, right.theta - self.cross @ (right.logit / self.own)
        )
        return Point(theta, (right.logit - self.cross.T @ theta) / self.own)

    def covariance(self) -> FloatArray:
        """Return the covariance of the strengths, shape (models, models)."""
        return np.asarray(scipy.linalg.cho_solve(self.reduced, np.eye(self.cross.shape[0])))

    def logit_variances(self, covariance: FloatArray) -> FloatArray:
        """Return the variance of each logit, given the covariance of the strengths."""
        weighed = self.cross.toarray() / self.own
        return np.asarray(1 / self.own + (weighed * (covariance @ weighed)).sum(axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class CrowdObjective:
    """Hold cells with the Beta prior of each annotator (``a``, ``b``) and the ridge."""

    cells: DecisionCells
    a: FloatArray
    b: FloatArray
    ridge: float

    def start(self) -> Point:
        """Return strengths of 0 and every reliability at the mode of its prior."""
        logit = np.log((self.a - 1) / (self.b - 1))
        return Point(np.zeros(len(self.cells.models)), logit)

    def point(self, vector: FloatArray) -> Point:
        """Return the point that ``vector`` holds."""
        n_models = len(self.cells.models)
        return Point(vector[:n_models], vector[n_models:])

    def log_likelihood(self, point: Point) -> float:
        """Return the sum of log p over the decisions."""
        d, u = self._terms(point)
        # In logarithms throughout: with a strong model p comes within rounding of 0 or 1.
        followed = scipy.special.log_expit(u) + scipy.special.log_expit(d)
        return float(
            self.cells.n
            @ np.logaddexp(followed, scipy.special.log_expit(-u) + scipy.special.log_expit(-d))
        )

    def value(self, point: Point) -> float:
        """Return what is maximised."""
        prior = (self.a - 1) @ scipy.special.log_expit(point.logit)
        prior += (self.b - 1) @ scipy.special.log_expit(-point.logit)
        penalty = self.ridge / 2 * float(point.theta @ point.theta)
        return self.log_likelihood(point) + float(prior) - penalty

    def gradient(self, point: Point) -> Point:
        """Return the first derivatives."""
        d, u = self._terms(point)
        followed = scipy.special.expit(u + d)
        theta = self.cells.per_model(self.cells.n * (followed - scipy.special.expit(d)))
        logit = self.cells.per_annotator(self.cells.n * (followed - scipy.special.expit(u)))
        prior = self.a - 1 - (self.a + self.b - 2) * scipy.special.expit(point.logit)
        return Point(theta - self.ridge * point.theta, logit + prior)

    def loss(self, vector: FloatArray) -> tuple[float, FloatArray]:
        """Return what a minimiser takes: minus the value and minus its derivatives."""
        point = self.point(vector)
        return -self.value(point), -self.gradient(point).vector()

    def largest_gradient(self, point: Point) -> float:
        """Return the largest absolute derivative, per decision."""
        return float(np.abs(self.gradient(point).vector()).max()) / self.cells.n_decisions

    def curvature(self, point: Point) -> Curvature | None:
        """Return minus the second derivatives; None where the objective is not curved downwards."""
        d, u = self._terms(point)
        n, sides = self.cells.n, self.cells.sides()
        spread = scipy.special.expit(u + d) * scipy.special.expit(-u - d)
        eta = scipy.special.expit(point.logit)
        own = self.cells.per_annotator(
            n * (scipy.special.expit(u) * scipy.special.expit(-u) - spread)
        )
        own += (self.a + self.b - 2) * eta * (1 - eta)
        # Away from a top the objective can curve upwards, and a Newton step would lead downhill.
        if own.min() <= 0:
            return None
        weights = n * (scipy.special.expit(d) * scipy.special.expit(-d) - spread)
        models = (sides.T @ (sides * weights[:, np.newaxis])).toarray()
        ends = (np.arange(len(n)), self.cells.annotator)
        who = scipy.sparse.csr_array((-n * spread, ends), shape=(len(n), len(own)))
        cross = scipy.sparse.csr_array(sides.T @ who)
        reduced = models + self.ridge * np.eye(len(models)) - (cross / own[np.newaxis, :]) @ cross.T
        try:
            return Curvature(cross, own, scipy.linalg.cho_factor(np.asarray(reduced)))
        except np.linalg.LinAlgError:
            return None

    def _terms(self, point: Point) -> tuple[FloatArray, FloatArray]:
        """Return, a cell, the difference of the strengths and the logit of the annotator."""
        d = point.theta[self.cells.winner] - point.theta[self.cells.loser]
        return d, point.logit[self.cells.annotator]
