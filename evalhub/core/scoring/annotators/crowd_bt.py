"""Estimate strengths and the reliability of each annotator together (Crowd-BT).

Annotator k prefers i to j with probability

    p = eta_k * s(d) + (1 - eta_k) * (1 - s(d)),   d = theta_i - theta_j,  s(d) = 1 / (1 + exp(-d))

so eta_k is the probability of answering as the strengths would have it: 1 follows them always, 1/2
answers at random, 0 says the opposite. Ties say nothing here and are left out. What is maximised is

    sum of log p + sum over k of (a_k - 1) log eta_k + (b_k - 1) log(1 - eta_k)
                 - ridge / 2 * sum of theta^2

with a Beta(a_k, b_k) prior on eta_k: Beta(5, 2), to which the annotator's right and wrong control
items are added. The ridge keeps strengths finite where a model never lost.

With u = logit eta and r the chance, given the verdict, that the annotator followed the strengths,
logit r = u + d, the derivatives of log p are r - eta in u and r - s in d. The annotators do not
meet in the second derivative, so their part of it is a diagonal and is eliminated.

Source: Chen, Bennett, Collins-Thompson and Horvitz 2013, Pairwise ranking aggregation in a
crowdsourced setting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import scipy

from evalhub.core.scoring.annotators.controls import ControlCount
from evalhub.core.scoring.annotators.crowd_cells import Decision, DecisionCells, cells_of
from evalhub.core.scoring.annotators.crowd_objective import CrowdObjective, Curvature, Point
from evalhub.core.scoring.annotators.crowd_search import highest
from evalhub.core.scoring.intervals.shares import Z_95
from evalhub.core.scoring.results import Interval
from evalhub.errors import EstimationError

RIDGE = 0.1
PRIOR = (5.0, 2.0)
"""Mean .71 and mode .8: an annotator of whom nothing is known is taken to mean well."""

METHOD = (
    f"Crowd-BT, ties left out, ridge {RIDGE:g}, reliability prior Beta({PRIOR[0]:g}, {PRIOR[1]:g}) "
    "and control items; Laplace 95 % intervals, judgments independent given the annotator"
)
NOT_CURVED = "The objective is not curved enough at its maximum for an interval."


@dataclass(frozen=True, slots=True)
class CrowdStrength:
    """Hold a model's strength: natural log, mean 0 over the models of its ``component``.

    Strengths of two components cannot be compared. ``n`` counts decisive judgments.
    """

    model: str
    strength: float
    interval: Interval | None
    component: int
    n: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """Hold an annotator's eta, its interval and what it rests on."""

    annotator: str
    value: float
    interval: Interval | None
    n: int
    n_controls: int
    n_controls_right: int


@dataclass(frozen=True, slots=True)
class CrowdBradleyTerry:
    """Hold a fit; ``reason`` says why there are no intervals, where there are none.

    ``gradient`` is the largest absolute entry of the gradient, per decisive judgment.
    """

    strengths: tuple[CrowdStrength, ...]
    reliabilities: tuple[Reliability, ...]
    log_likelihood: float
    gradient: float
    n_judgments: int
    reason: str | None
    method: str = METHOD


def fit_crowd_bradley_terry(
    decisions: Sequence[Decision], *, controls: Mapping[str, ControlCount] | None = None
) -> CrowdBradleyTerry:
    """Fit strengths and reliabilities to decisive judgments.

    ``controls`` counts each annotator's control items, whose judgments are not among
    ``decisions``: they would tell of the annotator twice. The order of the decisions does not
    matter. Raise ``EstimationError`` without decisions and ``NotConverged`` where the search
    stops short of a gradient of 1e-8 per judgment.
    """
    if not decisions:
        raise EstimationError("Crowd-BT needs at least one judgment that prefers a response.")
    cells = cells_of(decisions)
    counts = [(controls or {}).get(name, ControlCount(0, 0)) for name in cells.annotators]
    a = np.array([PRIOR[0] + count.n_right for count in counts])
    b = np.array([PRIOR[1] + count.n - count.n_right for count in counts])
    objective = CrowdObjective(cells, a, b, RIDGE)
    point = highest(objective)
    curvature = objective.curvature(point)
    return CrowdBradleyTerry(
        strengths=_strengths(cells, point, curvature),
        reliabilities=_reliabilities(cells, point, curvature, counts=counts),
        log_likelihood=objective.log_likelihood(point),
        gradient=objective.largest_gradient(point),
        n_judgments=cells.n_decisions,
        reason=NOT_CURVED if curvature is None else None,
    )


def _strengths(
    cells: DecisionCells, point: Point, curvature: Curvature | None
) -> tuple[CrowdStrength, ...]:
    """Return the strengths, each measured from the mean of the models it is linked to."""
    together = cells.component[:, np.newaxis] == cells.component
    centre = np.eye(len(cells.models)) - together / together.sum(axis=1, keepdims=True)
    # The ridge pulls each set to a mean of about 0; measured from it exactly, sets look alike.
    theta = centre @ point.theta
    # Without curvature the errors stay infinite, and an infinite error has no interval.
    errors = np.full(len(theta), np.inf)
    if curvature is not None:
        errors = np.sqrt(np.diag(centre @ curvature.covariance() @ centre.T))
    return tuple(
        CrowdStrength(
            model=name,
            strength=float(theta[i]),
            interval=_interval(float(theta[i]), float(errors[i])),
            component=int(cells.component[i]),
            n=int(n),
        )
        for i, (name, n) in enumerate(zip(cells.models, cells.n_by_model(), strict=True))
    )


def _reliabilities(
    cells: DecisionCells,
    point: Point,
    curvature: Curvature | None,
    *,
    counts: Sequence[ControlCount],
) -> tuple[Reliability, ...]:
    errors = np.full(len(cells.annotators), np.inf)
    if curvature is not None:
        errors = np.sqrt(curvature.logit_variances(curvature.covariance()))
    n = cells.per_annotator(cells.n)
    return tuple(
        Reliability(
            annotator=name,
            value=float(scipy.special.expit(point.logit[i])),
            interval=_between_0_and_1(_interval(float(point.logit[i]), float(errors[i]))),
            n=int(n[i]),
            n_controls=counts[i].n,
            n_controls_right=counts[i].n_right,
        )
        for i, name in enumerate(cells.annotators)
    )


def _interval(value: float, error: float) -> Interval | None:
    if not isfinite(error):
        return None
    return Interval(value - Z_95 * error, value + Z_95 * error)


def _between_0_and_1(logits: Interval | None) -> Interval | None:
    if logits is None:
        return None
    return Interval(float(scipy.special.expit(logits.low)), float(scipy.special.expit(logits.high)))
