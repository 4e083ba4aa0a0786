import csv
import io

import pandas as pd

from evalhub.core.scoring import Boards, fit
from evalhub.core.scoring.board.board_csv import FIELDS, boards_to_csv
from tests.core.scoring.tables import judgments, only, simulated

TABLE = simulated({"a": 0.6, "b": 0.0, "c": -0.6}, n_prompts=20, n_per_prompt=20)


def _rows(boards: Boards) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(boards_to_csv(boards))))


def test_every_row_says_whether_it_rests_on_a_simulation() -> None:
    told = boards_to_csv(fit(TABLE), is_simulated=True)

    assert {row["simulated"] for row in csv.DictReader(io.StringIO(told))} == {"true"}
    assert {row["simulated"] for row in _rows(fit(TABLE))} == {"false"}


def test_a_row_holds_a_model_at_full_precision_with_its_method() -> None:
    boards = fit(TABLE)

    first, *others = _rows(boards)

    expected = only(boards).rows[0]
    assert len(others) == 2
    assert tuple(first) == FIELDS
    assert first["model"] == "a"
    assert float(first["strength"]) == expected.strength
    assert expected.interval is not None
    assert float(first["ci_high"]) == expected.interval.high
    assert (first["rank_low"], first["flag"], first["style_se"]) == ("1", "", "")
    assert first["method"] == boards.method


def test_what_does_not_exist_is_an_empty_cell() -> None:
    rows = _rows(fit(judgments([("p", "a", "b", 1.0)]), models=["c"]))

    assert [(row["board"], row["model"], row["flag"]) for row in rows] == [
        ("1", "a", "unbounded above"),
        ("1", "b", "unbounded below"),
        ("2", "c", "not compared"),
    ]
    assert {row["se"] for row in rows} == {""}
    assert rows[2]["strength"] == ""


def test_style_has_columns_of_its_own() -> None:
    texts = pd.DataFrame(
        {"response_left": ["x" * (i % 9) for i in range(400)], "response_right": ["y"] * 400}
    )
    boards = fit(pd.concat([TABLE, texts], axis=1), style=True)

    styled = only(boards).rows[0].style
    assert styled is not None
    assert float(_rows(boards)[0]["style_strength"]) == styled.strength


def test_a_name_that_a_spreadsheet_would_run_is_text() -> None:
    rows = _rows(fit(judgments([("p", "=SUM(A1)", "@b", 0.5)])))

    assert {row["model"] for row in rows} == {"'=SUM(A1)", "'@b"}
