"""Put a fitted component into ordered rows with names."""

from evalhub.core.scoring.existence.components import Flag, Group
from evalhub.core.scoring.intervals.ranks import RankIntervals
from evalhub.core.scoring.intervals.uncertainty import Uncertainty
from evalhub.core.scoring.part import Outline
from evalhub.core.scoring.results import BoardGroup, BoardRow, RankInterval, StyleStrength
from evalhub.core.scoring.strengths.newton import Estimate

# Strengths closer than this are one: their order would be that of rounding errors.
_ORDER_DIGITS = 9


def board_rows(
    part: Outline,
    fit: Estimate,
    spread: Uncertainty,
    styled: tuple[StyleStrength, ...] | None = None,
) -> tuple[BoardRow, ...]:
    """Return the rows of a board from the top: by level, then strength, then name."""
    tally = part.tally
    counts = (tally.n_judgments, tally.wins, tally.ties, tally.losses)
    # A list is read entry by entry in a fraction of the time that an array takes.
    n_judgments, wins, ties, losses = (one.tolist() for one in counts)
    group_of = {model: group for group in part.component.groups for model in group.models}
    ranks = _point_ranks(part, fit)
    rows = [
        BoardRow(
            model=part.names[i],
            strength=_strength(fit, i, group_of[model]),
            se=spread.rows[i].se,
            interval=spread.rows[i].interval,
            interval_reason=spread.rows[i].reason,
            rank=ranks[i],
            rank_interval=_rank_interval(spread, i),
            level=group_of[model].level,
            flag=_flag(part, group_of[model]),
            n_judgments=n_judgments[i],
            wins=wins[i],
            ties=ties[i],
            losses=losses[i],
            style=styled[i] if styled else None,
        )
        for i, model in enumerate(part.component.models)
    ]
    return tuple(sorted(rows, key=_order))


def named_groups(part: Outline) -> tuple[BoardGroup, ...]:
    """Return the groups of a component from the top, with names for positions."""
    names = dict(zip(part.component.models, part.names, strict=True))
    return tuple(
        BoardGroup(tuple(names[model] for model in group.models), group.level, group.flag)
        for group in part.component.groups
    )


def _strength(fit: Estimate, i: int, group: Group) -> float | None:
    return None if group.flag is Flag.NOT_COMPARED else float(fit.strengths[i])


def _flag(part: Outline, group: Group) -> Flag | None:
    return Flag.REGULARISED if part.obstacle else group.flag


def _point_ranks(part: Outline, fit: Estimate) -> list[int | None]:
    """Return 1 plus the number of stronger models; nothing where the maximum is not finite."""
    if not part.has_finite_maximum:
        return [None] * part.n_models
    rounded = fit.strengths.round(_ORDER_DIGITS)
    ascending = sorted(rounded.tolist())
    place = {own: len(ascending) - i for i, own in enumerate(ascending)}
    # A later entry of the same strength overwrites: what stays counts the stronger ones, plus 1.
    return [place[own] for own in rounded.tolist()]


def _rank_interval(spread: Uncertainty, i: int) -> RankInterval | None:
    ranks: RankIntervals | None = spread.ranks
    if ranks is None or spread.rows[i].interval is None:
        return None
    return RankInterval(best=int(ranks.best[i]), worst=int(ranks.worst[i]))


def _order(row: BoardRow) -> tuple[int, float, str]:
    return row.level, -round(row.strength or 0.0, _ORDER_DIGITS), row.model
