"""Write fitted boards as CSV: one row a model, the largest board first."""

import csv
import io

from evalhub.core.scoring.results import Board, BoardRow, Boards, Interval

FIELDS = (
    "board",
    "model",
    "strength",
    "elo",
    "se",
    "ci_low",
    "ci_high",
    "rank_low",
    "rank_high",
    "n",
    "wins",
    "ties",
    "losses",
    "flag",
    "style_strength",
    "style_se",
    "style_ci_low",
    "style_ci_high",
    "method",
    "simulated",
)
# A spreadsheet runs a cell that starts with one of these; a quote before it makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def boards_to_csv(boards: Boards, *, is_simulated: bool = False) -> str:
    """Return ``boards`` as CSV at full precision; what does not exist is an empty cell.

    Every row names its method and whether judgments behind it are simulated, so that a row cut
    out of the file still says what it is.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    for number, board in enumerate(boards.boards, start=1):
        for row in board.rows:
            writer.writerow([*_cells(number, board, row), str(is_simulated).lower()])
    return text.getvalue()


def as_cell(name: str) -> str:
    """Return a name as a cell that no spreadsheet runs as a formula."""
    return f"'{name}" if name.startswith(_FORMULA) else name


def _cells(number: int, board: Board, row: BoardRow) -> list[object]:
    ranks, style = row.rank_interval, row.style
    return [
        number,
        as_cell(row.model),
        row.strength,
        row.elo,
        row.se,
        *_ends(row.interval),
        ranks.best if ranks else None,
        ranks.worst if ranks else None,
        row.n_judgments,
        row.wins,
        row.ties,
        row.losses,
        row.flag.value if row.flag else None,
        style.strength if style else None,
        style.se if style else None,
        *_ends(style.interval if style else None),
        board.method,
    ]


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (interval.low, interval.high) if interval else (None, None)
