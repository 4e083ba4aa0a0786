"""Say what is known of each annotator, and what it would change if it were used.

Nothing here alters a board or a release: every figure stands beside the unweighted ones.
"""

from evalhub.core.scoring.annotators.controls import ControlCount, count_controls
from evalhub.core.scoring.annotators.crowd_bt import (
    CrowdBradleyTerry,
    CrowdStrength,
    Reliability,
    fit_crowd_bradley_terry,
)
from evalhub.core.scoring.annotators.crowd_cells import Decision
from evalhub.core.scoring.annotators.dawid_skene import (
    Consensus,
    DawidSkene,
    consensus_of,
    fit_dawid_skene,
)
from evalhub.core.scoring.annotators.figures import AnnotatorFigures, annotator_figures
from evalhub.core.scoring.annotators.medians import Median, median_of

__all__ = [
    "AnnotatorFigures",
    "Consensus",
    "ControlCount",
    "CrowdBradleyTerry",
    "CrowdStrength",
    "DawidSkene",
    "Decision",
    "Median",
    "Reliability",
    "annotator_figures",
    "consensus_of",
    "count_controls",
    "fit_crowd_bradley_terry",
    "fit_dawid_skene",
    "median_of",
]
