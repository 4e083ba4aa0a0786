"""Write fitted boards as plain JSON values, at full precision.

Numbers are not rounded here: a reader rounds for display (Elo to whole points, strengths to three
decimals). Equal judgments give equal JSON, whatever their order.
"""

from evalhub.core.canonical import Json
from evalhub.core.scoring.existence import Flag
from evalhub.core.scoring.results import Board, BoardGroup, BoardRow, Boards, Interval, Suggestion

SCHEMA = "evalhub.boards/1"


def boards_to_json(boards: Boards) -> dict[str, Json]:
    """Return ``boards`` as a dictionary of plain JSON values; absent numbers are None."""
    return {
        "schema": SCHEMA,
        "method": boards.method,
        "level": boards.level,
        "n_judgments": boards.n_judgments,
        "n_prompts": boards.n_prompts,
        "n_ties": boards.n_ties,
        "n_models": boards.n_models,
        "log_likelihood": boards.log_likelihood,
        "position": {
            "left_wins": boards.position.left_wins,
            "n_decisive": boards.position.n_decisive,
            "left_share": boards.position.left_share,
        },
        "boards": [_board(board) for board in boards.boards],
        "suggestions": [_suggestion(suggestion) for suggestion in boards.suggestions],
        "warnings": list(boards.warnings),
    }


def _board(board: Board) -> dict[str, Json]:
    return {
        "method": board.method,
        "has_finite_maximum": board.has_finite_maximum,
        "ridge": board.ridge,
        "log_likelihood": board.log_likelihood,
        "n_judgments": board.n_judgments,
        "n_prompts": board.n_prompts,
        "n_ties": board.n_ties,
        "n_models": board.n_models,
        "rank_method": board.rank_method,
        "rank_quantile": board.rank_quantile,
        "models": [_row(row) for row in board.rows],
        "groups": [_group(group) for group in board.groups],
        "warnings": list(board.warnings),
    }


def _row(row: BoardRow) -> dict[str, Json]:
    ranks = row.rank_interval
    return {
        "model": row.model,
        "strength": row.strength,
        "elo": row.elo,
        "se": row.se,
        **_ends("ci", row.interval),
        **_ends("elo", row.interval and row.interval.as_elo()),
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
    }


def _ends(name: str, interval: Interval | None) -> dict[str, Json]:
    return {
        f"{name}_low": None if interval is None else interval.low,
        f"{name}_high": None if interval is None else interval.high,
    }


def _group(group: BoardGroup) -> dict[str, Json]:
    return {"models": list(group.models), "level": group.level, "flag": _flag(group.flag)}


def _suggestion(suggestion: Suggestion) -> dict[str, Json]:
    return {
        "first": suggestion.first,
        "second": suggestion.second,
        "purpose": suggestion.purpose.value,
    }


def _flag(flag: Flag | None) -> str | None:
    return None if flag is None else flag.value
