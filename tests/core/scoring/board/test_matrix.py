"""Who won how often against whom: counts, a second count, and their forms as files."""

import csv
import io
import json
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from evalhub.core.scoring import Counts, count_judgments, fit
from evalhub.core.scoring.board.matrix import (
    FIELDS,
    MatrixCell,
    WinMatrix,
    matrices_to_csv,
    matrices_to_json,
    win_matrices,
    win_matrix,
)
from tests.core.scoring.tables import Row, judgments

JUDGMENTS = judgments(
    [("p", "a", "b", 1.0), ("p", "b", "a", 0.0), ("q", "a", "b", 0.5), ("q", "b", "c", 0.0)]
)
COUNTS = count_judgments(JUDGMENTS)
NAMES = ("a", "b", "c", "d")


def matrix(*models: str) -> WinMatrix:
    return win_matrix(COUNTS, models)


def test_cells_hold_wins_ties_and_losses_in_the_order_asked_for() -> None:
    found = matrix("c", "a", "b")

    assert found.models == ("c", "a", "b")
    assert found.cells[0] == (None, None, MatrixCell(wins=1, ties=0, losses=0))
    assert found.cells[1] == (None, None, MatrixCell(wins=2, ties=1, losses=0))
    assert found.cells[2] == (MatrixCell(0, 0, 1), MatrixCell(0, 1, 2), None)


def test_a_tie_is_half_a_win_in_the_share() -> None:
    assert MatrixCell(wins=2, ties=1, losses=0).share == pytest.approx(2.5 / 3)
    assert MatrixCell(wins=0, ties=4, losses=0).share == 0.5


@pytest.mark.parametrize(
    ("wins", "losses"), [(7, 3), (0, 5), (5, 0), (1, 0)], ids=["some", "none", "all", "one"]
)
def test_the_interval_of_clear_wins_is_that_of_scipy(wins: int, losses: int) -> None:
    expected = binomtest(wins, wins + losses).proportion_ci(method="wilson")

    found = MatrixCell(wins=wins, ties=0, losses=losses).interval

    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert found.low < found.high


def test_grades_count_as_plain_wins() -> None:
    table = JUDGMENTS.assign(preference=[-3, 2, 0, 1])

    assert win_matrix(count_judgments(table), ("a", "b", "c")) == matrix("a", "b", "c")


def test_only_those_compared_are_opponents() -> None:
    found = win_matrix(count_judgments(JUDGMENTS, models=["d"]), NAMES)

    assert [one.model for one in found.opponents("b")] == ["a", "c"]
    assert found.opponents("d") == ()
    assert found.n_judgments == 4


def test_models_left_out_take_their_judgments_with_them() -> None:
    assert matrix("a", "b").n_judgments == 3
    assert matrix("a").n_judgments == 0


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["p", "q"]),
            st.sampled_from(NAMES),
            st.sampled_from(NAMES),
            st.sampled_from([0.0, 0.5, 1.0]),
        ).filter(lambda row: row[1] != row[2]),
        max_size=40,
    )
)
def test_cells_are_what_counting_one_by_one_gives(rows: list[Row]) -> None:
    found = win_matrix(count_judgments(judgments(rows), models=NAMES), NAMES)

    count = Counter[tuple[str, str, float]]()
    for _, left, right, score in rows:
        count[left, right, score] += 1
        count[right, left, 1 - score] += 1
    for row, model in enumerate(NAMES):
        for column, opponent in enumerate(NAMES):
            wins, ties, losses = (count[model, opponent, score] for score in (1.0, 0.5, 0.0))
            cell = found.cells[row][column]
            assert cell == (MatrixCell(wins, ties, losses) if wins + ties + losses else None)
    assert found.n_judgments == len(rows)


def two_boards() -> tuple[Counts, tuple[WinMatrix, ...]]:
    table = pd.concat([JUDGMENTS, judgments([("p", "x", "=y", 0.5)])])
    counts = count_judgments(table)
    return counts, win_matrices(counts, fit(table))


def test_each_board_has_a_matrix_in_the_order_of_its_rows() -> None:
    _, (first, second) = two_boards()

    assert first.models == ("c", "a", "b")
    assert sorted(second.models) == ["=y", "x"]
    assert (first.n_judgments, second.n_judgments) == (4, 1)


def test_csv_has_each_pair_from_both_sides() -> None:
    _, matrices = two_boards()

    rows = list(csv.DictReader(io.StringIO(matrices_to_csv(matrices))))

    assert tuple(rows[0]) == FIELDS
    assert {(row["model"], row["opponent"]) for row in rows if row["board"] == "1"} == {
        ("a", "b"),
        ("b", "a"),
        ("b", "c"),
        ("c", "b"),
    }
    line = next(row for row in rows if row["model"] == "a")
    assert [line[name] for name in ("wins", "ties", "losses", "n")] == ["2", "1", "0", "3"]
    assert float(line["share"]) == 2.5 / 3
    assert 0 < float(line["ci_low"]) < 2.5 / 3 < float(line["ci_high"]) < 1


def test_csv_has_no_name_that_a_spreadsheet_runs() -> None:
    _, matrices = two_boards()

    text = matrices_to_csv(matrices)

    assert "'=y" in text
    assert ",=y" not in text


def test_every_line_of_the_csv_says_whether_judgments_are_simulated() -> None:
    _, matrices = two_boards()

    rows = csv.DictReader(io.StringIO(matrices_to_csv(matrices, is_simulated=True)))

    assert {row["simulated"] for row in rows} == {"true"}


def test_json_says_what_the_csv_says() -> None:
    _, matrices = two_boards()

    lines = csv.DictReader(io.StringIO(matrices_to_csv(matrices).replace("'=y", "=y")))
    boards = json.loads(json.dumps(matrices_to_json(matrices)))

    cells = [
        {name: str(value) for name, value in {"board": number, **cell}.items()}
        | {"simulated": "false"}
        for number, board in enumerate(boards, start=1)
        for cell in board["cells"]
    ]
    assert list(lines) == cells
    assert [board["models"] for board in boards] == [list(one.models) for one in matrices]


def test_nothing_judged_is_an_empty_file() -> None:
    counts = count_judgments(judgments([]), models=["a"])

    assert matrices_to_csv([win_matrix(counts, ["a"])]) == ",".join(FIELDS) + "\n"
