"""Choose which models to compare next, and say what more judgments would settle.

``plan_selection`` is the way in for one project; the other functions take any number of
leading axes, so that a simulation runs all its repetitions through the same code.
``docs/methods/selection.md`` gives the formulas and their sources.
"""

from evalhub.core.scoring.selection.connecting import component_labels, random_ring
from evalhub.core.scoring.selection.gains import rank_gains, settling_gains
from evalhub.core.scoring.selection.lots import FLOOR, ModelPairs, gain_weights, pair_probabilities
from evalhub.core.scoring.selection.outlook import Outlook, OutlookPoint, SimulationError, foresee
from evalhub.core.scoring.selection.planning import (
    BATCH,
    SEASONED_AT,
    SelectionPlan,
    plan_selection,
)
from evalhub.core.scoring.selection.standing import Standing, estimate_standing, ridge_of
from evalhub.core.scoring.selection.thompson import open_contests

__all__ = [
    "BATCH",
    "FLOOR",
    "SEASONED_AT",
    "ModelPairs",
    "Outlook",
    "OutlookPoint",
    "SelectionPlan",
    "SimulationError",
    "Standing",
    "component_labels",
    "estimate_standing",
    "foresee",
    "gain_weights",
    "open_contests",
    "pair_probabilities",
    "plan_selection",
    "random_ring",
    "rank_gains",
    "ridge_of",
    "settling_gains",
]
