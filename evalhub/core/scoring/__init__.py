"""Score models from pairwise judgments: strengths, intervals, and where neither exists.

``fit`` is the way in; ``docs/methods/`` gives the formulas and their sources. The rooms in
the order of a fit: ``reading``, ``counting``, ``ties``, ``strengths``, ``existence``,
``intervals``, ``covariates``, ``board``.
"""

from evalhub.core.scoring.board.board import MAP_RIDGE, fit_counts
from evalhub.core.scoring.board.board_json import boards_to_json
from evalhub.core.scoring.counting.counts import Counts, count_judgments
from evalhub.core.scoring.existence.components import Component, Flag, Group, find_components
from evalhub.core.scoring.existence.linking import LinkPurpose
from evalhub.core.scoring.fitting import fit
from evalhub.core.scoring.options import Cluster, FitOptions, PositionTerm, Ties
from evalhub.core.scoring.results import (
    Board,
    BoardGroup,
    BoardRow,
    Boards,
    Difference,
    Effect,
    Interval,
    PositionCount,
    RankInterval,
    StyleStrength,
    Suggestion,
    TieEstimate,
    as_elo,
)

__all__ = [
    "MAP_RIDGE",
    "Board",
    "BoardGroup",
    "BoardRow",
    "Boards",
    "Cluster",
    "Component",
    "Counts",
    "Difference",
    "Effect",
    "FitOptions",
    "Flag",
    "Group",
    "Interval",
    "LinkPurpose",
    "PositionCount",
    "PositionTerm",
    "RankInterval",
    "StyleStrength",
    "Suggestion",
    "TieEstimate",
    "Ties",
    "as_elo",
    "boards_to_json",
    "count_judgments",
    "find_components",
    "fit",
    "fit_counts",
]
