"""Turn the judgments on a pair into a label: two kinds, for two uses, never confused.

``fit_item_only`` is for training files: it knows a pair by its own judgments alone. ``fit_pooled``
is for display, quality work and adjudication: it also knows the models and the other pairs of the
responses, guesses a pair better, and must not be trained on, because a reward model learns the
models' names from it. ``docs/methods/labels.md`` gives the formulas and their sources.
"""

from evalhub.core.scoring.labels.item_only import ItemLabels, fit_item_only
from evalhub.core.scoring.labels.judgments import JudgmentTable, count_graded
from evalhub.core.scoring.labels.parameters import ControlCounts
from evalhub.core.scoring.labels.pooled import PooledLabels, fit_pooled, pooled_or_reason
from evalhub.core.scoring.labels.records import (
    LabelCollector,
    LabelInputs,
    label_inputs,
)
from evalhub.core.scoring.labels.responses import PairedResponses
from evalhub.core.scoring.labels.votes import (
    Standing,
    majority,
    needs_third_judgment,
    standings,
    vote_share,
)

__all__ = [
    "ControlCounts",
    "ItemLabels",
    "JudgmentTable",
    "LabelCollector",
    "LabelInputs",
    "PairedResponses",
    "PooledLabels",
    "Standing",
    "count_graded",
    "fit_item_only",
    "fit_pooled",
    "label_inputs",
    "majority",
    "needs_third_judgment",
    "pooled_or_reason",
    "standings",
    "vote_share",
]
