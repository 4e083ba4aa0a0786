"""Maximise a tie model's likelihood over strengths and shared parameters by Newton's method."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from evalhub.core.scoring.arrays import FloatArray
from evalhub.core.scoring.counting.cells import Cells
from evalhub.core.scoring.strengths.systems import Bordered, Edges
from evalhub.core.scoring.ties.likelihoods import Terms, TieModel
from evalhub.errors import EstimationError, NotConverged

GRADIENT_TOLERANCE = 1e-10
MAX_ITERATIONS = 100
_LOOSEST = 1e-2
_TIGHTEST = 1e-6


class System(Protocol):
    """Solve for the step of one iteration."""

    def solve(self, strengths: FloatArray, shared: FloatArray, *, tolerance: float) -> FloatArray:
        """Return the solution for one right-hand side, strengths first."""


TermsT = TypeVar("TermsT")


class Objective(Protocol[TermsT]):
    """Say what a search needs to know of a likelihood, in whatever form its judgments are kept.

    ``terms`` are what one point's value and derivatives share, so that they are computed once.
    """

    @property
    def model(self) -> TieModel:
        """Return the tie model."""

    @property
    def n_models(self) -> int:
        """Return the number of strengths."""

    @property
    def ridge(self) -> float:
        """Return the ridge on the strengths."""

    @property
    def n_coefficients(self) -> int:
        """Return the number of coefficients after the shared parameters."""

    def terms(self, theta: FloatArray, rest: FloatArray) -> TermsT:
        """Return what the value and the derivatives share."""

    def value(self, terms: TermsT, theta: FloatArray, rest: FloatArray) -> float:
        """Return the log-likelihood less the ridges."""

    def log_likelihood(self, terms: TermsT) -> float:
        """Return the log-likelihood of the judgments alone."""

    def gradient(
        self, terms: TermsT, theta: FloatArray, rest: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the gradient by the strengths and by the rest."""

    def reach(self, step: FloatArray) -> float:
        """Return at least how far ``step``, strengths first, moves any gap."""

    def information(self, terms: TermsT) -> System:
        """Return minus the second derivative, ridges included."""

    def judgments(self) -> tuple[FloatArray, float]:
        """Return how many judgments bear on each strength, at least 1, and on the rest."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Hold the maximum of a likelihood, what it reaches and how.

    ``strengths`` (n) are natural logs, mean 0; ``shared`` (K) are the tie model's parameters and
    ``coefficients`` (q) those of the covariates. ``log_likelihood`` is that of the judgments
    alone, without any ridge; ``gradient`` is the largest absolute entry of the gradient, divided
    by the judgments that bear on it.
    """

    model: TieModel
    strengths: FloatArray
    shared: FloatArray
    coefficients: FloatArray
    log_likelihood: float
    ridge: float
    gradient: float
    n_iterations: int

    @property
    def rest(self) -> FloatArray:
        """Return shared parameters and coefficients, in this order."""
        return np.concatenate([self.shared, self.coefficients])


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """Hold what is maximised: cells under a tie model, with the ridges asked for.

    ``ridge`` (lambda) subtracts lambda / 2 * sum of theta squared, and the same for the
    coefficient of position, which makes a maximum finite whatever the judgments; it is for that
    case only. ``penalties`` (q) does so for each covariate's coefficient. Cells are sorted by
    their left model.
    """

    model: TieModel
    cells: Cells
    n_models: int
    ridge: float
    penalties: FloatArray

    @classmethod
    def of(
        cls,
        model: TieModel,
        cells: Cells,
        n_models: int,
        *,
        ridge: float = 0.0,
        penalties: FloatArray | None = None,
    ) -> "Likelihood":
        """Return the likelihood; without ``penalties`` coefficients have the ridge of strengths."""
        if penalties is None:
            penalties = np.full(cells.covariates.shape[1], ridge)
        return cls(model, cells, n_models, ridge, penalties)

    @property
    def n_coefficients(self) -> int:
        """Return the number of covariates."""
        return len(self.penalties)

    @property
    def edges(self) -> Edges:
        """Return the graph of the cells."""
        return Edges(self.cells.left, self.cells.right, self.n_models)

    def terms(self, theta: FloatArray, rest: FloatArray) -> Terms:
        """Return the tie model's terms cell by cell; ``rest`` is shared, then coefficients."""
        shared, coefficients = np.split(rest, [self.model.n_shared])
        gap = self.edges.gaps(theta)
        if len(coefficients):
            gap = gap + self.cells.covariates @ coefficients
        return self.model.terms(gap, self.cells.outcome, shared)

    def value(self, terms: Terms, theta: FloatArray, rest: FloatArray) -> float:
        """Return the log-likelihood less the ridges."""
        coefficients = rest[self.model.n_shared :]
        penalty = self.ridge * float(theta @ theta) + float(self.penalties @ coefficients**2)
        return self.log_likelihood(terms) - penalty / 2

    def log_likelihood(self, terms: Terms) -> float:
        """Return the log-likelihood of the judgments alone."""
        return float(self.cells.n @ terms.value)

    def gradient(
        self, terms: Terms, theta: FloatArray, rest: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the gradient by the strengths (n) and by the rest (K + q)."""
        pull = self.cells.n * terms.slope
        by_rest = np.concatenate(
            [
                self.cells.n @ terms.shared_slope,
                pull @ self.cells.covariates - self.penalties * rest[self.model.n_shared :],
            ]
        )
        return self.edges.sums(pull) - self.ridge * theta, by_rest

    def reach(self, step: FloatArray) -> float:
        """Return at least how far ``step``, strengths first, moves any gap."""
        moved, coefficients = step[: self.n_models], step[self.n_models + self.model.n_shared :]
        columns = self.cells.covariates.T
        largest = [float(np.abs(column).max(initial=0.0)) for column in columns]
        return float(np.ptp(moved)) + float(np.abs(coefficients) @ np.array(largest))

    def information(self, terms: Terms) -> Bordered:
        """Return minus the second derivative, ridges included."""
        n, x = self.cells.n, self.cells.covariates
        weight = n * terms.curvature
        cross = np.hstack([n[:, np.newaxis] * terms.shared_cross, weight[:, np.newaxis] * x])
        return Bordered(
            edges=self.edges,
            weight=weight,
            border=_border(self.edges, cross),
            corner=self._corner(terms, weight),
            ridge=self.ridge,
        )

    def _corner(self, terms: Terms, weight: FloatArray) -> FloatArray:
        n, x = self.cells.n, self.cells.covariates
        shared = np.tensordot(n, terms.shared_curvature, axes=1)
        mixed = terms.shared_cross.T @ (n[:, np.newaxis] * x)
        own = x.T @ (weight[:, np.newaxis] * x) + np.diag(self.penalties)
        return np.block([[shared, mixed], [mixed.T, own]])

    def judgments(self) -> tuple[FloatArray, float]:
        """Return how many judgments bear on each strength, at least 1, and on the rest."""
        both = np.bincount(self.cells.left, self.cells.n, self.n_models)
        both = both + np.bincount(self.cells.right, self.cells.n, self.n_models)
        return np.maximum(both, 1.0), max(float(self.cells.n.sum()), 1.0)


def maximise(
    likelihood: Objective[TermsT],
    *,
    start: FloatArray | None = None,
    start_rest: FloatArray | None = None,
    tolerance: float = GRADIENT_TOLERANCE,
    max_iterations: int = MAX_ITERATIONS,
) -> Estimate:
    """Return the maximum of ``likelihood``.

    The search ends when every entry of the gradient is below ``tolerance`` per judgment that
    bears on it; a step that lowers the objective or leaves the model's bounds is halved.
    ``start`` gives strengths to begin with, ``start_rest`` shared parameters and coefficients.
    Raise ``NotConverged`` when the search stops short of the tolerance.
    """
    # Steps sum to 0 over the strengths, so they never take off what a ridge holds against a mean.
    theta = np.zeros(likelihood.n_models) if start is None else start - start.mean()
    rest = np.concatenate([likelihood.model.start(), np.zeros(likelihood.n_coefficients)])
    rest = rest if start_rest is None else start_rest
    per_model, total = likelihood.judgments()
    terms = likelihood.terms(theta, rest)
    largest = np.inf
    for iteration in range(max_iterations):
        by_theta, by_rest = likelihood.gradient(terms, theta, rest)
        largest = max(_largest(by_theta / per_model), _largest(by_rest / total))
        if largest <= tolerance:
            return _estimate(likelihood, theta, rest, terms, gradient=largest, n=iteration)
        # Far from the maximum a rough direction is as good as an exact one.
        rough = float(np.clip(largest, _TIGHTEST, _LOOSEST))
        try:
            step = likelihood.information(terms).solve(by_theta, by_rest, tolerance=rough)
        except (np.linalg.LinAlgError, EstimationError) as error:
            raise _not_converged(likelihood, tolerance, largest, iteration) from error
        theta, rest, terms = _advance(likelihood, theta, rest, terms, step=step)
    raise _not_converged(likelihood, tolerance, largest, max_iterations)


def _largest(values: FloatArray) -> float:
    return float(np.abs(values).max(initial=0.0))


def _advance(
    likelihood: Objective[TermsT],
    theta: FloatArray,
    rest: FloatArray,
    terms: TermsT,
    *,
    step: FloatArray,
) -> tuple[FloatArray, FloatArray, TermsT]:
    """Take the step, halved until the objective does not fall.

    The loop ends: a step halved often enough no longer changes the parameters or the objective.
    """
    if likelihood.reach(step) <= likelihood.model.sure_reach:
        theta, rest = theta + step[: likelihood.n_models], rest + step[likelihood.n_models :]
        return theta, rest, likelihood.terms(theta, rest)
    value = likelihood.value(terms, theta, rest)
    # Close to the maximum the objective is flat to its last digit; a fall of that size is rounding.
    floor = value - 1e-12 * abs(value)
    n = likelihood.n_models
    while True:
        new_theta, new_rest = theta + step[:n], rest + step[n:]
        if likelihood.model.is_inside(new_rest[: likelihood.model.n_shared]):
            reached = likelihood.terms(new_theta, new_rest)
            if likelihood.value(reached, new_theta, new_rest) >= floor:
                return new_theta, new_rest, reached
        step = step / 2


def _estimate(
    likelihood: Objective[TermsT],
    theta: FloatArray,
    rest: FloatArray,
    terms: TermsT,
    *,
    gradient: float,
    n: int,
) -> Estimate:
    shared, coefficients = np.split(rest, [likelihood.model.n_shared])
    return Estimate(
        model=likelihood.model,
        strengths=theta - theta.mean(),
        shared=shared,
        coefficients=coefficients,
        log_likelihood=likelihood.log_likelihood(terms),
        ridge=likelihood.ridge,
        gradient=gradient,
        n_iterations=n,
    )


def _border(edges: Edges, cross: FloatArray) -> FloatArray:
    columns = [edges.sums(column) for column in cross.T]
    return np.stack(columns, axis=1) if columns else np.zeros((edges.n_models, 0))


def _not_converged(
    likelihood: Objective[TermsT], tolerance: float, gradient: float, n_iterations: int
) -> NotConverged:
    return NotConverged(
        f"{likelihood.model.title}: the search stopped after {n_iterations} iterations with "
        f"gradient {gradient:.3g}; the tolerance is {tolerance:g} per judgment.",
        gradient=gradient,
        n_iterations=n_iterations,
    )
