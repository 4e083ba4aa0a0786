import pandas as pd
import pytest

from evalhub.core.scoring import fit
from evalhub.web.plots import MAX_LABEL, board_plot
from tests.core.scoring import tables


def judgments(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return tables.judgments(rows)


EVEN = judgments(
    *((f"p{n}", "a", "b", float(n % 2)) for n in range(20)),
    *((f"p{n}", "b", "c" * 60, float(n % 3 > 0)) for n in range(20)),
)


def per_cent(text: str) -> float:
    return float(text.removesuffix("%"))


def test_rows_lie_within_the_plot_and_their_intervals() -> None:
    plot = board_plot(fit(EVEN).boards[0], number=1)

    assert plot is not None
    for row in plot.rows:
        assert row.low is not None
        assert row.high is not None
        assert 0 < per_cent(row.low) < per_cent(row.x) < per_cent(row.high) <= 90
        assert row.y < plot.bottom < plot.height


def test_ticks_are_round_and_hold_the_centre() -> None:
    plot = board_plot(fit(EVEN).boards[0], number=1)

    assert plot is not None
    assert 3 <= len(plot.ticks) <= 9
    assert [tick.label for tick in plot.ticks if tick.is_centre] == ["1000"]


def test_long_name_is_shortened_in_the_drawing_only() -> None:
    plot = board_plot(fit(EVEN).boards[0], number=1)

    assert plot is not None
    row = next(row for row in plot.rows if row.name == "c" * 60)
    assert len(row.label) == MAX_LABEL
    assert row.label.endswith("…")


def test_unbounded_board_is_drawn_without_whiskers() -> None:
    plot = board_plot(fit(judgments(("p", "a", "b", 1.0))).boards[0], number=1)

    assert plot is not None
    assert [(row.low, row.high) for row in plot.rows] == [(None, None)] * 2


def test_equal_scores_still_have_a_scale() -> None:
    plot = board_plot(fit(judgments(("p", "a", "b", 0.5))).boards[0], number=1)

    assert plot is not None
    assert len({tick.x for tick in plot.ticks}) == len(plot.ticks) > 1


@pytest.mark.parametrize("number", [1, 2])
def test_description_points_to_the_table(number: int) -> None:
    plot = board_plot(fit(EVEN).boards[0], number=number)

    assert plot is not None
    assert f"Table {number}." in plot.description


def test_model_that_was_never_compared_has_no_plot() -> None:
    board = fit(judgments(), models=["a"]).boards[0]

    assert board_plot(board, number=1) is None
