"""Fit boards from judgments: components first, then strengths, then intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evalhub.core.scoring.arrays import IntArray
from evalhub.core.scoring.bradley_terry import BradleyTerryFit, fit_bradley_terry
from evalhub.core.scoring.counts import (
    LEFT_LOST,
    LEFT_WON,
    TIED,
    Counts,
    count_judgments,
    half_win_scores,
)
from evalhub.core.scoring.existence import Flag, find_components
from evalhub.core.scoring.linking import suggest_pairs
from evalhub.core.scoring.part import Part, Tally
from evalhub.core.scoring.results import Board, BoardGroup, Boards, PositionCount, Suggestion
from evalhub.core.scoring.rows import board_rows, named_groups
from evalhub.core.scoring.uncertainty import Uncertainty, estimate_uncertainty
from evalhub.errors import BadInput, EstimationError

MAP_RIDGE = 0.25
MAX_MODELS = 3_000
_MODEL = "Bradley-Terry, ties as half wins"


@dataclass(frozen=True, slots=True)
class _FittedPart:
    part: Part
    fit: BradleyTerryFit
    board: Board


def fit_board(
    judgments: pd.DataFrame, *, models: Sequence[str] = (), level: float = 0.95, seed: int = 0
) -> Boards:
    """Fit one board a component to ``judgments``, with intervals where they exist.

    ``judgments`` has the columns ``prompt``, ``model_left``, ``model_right`` (text) and
    ``score_left`` (1, 0.5 or 0); ``models`` names models that are listed even without a judgment;
    ``seed`` starts the simulation behind the rank intervals. The order of the rows cannot change
    a bit of the result. Raise ``BadInput`` for a table that breaks a rule and ``EstimationError``
    for more than 3,000 models or a fit that does not converge.
    """
    return fit_counts(count_judgments(judgments, models=models), level=level, seed=seed)


def fit_counts(counts: Counts, *, level: float = 0.95, seed: int = 0) -> Boards:
    """Fit boards to counts kept from before; equal to ``fit_board`` on the same judgments."""
    if not 0 < level < 1:
        raise BadInput.at("level", f"{level:g} is not between 0 and 1")
    if len(counts.models) > MAX_MODELS:
        raise EstimationError(
            f"Boards hold at most {MAX_MODELS:,} models; there are {len(counts.models):,}."
        )
    table = counts.table()
    fitted = [
        _fit_part(Part.of(component, counts, table), level=level, seed=seed)
        for component in find_components(half_win_scores(table))
    ]
    boards = tuple(one.board for one in fitted)
    left_wins, left_losses = int(table[LEFT_WON].sum()), int(table[LEFT_LOST].sum())
    return Boards(
        method=_method(level),
        level=level,
        boards=boards,
        suggestions=_suggestions(fitted, counts.models, table),
        position=PositionCount(left_wins=left_wins, n_decisive=left_wins + left_losses),
        n_judgments=counts.n_judgments,
        n_prompts=len(counts.clusters),
        n_ties=int(table[TIED].sum()),
        n_models=len(counts.models),
        log_likelihood=sum(board.log_likelihood for board in boards),
        warnings=_warnings(boards, counts.n_judgments),
    )


def _fit_part(part: Part, *, level: float, seed: int) -> _FittedPart:
    ridge = 0.0 if part.component.has_finite_maximum else MAP_RIDGE
    fit = fit_bradley_terry(part.scores, ridge=ridge)
    # Every board starts its own stream, so that one board cannot move another's rank intervals.
    rng = np.random.default_rng(seed)
    spread = estimate_uncertainty(part, fit, level=level, rng=rng)
    return _FittedPart(part, fit, _board(part, fit, spread, level=level))


def _board(part: Part, fit: BradleyTerryFit, spread: Uncertainty, *, level: float) -> Board:
    ranks = spread.ranks
    groups = named_groups(part)
    return Board(
        method=_method(level) if spread.has_intervals else _bare_method(fit),
        rows=board_rows(part, fit, spread),
        groups=groups,
        has_finite_maximum=part.component.has_finite_maximum,
        ridge=fit.ridge,
        log_likelihood=fit.log_likelihood,
        n_judgments=part.counts.n_judgments,
        n_prompts=len(part.counts.clusters),
        n_ties=int(part.table[TIED].sum()),
        rank_method=None if ranks is None else ranks.method,
        rank_quantile=None if ranks is None else ranks.quantile,
        warnings=(*_unbounded_warnings(groups), *spread.warnings),
    )


def _method(level: float) -> str:
    return f"{_MODEL}; prompt-clustered sandwich, t(G-1), {level * 100:g} %"


def _bare_method(fit: BradleyTerryFit) -> str:
    return f"{_MODEL}, ridge {fit.ridge:g}; no interval" if fit.ridge else f"{_MODEL}; no interval"


def _suggestions(
    fitted: Sequence[_FittedPart], names: Sequence[str], table: IntArray
) -> tuple[Suggestion, ...]:
    strengths = np.zeros(len(names))
    for one in fitted:
        strengths[list(one.part.component.models)] = one.fit.strengths
    components = [one.part.component for one in fitted]
    pairs = suggest_pairs(components, strengths, Tally.of(table).n_judgments.tolist())
    return tuple(Suggestion(names[pair.first], names[pair.second], pair.purpose) for pair in pairs)


def _unbounded_warnings(groups: Sequence[BoardGroup]) -> tuple[str, ...]:
    """Say which models stand apart; a board in one group, or of one model, has none."""
    apart = [
        f"{name} ({group.flag})"
        for group in groups
        if group.flag not in {None, Flag.REGULARISED, Flag.NOT_COMPARED}
        for name in group.models
    ]
    if not apart:
        return ()
    warning = (
        f"There is no finite maximum of the likelihood ({', '.join(apart)}): the strengths are "
        f"regularised (ridge {MAP_RIDGE:g}) and have no interval."
    )
    return (warning,)


def _warnings(boards: Sequence[Board], n_judgments: int) -> tuple[str, ...]:
    if n_judgments == 0:
        return ("There are no judgments yet.",)
    if len(boards) == 1:
        return ()
    warning = (
        f"The models fall into {len(boards)} boards that no comparison links; strengths on "
        "different boards cannot be compared."
    )
    return (warning,)
