import io
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evalhub.core.scoring import boards_to_json, fit
from evalhub.core.scoring.fitting import fit_encoded
from evalhub.core.scoring.options import FitOptions
from evalhub.core.scoring.reading.encoding import EncodedJudgments
from evalhub.core.scoring.reading.files import read_judgments
from evalhub.errors import BadInput
from tests.core.scoring.tables import judgments, simulated

TABLE = simulated({"a": 0.5, "b": 0.0, "c": -0.5}, n_prompts=20, n_per_prompt=10)
HEADER = "model_a,model_b,winner"
PLAIN = f"{HEADER}\nx,y,model_a\ny,x,tie\n"


def _bytes(table: pd.DataFrame, ending: str) -> bytes:
    if ending == "parquet":
        buffer = io.BytesIO()
        table.to_parquet(buffer)
        return buffer.getvalue()
    if ending == "jsonl":
        return table.to_json(orient="records", lines=True).encode()
    return table.to_csv(index=False).encode()


def _encoded(data: bytes | str, name: str = "votes.csv") -> EncodedJudgments:
    return read_judgments(data if isinstance(data, bytes) else data.encode(), name=name).encoded()


def _problem(data: bytes | str, name: str = "votes.csv") -> str:
    with pytest.raises(BadInput) as caught:
        _encoded(data, name)
    return str(caught.value)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "CSV"])
def test_every_format_gives_the_same_boards(ending: str) -> None:
    table = TABLE.assign(annotator_id=7, note="passed over", preference=0.0)
    table["preference"] = table["winner"].map({"left": -1, "tie": 0, "right": 2})

    boards = fit_encoded(_encoded(_bytes(table, ending.lower()), f"x.{ending}"), FitOptions())

    assert boards_to_json(boards) == boards_to_json(fit(table))


def test_quotes_and_blank_lines_are_read_as_csv_says() -> None:
    encoded = _encoded(f'{HEADER}\n\n"x, the first",y,model_a\n"say ""y""",y,tie\n')

    assert encoded.models == ('say "y"', "x, the first", "y")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_may_end_either_way(newline: str) -> None:
    assert _encoded(PLAIN.replace("\n", newline)).models == ("x", "y")


@pytest.mark.parametrize("quote", ["", '"'], ids=["read whole", "read by line"])
@pytest.mark.parametrize("separator", [";", "\t"], ids=["semicolons", "tabs"])
def test_what_spreadsheets_write_gives_the_same_judgments(separator: str, quote: str) -> None:
    text = PLAIN.replace(",", separator).replace("x", f"{quote}x{quote}")

    found = _encoded("\ufeff" + text.replace("\n", "\r\n"))

    assert found.models == _encoded(PLAIN).models
    assert found.left.tolist() == _encoded(PLAIN).left.tolist()


def test_a_byte_order_mark_alone_has_no_header() -> None:
    assert _problem("\ufeff") == "votes.csv: has no header line"


def test_words_that_other_readers_take_for_missing_are_names() -> None:
    assert _encoded(f"{HEADER}\nNA,null,model_a\nnull,nan,tie\n").models == ("NA", "nan", "null")


def test_a_header_alone_is_no_judgment() -> None:
    for text in (HEADER, f"{HEADER}\n", '"model_a","model_b","winner"\n'):
        assert len(_encoded(text).left) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "votes.csv: has no header line"),
        ("model_a,model_b\nx,y\n", "votes.csv, column 'winner': is missing"),
        ("model_a;model_b,winner\nx;y,tie\n", "votes.csv header: holds commas and semicolons"),
        (f"{HEADER},winner\n", "votes.csv header: the column 'winner' stands twice"),
        (f"{PLAIN}x,y\n", "votes.csv line 4: has 2 cells where the header has 3"),
        (f"{PLAIN}x,y,tie,1\n", "votes.csv line 4: has 4 cells where the header has 3"),
        (f'{PLAIN}"x,y,tie\n', "votes.csv line 4: opens a quote that is never closed"),
        (f"{PLAIN}x,y,TIE\n", "votes.csv line 4, column 'winner': 'TIE' is not one of both_bad"),
        (f"{PLAIN}x,,tie\n", "votes.csv line 4, column 'model_b': is empty"),
        (f"{PLAIN}x,x,tie\n", "votes.csv line 4, column 'model_b': 'x' is compared with itself"),
        (f"{PLAIN}\n\nx,x,tie\n", "votes.csv line 6, column 'model_b': 'x' is compared with"),
        (f'{PLAIN}"x\ny",y,tie\nx,y,?\n', "votes.csv line 6, column 'winner': '?' is not"),
        (f"{HEADER},count\nx,y,tie,-1\n", "votes.csv line 2, column 'count': -1 is negative"),
        (b"\xff\xfe" + PLAIN.encode(), "votes.csv: starts with a UTF-16 byte order mark"),
        (PLAIN.encode() + b"\xe9,y,tie\n", "votes.csv: byte 0xE9 at byte"),
        (PLAIN.encode() + b"\x00,y,tie\n", "votes.csv: has a NUL byte"),
    ],
)
def test_bad_csv_is_refused_with_line_column_and_rule(text: bytes | str, message: str) -> None:
    assert _problem(text).startswith(message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "votes.jsonl line 2: is not JSON"),
        ("[1]", "votes.jsonl line 2: holds a list where an object is needed"),
        ('"x"', "votes.jsonl line 2: holds 'x' where an object is needed"),
        ('{"left":"x","right":"y"}', "votes.jsonl line 2, column 'winner': is missing"),
        ('{"left":"x","right":"y","winner":1}', "votes.jsonl line 2, column 'winner': 1 is not"),
        (
            '{"left":"x","right":["y"],"winner":"tie"}',
            "votes.jsonl, column 'right': must hold text",
        ),
        (
            '{"left":"x","left":"z","right":"y","winner":"tie"}',
            "votes.jsonl line 2: the key 'left' stands twice",
        ),
    ],
)
def test_bad_json_lines_are_refused_with_their_line(line: str, message: str) -> None:
    good = json.dumps({"left": "x", "right": "y", "winner": "tie"})

    assert _problem(f"{good}\n{line}\n", "votes.jsonl").startswith(message)


def test_a_key_may_come_late_and_be_missing() -> None:
    rows = [
        {"left": "x", "right": "y", "winner": "tie"},
        {"left": "x", "right": "y", "winner": "left", "preference": -2},
        {"left": "x", "right": "y", "winner": "left"},
    ]

    encoded = _encoded("\n".join(json.dumps(row) for row in rows), "votes.jsonl")

    assert encoded.outcome.tolist() == [1, 7, 2]


def test_bad_parquet_is_refused() -> None:
    table = judgments([("p", "x", "y", 1.0), ("p", "x", "x", 1.0)])

    assert _problem(b"PAR1", "v.parquet").startswith("v.parquet: is not a readable Parquet file")
    cut = _bytes(table, "parquet")[:-20]
    assert _problem(cut, "v.parquet").startswith("v.parquet: is not a readable Parquet file")
    itself = _problem(_bytes(table, "parquet"), "v.parquet")
    assert itself == "v.parquet row 2, column 'right': 'x' is compared with itself"


def test_other_columns_of_parquet_may_have_any_type() -> None:
    names = ["left", "right", "winner", "when", "raw"]
    columns = [["x"], ["y"], ["tie"], [pd.Timestamp(0)], [b"\xff"]]
    buffer = io.BytesIO()
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), buffer)

    assert _encoded(buffer.getvalue(), "v.parquet").models == ("x", "y")


def test_a_column_of_parquet_that_stands_twice_is_refused() -> None:
    table = pa.table([["x"], ["y"], ["tie"], ["left"]], names=["left", "right", "winner", "winner"])
    buffer = io.BytesIO()
    pq.write_table(table, buffer)

    assert _problem(buffer.getvalue(), "v.parquet") == "v.parquet: the column 'winner' stands twice"


def test_another_ending_is_refused() -> None:
    assert _problem("", "votes.xlsx") == "votes.xlsx: does not end in one of .csv, .jsonl, .parquet"


def test_only_the_first_bad_lines_are_reported() -> None:
    assert len(_problem(f"{HEADER}\n" + "x,y\n" * 100).splitlines()) == 20


@pytest.mark.real_data
def test_real_judgments_are_read_as_they_lie(shared_dir: Path) -> None:
    path = shared_dir / "data/llmfao/crowd-comparisons.csv"

    encoded = _encoded(path.read_bytes(), path.name)

    assert (len(encoded.left), len(encoded.models)) == (8931, 59)
    assert encoded.prompt is None


def test_a_file_without_any_known_column_names_what_is_missing() -> None:
    with pytest.raises(BadInput, match="column 'winner': is missing"):
        read_judgments(b"x,y\n1,2\n", name="votes.csv").encoded()
