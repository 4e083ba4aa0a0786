"""Find the highest point of Crowd-BT's objective, which has more than one top.

Turn every strength and every reliability around and the judgments are as likely as before: only
the prior, which takes annotators to mean well, tells the two tops apart. A climb can end on the
wrong one, for instance where a contrary annotator outweighs a careful one at the start. So each
set of linked models, and then everything, is turned around and climbed from again, and the higher
top is kept.
"""

from collections.abc import Iterator

import numpy as np
import scipy

from evalhub.core.scoring.annotators.crowd_objective import CrowdObjective, Point
from evalhub.errors import NotConverged

GRADIENT_TOLERANCE = 1e-8
_MAX_NEWTON_STEPS = 50
_MAX_ITERATIONS = 5_000
# Sets of linked models that are turned around one by one; with more, only everything is.
_MAX_TURNED = 8


def highest(objective: CrowdObjective, *, max_steps: int = _MAX_NEWTON_STEPS) -> Point:
    """Return the highest top found, with a gradient of at most 1e-8 per judgment.

    Raise ``NotConverged`` where ``max_steps`` of Newton's method do not lead there.
    """
    best = _climb(objective, objective.start())
    for turned in _turned(objective, best):
        other = _climb(objective, turned)
        if objective.value(other) > objective.value(best):
            best = other
    return _finish(objective, best, max_steps)


def _turned(objective: CrowdObjective, top: Point) -> Iterator[Point]:
    component = objective.cells.component
    n_components = int(component.max()) + 1
    if 1 < n_components <= _MAX_TURNED:
        for one in range(n_components):
            yield Point(np.where(component == one, -top.theta, top.theta), top.logit)
    yield Point(-top.theta, -top.logit)


def _climb(objective: CrowdObjective, start: Point) -> Point:
    # Loosely: the last digits are Newton's, at a fraction of the steps that this would need.
    # Named in full, optimize is imported when it is first used: every command would wait for it.
    found, _, _ = scipy.optimize.fmin_l_bfgs_b(
        objective.loss, start.vector(), factr=1e7, pgtol=1e-6, maxiter=_MAX_ITERATIONS
    )
    return objective.point(found)


def _finish(objective: CrowdObjective, point: Point, max_steps: int) -> Point:
    """Take Newton's steps, which reach what the climb only comes close to."""
    for _ in range(max_steps):
        curvature = objective.curvature(point)
        if objective.largest_gradient(point) <= GRADIENT_TOLERANCE or curvature is None:
            break
        point = point.plus(curvature.solve(objective.gradient(point)))
    largest = objective.largest_gradient(point)
    if not largest <= GRADIENT_TOLERANCE:
        raise NotConverged(
            f"Crowd-BT stopped with gradient {largest:.3g}; the tolerance is "
            f"{GRADIENT_TOLERANCE:g} per judgment.",
            gradient=largest,
            n_iterations=max_steps,
        )
    return point
