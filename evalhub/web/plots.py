"""Lay out plots as plain numbers, so that templates only write them down.

Widths are percentages and heights pixels: one drawing fits every width with its text at full
size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from evalhub.core.scoring.results import ELO_CENTRE, Board, BoardRow
from evalhub.web.language import _, ngettext

ROW_HEIGHT = 40
FIRST_ROW = 14
WHISKER_DROP = 15
FOOT = 26
MAX_LABEL = 44
LEFT, RIGHT = 1.5, 90.0
_WANTED_TICKS = 6


@dataclass(frozen=True, slots=True)
class Tick:
    """Hold one mark of the scale."""

    x: str
    label: str
    is_centre: bool


@dataclass(frozen=True, slots=True)
class PlotRow:
    """Hold one model's line; ``low`` and ``high`` are None where there is no interval."""

    name: str
    label: str
    value: str
    label_y: int
    y: int
    x: str
    low: str | None
    high: str | None


@dataclass(frozen=True, slots=True)
class BoardPlot:
    """Hold a board's plot: its rows from the top, its scale, and its texts for readers."""

    title: str
    description: str
    height: int
    bottom: int
    ticks: tuple[Tick, ...]
    rows: tuple[PlotRow, ...]


def board_plot(board: Board, *, number: int) -> BoardPlot | None:
    """Return the plot of a board; None when none of its models has a strength."""
    rows = [row for row in board.rows if row.elo is not None]
    if not rows:
        return None
    scale = _Scale.around([end for row in rows for end in _ends(row)])
    bottom = FIRST_ROW + len(rows) * ROW_HEIGHT - 4
    return BoardPlot(
        title=ngettext("Score of one model", "Scores of %(num)s models", len(rows)),
        description=_description(rows, number),
        height=bottom + FOOT,
        bottom=bottom,
        ticks=scale.ticks(),
        rows=tuple(_row(row, index, scale) for index, row in enumerate(rows)),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Map values to places; the ends are round numbers."""

    low: float
    high: float
    step: float

    @classmethod
    def around(cls, values: Sequence[float]) -> "_Scale":
        """Return a scale that holds ``values`` and the centre."""
        least, most = min(*values, ELO_CENTRE), max(*values, ELO_CENTRE)
        step = _round_step(max(most - least, 1.0) / _WANTED_TICKS)
        return cls(
            floor(least / step) * step, max(ceil(most / step), floor(least / step) + 1) * step, step
        )

    def place(self, value: float) -> str:
        """Return where ``value`` lies, as a percentage of the width."""
        share = (value - self.low) / (self.high - self.low)
        return f"{LEFT + share * (RIGHT - LEFT):.2f}%"

    def ticks(self) -> tuple[Tick, ...]:
        """Return the marks, from low to high."""
        values = [
            self.low + index * self.step
            for index in range(round((self.high - self.low) / self.step) + 1)
        ]
        return tuple(
            Tick(self.place(value), f"{value:g}", is_centre=value == ELO_CENTRE) for value in values
        )


def _round_step(rough: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten."""
    power = float(10 ** floor(log10(rough)))
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= rough)


def _ends(row: BoardRow) -> list[float]:
    ends = [] if row.elo is None else [row.elo]
    if row.interval is not None:
        interval = row.interval.as_elo()
        ends += [interval.low, interval.high]
    return ends


def _row(row: BoardRow, index: int, scale: _Scale) -> PlotRow:
    values = _ends(row)
    y = FIRST_ROW + index * ROW_HEIGHT
    return PlotRow(
        name=row.model,
        label=row.model if len(row.model) <= MAX_LABEL else row.model[: MAX_LABEL - 1] + "…",
        value=f"{values[0]:.0f}",
        label_y=y,
        y=y + WHISKER_DROP,
        x=scale.place(values[0]),
        low=scale.place(values[1]) if row.interval else None,
        high=scale.place(values[2]) if row.interval else None,
    )


def _description(rows: Sequence[BoardRow], number: int) -> str:
    return _(
        "The same numbers are in Table %(number)s. %(first)s stands first and %(last)s last.",
        number=number,
        first=rows[0].model,
        last=rows[-1].model,
    )
