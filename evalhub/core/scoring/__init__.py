"""Score models from pairwise judgments: strengths, intervals, and where neither exists.

``fit_board`` is the way in; ``docs/methods/scoring.md`` gives the formulas and their sources.
"""

from evalhub.core.scoring.board import MAP_RIDGE, MAX_MODELS, fit_board, fit_counts
from evalhub.core.scoring.board_json import boards_to_json
from evalhub.core.scoring.counts import Counts, count_judgments
from evalhub.core.scoring.existence import Component, Flag, Group, find_components
from evalhub.core.scoring.linking import LinkPurpose
from evalhub.core.scoring.results import (
    Board,
    BoardGroup,
    BoardRow,
    Boards,
    Interval,
    PositionCount,
    RankInterval,
    Suggestion,
    as_elo,
)

__all__ = [
    "MAP_RIDGE",
    "MAX_MODELS",
    "Board",
    "BoardGroup",
    "BoardRow",
    "Boards",
    "Component",
    "Counts",
    "Flag",
    "Group",
    "Interval",
    "LinkPurpose",
    "PositionCount",
    "RankInterval",
    "Suggestion",
    "as_elo",
    "boards_to_json",
    "count_judgments",
    "find_components",
    "fit_board",
    "fit_counts",
]
