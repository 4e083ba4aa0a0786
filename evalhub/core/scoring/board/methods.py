"""Name the method of a board in one line, so that no number stands without it."""

from collections.abc import Sequence

from evalhub.core.scoring.options import Cluster, FitOptions, PositionTerm, Ties
from evalhub.core.scoring.part import Outline
from evalhub.core.scoring.results import Board
from evalhub.core.scoring.strengths.newton import Estimate

_TITLES = {
    Ties.HALF: "Bradley-Terry, ties as half wins",
    Ties.RAO_KUPPER: "Bradley-Terry, ties by Rao-Kupper",
    Ties.DAVIDSON: "Bradley-Terry, ties by Davidson",
}
_INTERVALS = {
    Cluster.PROMPT: "prompt-clustered sandwich, t(G-1)",
    Cluster.ANNOTATOR: "annotator-clustered sandwich, t(G-1)",
    Cluster.BOTH: "sandwich clustered by prompt and annotator, t(G-1)",
    Cluster.NONE: "sandwich per judgment (none clustered), t(n-1)",
}


def method_of(part: Outline, fit: Estimate, options: FitOptions, *, has_intervals: bool) -> str:
    """Return what was done with one component: model, ridge, position, interval and level."""
    ridge = f", ridge {fit.ridge:g}" if fit.ridge else ""
    adjusted = ", adjusted for position" if part.is_adjusted else ""
    how = _interval(part.kind, options.level) if has_intervals else "no interval"
    return f"{part.choice.model.title}{ridge}{adjusted}; {how}"


def overall_method(boards: Sequence[Board], options: FitOptions) -> str:
    """Return the method of all boards: that of the first with intervals, else of the first."""
    named = [board for board in boards if board.has_intervals] or [
        board for board in boards if board.n_judgments
    ]
    if named:
        return named[0].method
    adjusted = ", adjusted for position" if options.position is PositionTerm.ADJUST else ""
    return f"{_TITLES[options.ties]}{adjusted}; no interval"


def _interval(kind: Cluster, level: float) -> str:
    return f"{_INTERVALS[kind]}, {level * 100:g} %"
