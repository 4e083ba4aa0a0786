"""Fit boards from counts: components first, then strengths, then intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalhub.core.scoring.board.methods import method_of, overall_method
from evalhub.core.scoring.board.rows import board_rows, named_groups
from evalhub.core.scoring.counting.clustering import ClusteredCounts
from evalhub.core.scoring.counting.counts import Counts
from evalhub.core.scoring.covariates.position import NAME, count_sides, effect_of, estimate_position
from evalhub.core.scoring.covariates.styled import StyledFit, StyledRows, fit_style
from evalhub.core.scoring.existence.components import Flag, find_components
from evalhub.core.scoring.existence.linking import suggest_pairs
from evalhub.core.scoring.intervals.differences import model_differences
from evalhub.core.scoring.intervals.uncertainty import Uncertainty, estimate_uncertainty
from evalhub.core.scoring.options import FitOptions, PositionTerm, Ties
from evalhub.core.scoring.part import Outline, Part
from evalhub.core.scoring.results import (
    Board,
    BoardGroup,
    Boards,
    Effect,
    Interval,
    PositionCount,
    Suggestion,
    TieEstimate,
)
from evalhub.core.scoring.strengths.newton import (
    GRADIENT_TOLERANCE,
    Estimate,
    Likelihood,
    maximise,
)
from evalhub.core.scoring.ties.tie_models import thresholds, tie_parameter

MAP_RIDGE = 0.25
MAP_TOLERANCE = 1e-12
_PARAMETER_NAMES = {Ties.RAO_KUPPER: "psi", Ties.DAVIDSON: "nu"}


@dataclass(frozen=True, slots=True)
class FittedPart:
    """Hold one component with its fit and its board."""

    part: Outline
    fit: Estimate
    board: Board


def fit_counts(counts: Counts, options: FitOptions | None = None) -> Boards:
    """Fit boards to counts kept from before; equal to ``fit`` on the same judgments.

    ``options.cluster`` says by what the counts were kept.
    """
    chosen = options or FitOptions()
    clustered = ClusteredCounts.of_counts(counts, chosen.cluster)
    return fit_clustered(clustered, chosen, n_prompts=len(counts.clusters))


def fit_clustered(
    clustered: ClusteredCounts,
    options: FitOptions,
    *,
    n_prompts: int | None,
    styled: StyledRows | None = None,
) -> Boards:
    """Fit one board a component to ``clustered`` counts, with intervals where they exist."""
    counts = clustered.counts[0]
    cells = counts.cells(is_graded=False)
    components = find_components(cells.arrows(len(counts.models)))
    fitted = [
        _fit_part(Part.of(component, clustered, options, cells=cells), options, styled)
        for component in components
    ]
    return assemble(
        fitted,
        options,
        names=counts.models,
        position=count_sides(clustered, level=options.level),
        n_prompts=n_prompts,
        warnings=clustered.warnings,
    )


def assemble(
    fitted: Sequence[FittedPart],
    options: FitOptions,
    *,
    names: Sequence[str],
    position: PositionCount,
    n_prompts: int | None,
    warnings: tuple[str, ...] = (),
) -> Boards:
    """Return the boards of all components of the models ``names`` together."""
    boards = tuple(one.board for one in fitted)
    n_judgments = sum(board.n_judgments for board in boards)
    return Boards(
        method=overall_method(boards, options),
        options=options,
        boards=boards,
        suggestions=_suggestions(fitted, names),
        position=position,
        n_judgments=n_judgments,
        n_prompts=n_prompts,
        n_ties=sum(board.n_ties for board in boards),
        n_models=len(names),
        log_likelihood=sum(board.log_likelihood for board in boards),
        warnings=(*_warnings(boards, n_judgments), *warnings),
    )


def _fit_part(part: Part, options: FitOptions, styled: StyledRows | None) -> FittedPart:
    ridge = 0.0 if part.has_finite_maximum else MAP_RIDGE
    likelihood = Likelihood.of(part.choice.model, part.sample.cells, part.n_models, ridge=ridge)
    # What holds a strength at the edge is the ridge alone, and it holds weakly: the same gradient
    # leaves it farther from its place.
    tolerance = MAP_TOLERANCE if ridge else GRADIENT_TOLERANCE
    fit = maximise(likelihood, tolerance=tolerance)
    # Every board starts its own stream, so that one board cannot move another's rank intervals.
    rng = np.random.default_rng(options.seed)
    spread = estimate_uncertainty(part, fit, level=options.level, rng=rng)
    style = fit_style(part, fit, styled, options) if styled and part.has_finite_maximum else None
    board = board_of(
        part, fit, spread, options, position=_position(part, fit, spread, options), style=style
    )
    return FittedPart(part, fit, board)


def board_of(
    part: Outline,
    fit: Estimate,
    spread: Uncertainty,
    options: FitOptions,
    *,
    position: Effect | None,
    style: StyledFit | None = None,
) -> Board:
    """Return the board of one component from its estimates."""
    ranks, groups = spread.ranks, named_groups(part)
    rows = board_rows(part, fit, spread, style.strengths if style else None)
    return Board(
        method=method_of(part, fit, options, has_intervals=spread.has_intervals),
        rows=rows,
        groups=groups,
        has_finite_maximum=part.has_finite_maximum,
        ridge=fit.ridge,
        log_likelihood=fit.log_likelihood,
        n_judgments=part.n_judgments,
        n_ties=part.n_ties,
        cluster=part.kind,
        n_clusters=part.n_clusters,
        ties=_tie_estimate(part, fit, spread, options),
        position=position,
        differences=()
        if ranks is None or spread.spread is None
        else model_differences(
            rows, part.names, spread.spread, level=options.level, joint_quantile=ranks.quantile
        ),
        rank_method=None if ranks is None else ranks.method,
        rank_quantile=None if ranks is None else ranks.quantile,
        warnings=(*_unbounded_warnings(part, groups), *part.notes, *spread.warnings),
        style=style.report if style else None,
    )


def _tie_estimate(
    part: Outline, fit: Estimate, spread: Uncertainty, options: FitOptions
) -> TieEstimate | None:
    name = _PARAMETER_NAMES.get(options.ties)
    if name is None:
        return None
    value = tie_parameter(options.ties, part.choice, fit.shared)
    interval = None
    if spread.spread is not None and value and part.choice.bound is None and len(fit.shared):
        variance = float(spread.spread.others[0, 0])
        on_log = effect_of(
            name, float(fit.shared[0]), variance, quantile=spread.spread.quantile(options.level)
        ).interval
        # The interval is made on the log scale, where the parameter has no bound.
        interval = on_log and Interval(float(np.exp(on_log.low)), float(np.exp(on_log.high)))
    return TieEstimate(name, value, interval, thresholds(part.choice, fit.shared))


def _position(part: Part, fit: Estimate, spread: Uncertainty, options: FitOptions) -> Effect | None:
    if options.position is PositionTerm.OFF or not part.has_finite_maximum:
        return None
    if not part.is_adjusted:
        return estimate_position(part.sample, part.choice.model, fit, level=options.level)
    value = float(fit.coefficients[0])
    if spread.spread is None:
        return Effect(NAME, value, None, None, spread.rows[0].reason)
    variance = float(spread.spread.others[-1, -1])
    return effect_of(NAME, value, variance, quantile=spread.spread.quantile(options.level))


def _suggestions(fitted: Sequence[FittedPart], names: Sequence[str]) -> tuple[Suggestion, ...]:
    strengths, n_judgments = np.zeros(len(names)), np.zeros(len(names), dtype=np.int64)
    for one in fitted:
        models = list(one.part.component.models)
        strengths[models], n_judgments[models] = one.fit.strengths, one.part.tally.n_judgments
    components = [one.part.component for one in fitted]
    pairs = suggest_pairs(components, strengths, n_judgments.tolist())
    return tuple(Suggestion(names[pair.first], names[pair.second], pair.purpose) for pair in pairs)


def _unbounded_warnings(part: Outline, groups: Sequence[BoardGroup]) -> tuple[str, ...]:
    """Say which models stand apart; a board in one group, or of one model, has none."""
    if part.obstacle:
        regularised = f"the strengths are regularised (ridge {MAP_RIDGE:g}) and have no interval."
        return (f"{part.obstacle} So {regularised}",)
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
