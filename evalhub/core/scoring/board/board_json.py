"""Write fitted boards as plain JSON values, at full precision.

Numbers are not rounded here: a reader rounds for display (Elo to whole points, strengths to three
decimals). Equal judgments give equal JSON, whatever their order.
"""

from evalhub.core.canonical import Json
from evalhub.core.scoring.existence.components import Flag
from evalhub.core.scoring.results import (
    Board,
    BoardGroup,
    BoardRow,
    Boards,
    Difference,
    Effect,
    Interval,
    StyleReport,
    StyleStrength,
    Suggestion,
    TieEstimate,
)

SCHEMA = "evalhub.boards/1"


def boards_to_json(boards: Boards) -> dict[str, Json]:
    """Return ``boards`` as a dictionary of plain JSON values; absent numbers are None.

    ``tie_parameter`` and ``position`` are those of the largest board; each board has its own.
    """
    main = boards.main
    return {
        "schema": SCHEMA,
        "method": boards.method,
        "options": {
            "ties": boards.options.ties.value,
            "cluster": boards.options.cluster.value,
            "position": boards.options.position.value,
            "style": boards.options.is_style_controlled,
        },
        "level": boards.level,
        "n_judgments": boards.n_judgments,
        "n_prompts": boards.n_prompts,
        "n_ties": boards.n_ties,
        "n_models": boards.n_models,
        "log_likelihood": boards.log_likelihood,
        "tie_parameter": main.ties.value if main and main.ties else None,
        "position": _position(boards, main.position if main else None),
        "boards": [_board(board) for board in boards.boards],
        "suggestions": [_suggestion(suggestion) for suggestion in boards.suggestions],
        "warnings": [*boards.warnings, *(w for board in boards.boards for w in board.warnings)],
    }


def _position(boards: Boards, effect: Effect | None) -> dict[str, Json]:
    count = boards.position
    return {
        "left_wins": count.left_wins,
        "n_decisive": count.n_decisive,
        "left_share": count.left_share,
        **_ends("left_share", count.interval),
        "left_share_method": count.method,
        **_effect(effect),
    }


def _effect(effect: Effect | None) -> dict[str, Json]:
    return {
        "effect": None if effect is None else effect.value,
        "se": None if effect is None else effect.se,
        **_ends("ci", None if effect is None else effect.interval),
        "reason": None if effect is None else effect.reason,
    }


def _board(board: Board) -> dict[str, Json]:
    return {
        "method": board.method,
        "has_finite_maximum": board.has_finite_maximum,
        "ridge": board.ridge,
        "log_likelihood": board.log_likelihood,
        "n_judgments": board.n_judgments,
        "n_ties": board.n_ties,
        "n_models": board.n_models,
        "cluster": board.cluster.value,
        "n_clusters": board.n_clusters,
        "tie_model": _ties(board.ties),
        "position": _effect(board.position),
        "rank_method": board.rank_method,
        "rank_quantile": board.rank_quantile,
        "models": [_row(row) for row in board.rows],
        "groups": [_group(group) for group in board.groups],
        "differences": [_difference(one) for one in board.differences],
        "style": _style(board.style),
        "warnings": list(board.warnings),
    }


def _ties(ties: TieEstimate | None) -> Json:
    if ties is None:
        return None
    return {
        "name": ties.name,
        "value": ties.value,
        **_ends("ci", ties.interval),
        "thresholds": list(ties.thresholds),
    }


def _row(row: BoardRow) -> dict[str, Json]:
    ranks = row.rank_interval
    return {
        "model": row.model,
        **_strength(row),
        "interval_reason": row.interval_reason,
        "rank": row.rank,
        "rank_low": None if ranks is None else ranks.best,
        "rank_high": None if ranks is None else ranks.worst,
        "level": row.level,
        "flag": _flag(row.flag),
        "n": row.n_judgments,
        "wins": row.wins,
        "ties": row.ties,
        "losses": row.losses,
        "style": None if row.style is None else _strength(row.style),
    }


def _strength(one: BoardRow | StyleStrength) -> dict[str, Json]:
    return {
        "strength": one.strength,
        "elo": one.elo,
        "se": one.se,
        **_ends("ci", one.interval),
        **_ends("elo", one.interval and one.interval.as_elo()),
    }


def _style(style: StyleReport | None) -> Json:
    if style is None:
        return None
    effects = [{"name": effect.name, **_effect(effect)} for effect in style.effects]
    return {"method": style.method, "effects": effects}


def _ends(name: str, interval: Interval | None) -> dict[str, Json]:
    return {
        f"{name}_low": None if interval is None else interval.low,
        f"{name}_high": None if interval is None else interval.high,
    }


def _group(group: BoardGroup) -> dict[str, Json]:
    return {"models": list(group.models), "level": group.level, "flag": _flag(group.flag)}


def _difference(one: Difference) -> dict[str, Json]:
    return {
        "first": one.first,
        "second": one.second,
        "difference": one.difference,
        "se": one.se,
        **_ends("ci", one.interval),
        "certain": one.is_certain,
    }


def _suggestion(suggestion: Suggestion) -> dict[str, Json]:
    return {
        "first": suggestion.first,
        "second": suggestion.second,
        "purpose": suggestion.purpose.value,
    }


def _flag(flag: Flag | None) -> str | None:
    return None if flag is None else flag.value
