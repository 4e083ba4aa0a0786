"""Move between the parameters of the grading and the free numbers an optimiser works on.

Priors: the logarithms of c1, c2 - c1 and c3 - c2 are N(0, 1), delta is N(0, 0.5^2), the
logarithm of every scale is N(0, 0.5^2), and every reliability is Beta(a, b) with the annotator's
right and wrong answers to control items added to a and b. A reliability under 0.5 would turn a
judgment into its opposite, so it is clipped there: the least a judgment can say is nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy

from evalhub.core.scoring.arrays import FloatArray, IntArray
from evalhub.core.scoring.labels.grading import Grading, GradingGradient
from evalhub.core.scoring.labels.judgments import MAX_GRADE
from evalhub.errors import BadInput, NotConverged

POSITION_SD = 0.5
SCALE_SD = 0.5
LEAST_RELIABILITY, MOST_RELIABILITY = 0.5, 0.999

Target: TypeAlias = Callable[[Grading], tuple[float, GradingGradient]]
"""Return the log-likelihood of a grading and its gradient."""


@dataclass(frozen=True, slots=True, eq=False)
class ReliabilityPrior:
    """Hold the Beta prior of each annotator's reliability, controls included; shapes (K,)."""

    right: FloatArray
    wrong: FloatArray

    @classmethod
    def of(
        cls,
        base: tuple[float, float],
        *,
        n_annotators: int,
        controls: "ControlCounts | None" = None,
    ) -> "ReliabilityPrior":
        """Add the control counts to the base prior; raise ``BadInput`` where they do not fit."""
        right, wrong = (np.full(n_annotators, value) for value in base)
        if controls is None:
            return cls(right, wrong)
        for name, counts in (("right", controls.right), ("wrong", controls.wrong)):
            if len(counts) != n_annotators:
                rule = f"{len(counts)} entries for {n_annotators} annotators"
                raise BadInput.at(f"controls, {name}", rule)
            if (counts < 0).any():
                raise BadInput.at(f"controls, {name}", f"{counts.min()} is negative")
        return cls(right + controls.right, wrong + controls.wrong)

    def start(self) -> FloatArray:
        """Return the prior means, which a search can start from."""
        mean = self.right / (self.right + self.wrong)
        return np.clip(mean, LEAST_RELIABILITY, MOST_RELIABILITY)


@dataclass(frozen=True, slots=True, eq=False)
class ControlCounts:
    """Hold how often each annotator answered control items right and wrong, shapes (K,)."""

    right: IntArray
    wrong: IntArray


def first_grading(prior: ReliabilityPrior) -> Grading:
    """Return the grading at which the priors are centred."""
    return Grading(
        cuts=np.arange(1.0, MAX_GRADE + 1),
        position=0.0,
        reliability=prior.start(),
        scale=np.ones(len(prior.right)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Hold the grading that a search ended at, what it reached and what it took."""

    grading: Grading
    objective: float
    n_iterations: int


def maximise(
    target: Target,
    start: Grading,
    *,
    prior: ReliabilityPrior,
    max_iterations: int,
    must_converge: bool = True,
) -> Search:
    """Maximise ``target`` plus the log-density of the priors by L-BFGS-B from ``start``.

    Raise ``NotConverged`` when ``must_converge`` and the search ends elsewhere than at a maximum.
    """

    def negated(vector: FloatArray) -> tuple[float, FloatArray]:
        grading = _unpacked(vector)
        value, gradient = target(grading)
        log_prior, by_prior = _log_prior(vector, prior)
        return -(value + log_prior), -(_packed_gradient(grading, gradient) + by_prior)

    n = len(prior.right)
    free = np.full(MAX_GRADE + 1, np.inf)
    low = np.concatenate([-free, np.full(n, LEAST_RELIABILITY), np.full(n, -np.inf)])
    high = np.concatenate([free, np.full(n, MOST_RELIABILITY), np.full(n, np.inf)])
    # Named in full, optimize is imported when it is first used: every command would wait for it.
    found = scipy.optimize.minimize(
        negated,
        _packed(start),
        jac=True,
        method="L-BFGS-B",
        bounds=scipy.optimize.Bounds(low, high),
        options={"maxiter": max_iterations, "gtol": 1e-7, "ftol": 1e-13, "maxfun": 10_000},
    )
    if must_converge and not found.success:
        raise NotConverged(
            f"The grading of judgments stopped after {found.nit} iterations: {found.message}",
            gradient=float(np.abs(found.jac).max()),
            n_iterations=int(found.nit),
        )
    return Search(_unpacked(found.x), -float(found.fun), int(found.nit))


def _packed(grading: Grading) -> FloatArray:
    gaps = np.diff(grading.cuts, prepend=0.0)
    return np.concatenate(
        [np.log(gaps), [grading.position], grading.reliability, np.log(grading.scale)]
    )


def _unpacked(vector: FloatArray) -> Grading:
    reliability, log_scale = np.split(vector[MAX_GRADE + 1 :], 2)
    return Grading(
        cuts=np.cumsum(np.exp(vector[:MAX_GRADE])),
        position=float(vector[MAX_GRADE]),
        reliability=reliability,
        scale=np.exp(log_scale),
    )


def _packed_gradient(grading: Grading, gradient: GradingGradient) -> FloatArray:
    gaps = np.diff(grading.cuts, prepend=0.0)
    # A wider gap moves every cut above it.
    by_gap = np.cumsum(gradient.cuts[::-1])[::-1] * gaps
    return np.concatenate(
        [by_gap, [gradient.position], gradient.reliability, gradient.scale * grading.scale]
    )


def _log_prior(vector: FloatArray, prior: ReliabilityPrior) -> tuple[float, FloatArray]:
    log_gaps, position = vector[:MAX_GRADE], vector[MAX_GRADE]
    reliability, log_scale = np.split(vector[MAX_GRADE + 1 :], 2)
    right, wrong = prior.right - 1, prior.wrong - 1
    value = -(log_gaps @ log_gaps) / 2 - (position / POSITION_SD) ** 2 / 2
    value += (right * np.log(reliability) + wrong * np.log1p(-reliability)).sum()
    value -= (log_scale @ log_scale) / (2 * SCALE_SD**2)
    gradient = np.concatenate(
        [
            -log_gaps,
            [-position / POSITION_SD**2],
            right / reliability - wrong / (1 - reliability),
            -log_scale / SCALE_SD**2,
        ]
    )
    return float(value), gradient
