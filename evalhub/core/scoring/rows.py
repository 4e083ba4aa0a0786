"""Put a fitted component into ordered rows with names."""

from evalhub.core.scoring.bradley_terry import BradleyTerryFit
from evalhub.core.scoring.existence import Component, Flag, Group
from evalhub.core.scoring.part import Part, Tally
from evalhub.core.scoring.ranks import RankIntervals
from evalhub.core.scoring.results import BoardGroup, BoardRow, RankInterval
from evalhub.core.scoring.uncertainty import Uncertainty

# Strengths closer than this are one: their order would be that of rounding errors.
_ORDER_DIGITS = 9


def board_rows(part: Part, fit: BradleyTerryFit, spread: Uncertainty) -> tuple[BoardRow, ...]:
    """Return the rows of a board from the top: by level, then strength, then name."""
    tally = Tally.of(part.table)
    group_of = {model: group for group in part.component.groups for model in group.models}
    ranks = _point_ranks(part.component, fit)
    rows = [
        BoardRow(
            model=part.counts.models[i],
            strength=_strength(fit, i, group_of[model]),
            se=spread.rows[i].se,
            interval=spread.rows[i].interval,
            interval_reason=spread.rows[i].reason,
            rank=ranks[i],
            rank_interval=_rank_interval(spread, i),
            level=group_of[model].level,
            flag=group_of[model].flag,
            n_judgments=int(tally.n_judgments[i]),
            wins=int(tally.wins[i]),
            ties=int(tally.ties[i]),
            losses=int(tally.losses[i]),
        )
        for i, model in enumerate(part.component.models)
    ]
    return tuple(sorted(rows, key=_order))


def named_groups(part: Part) -> tuple[BoardGroup, ...]:
    """Return the groups of a component from the top, with names for positions."""
    names = dict(zip(part.component.models, part.counts.models, strict=True))
    return tuple(
        BoardGroup(tuple(names[model] for model in group.models), group.level, group.flag)
        for group in part.component.groups
    )


def _strength(fit: BradleyTerryFit, i: int, group: Group) -> float | None:
    return None if group.flag is Flag.NOT_COMPARED else float(fit.strengths[i])


def _point_ranks(component: Component, fit: BradleyTerryFit) -> list[int | None]:
    """Return 1 plus the number of stronger models; nothing where the maximum is not finite."""
    if not component.has_finite_maximum:
        return [None] * len(component.models)
    rounded = fit.strengths.round(_ORDER_DIGITS)
    return [1 + int((rounded > own).sum()) for own in rounded]


def _rank_interval(spread: Uncertainty, i: int) -> RankInterval | None:
    ranks: RankIntervals | None = spread.ranks
    if ranks is None or spread.rows[i].interval is None:
        return None
    return RankInterval(best=int(ranks.best[i]), worst=int(ranks.worst[i]))


def _order(row: BoardRow) -> tuple[int, float, str]:
    return row.level, -round(row.strength or 0.0, _ORDER_DIGITS), row.model
