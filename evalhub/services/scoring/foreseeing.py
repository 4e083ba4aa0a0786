"""Foresee what more judgments would settle in a project, or say why that cannot be known."""

from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.counting.counts import Counts, half_win_scores
from evalhub.core.scoring.counting.sample import Sample
from evalhub.core.scoring.existence.components import find_components
from evalhub.core.scoring.intervals.covariance import clustered_covariance
from evalhub.core.scoring.options import Cluster
from evalhub.core.scoring.selection.lots import ModelPairs
from evalhub.core.scoring.selection.outlook import Outlook, SimulationError, foresee
from evalhub.core.scoring.selection.planning import SelectionPlan
from evalhub.core.scoring.selection.standing import Standing, estimate_standing
from evalhub.core.scoring.strengths.bradley_terry import fit_bradley_terry
from evalhub.errors import EstimationError
from evalhub.services.scoring.cells import ActiveTime

HOURS = (1, 2, 5, 10, 20, 50, 100)
JUDGMENTS = (50, 100, 200, 500, 1_000, 2_000)
"""What is foreseen where no active time was measured."""
MIN_TIMED = 10
"""So many timed judgments make a pace: one that took five seconds would make 720 an hour."""
SHORT = 4
"""The point for one sentence: 10 hours, or 500 judgments."""


@dataclass(frozen=True, slots=True)
class ForeseenPoint:
    """Hold what is expected after further judgments, or now with none.

    ``hours`` are hours of experts' active time, None where none was measured. The three measures
    are those of ``OutlookPoint``.
    """

    n_more: int
    hours: float | None
    winner: float
    neighbours: float
    places_off: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """Hold an outlook with what it rests on.

    ``points`` is empty where there is none, and ``reason`` then says why. ``error`` is how far
    ``n_futures`` simulated futures may put them off. ``inflation`` is by how much the
    prompt-clustered variance exceeds the model's; ``has_clusters`` is False where there is no such
    variance and 1 was taken. ``time`` is the measured active time, None before ``MIN_TIMED``
    judgments have one.
    """

    points: tuple[ForeseenPoint, ...]
    reason: str
    method: str
    n_futures: int
    error: SimulationError | None
    inflation: float
    has_clusters: bool
    time: ActiveTime | None

    @property
    def in_short(self) -> tuple[ForeseenPoint, ForeseenPoint] | None:
        """Return now and a working day or two later, for a page with room for one sentence."""
        return (self.points[0], self.points[SHORT]) if self.points else None


def foresee_project(
    counts: Counts, pairs: ModelPairs, plan: SelectionPlan | None, time: ActiveTime | None
) -> Foreseen:
    """Return the outlook of the models in ``counts`` under ``plan``, which draws from ``pairs``.

    ``pairs`` are all that the project compares, whether or not they have room: what lies beyond
    the judgments it wants needs a larger overlap or more prompts, and these bring room to all.
    With only the pairs that are left, a nearly finished project would foresee for ever more
    judgments on the two models that happen to be last.
    """
    scores = half_win_scores(counts.table())
    reason = _why_not(scores.shape[0], counts, plan)
    if plan is None or reason:
        return Foreseen(
            points=(),
            reason=reason,
            method="",
            n_futures=0,
            error=None,
            inflation=1.0,
            has_clusters=False,
            time=time,
        )
    if time is not None and time.n < MIN_TIMED:
        time = None
    standing = estimate_standing(scores)
    inflation = _inflation(counts, standing)
    n_more = (
        [max(round(hours * 60 / time.minutes), 1) for hours in HOURS] if time else list(JUDGMENTS)
    )
    outlook = foresee(
        standing,
        pairs,
        plan.probabilities,
        horizons=n_more,
        # The same judgments give the same page, whoever looks.
        rng=np.random.default_rng(counts.n_judgments),
        inflation=1.0 if inflation is None else inflation,
    )
    return Foreseen(
        points=_points(outlook, time),
        reason="",
        method=outlook.method,
        n_futures=outlook.n_futures,
        error=outlook.error,
        inflation=outlook.inflation,
        has_clusters=inflation is not None,
        time=time,
    )


def _why_not(n_models: int, counts: Counts, plan: SelectionPlan | None) -> str:
    if not counts.n_judgments:
        return "There is no judgment to start from."
    components = find_components(half_win_scores(counts.table()))
    if len(components) > 1:
        return (
            f"No chain of judgments links all {n_models} models yet: they fall into "
            f"{len(components)} parts without a common scale."
        )
    if not components[0].has_finite_maximum:
        return "Some model has only won or only lost so far, so its distance has no bound."
    return "" if plan else "The project offers no two models for comparison."


def _inflation(counts: Counts, standing: Standing) -> float | None:
    """Return the mean of clustered over model variances; None where there are too few prompts."""
    scores = half_win_scores(counts.table())
    try:
        sample = Sample.of(Cluster.PROMPT, (counts,), is_graded=False)
        clustered = clustered_covariance(sample, fit_bradley_terry(scores)).covariance
    except EstimationError:
        return None
    # Strengths on the board sum to 0; so must those that they are compared with.
    n = len(clustered)
    centre = np.eye(n) - 1 / n
    own = centre @ standing.covariance @ centre
    return float(np.trace(clustered) / np.trace(own))


def _points(outlook: Outlook, time: ActiveTime | None) -> tuple[ForeseenPoint, ...]:
    return tuple(
        ForeseenPoint(
            n_more=point.n_more,
            hours=point.n_more * time.minutes / 60 if time else None,
            winner=point.winner,
            neighbours=point.neighbours,
            places_off=point.places_off,
        )
        for point in outlook.points
    )
