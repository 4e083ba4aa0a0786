import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.reading.json_lines import read_json_lines
from evalhub.core.scoring.reading.files import read_judgments_json_lines
from evalhub.core.scoring.reading.json_quickly import read_json_quickly
from evalhub.errors import BadInput

ROW = {"left": "a", "right": "b", "winner": "left", "prompt_id": "p", "count": 1}
GOOD = b'{"left": "a", "right": "b", "winner": "left"}\n'

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(
        ["left", "a", "b", "", "2026-01-01", "2026-01-01 10:00:00", "é", "}\n{", "[", "\t"]
    ),
    st.text(max_size=3),
)
names = st.sampled_from(["left", "winner", "prompt_id", "count", "preference", "seconds", "x y"])
rows = st.lists(st.dictionaries(names, values, max_size=5), min_size=1, max_size=6)


def lines_of(objects: list[dict[str, Any]], *, is_ascii: bool = False) -> bytes:
    return "\n".join(json.dumps(one, ensure_ascii=is_ascii) for one in objects).encode()


def carefully(data: bytes) -> list[dict[str, Any]] | None:
    """Return the objects that the careful reader takes, None where it refuses one."""
    found = [row for _, row in read_json_lines(data, where="f")]
    objects = [row for row in found if isinstance(row, dict)]
    return objects if len(objects) == len(found) else None


@given(rows)
def test_what_is_read_quickly_is_what_is_read_with_care(objects: list[dict[str, Any]]) -> None:
    data = lines_of(objects)

    table = read_json_quickly(data, "f")

    if table is None:
        return
    expected = carefully(data)
    assert expected is not None
    assert len(table.columns) == 0 or len(table) == len(expected)
    for name in table.columns:
        said = [None if pd.isna(value) else value for value in table[name].tolist()]
        assert said == [row.get(name) for row in expected]


def test_texts_and_whole_numbers_are_read_quickly() -> None:
    data = lines_of([ROW, ROW | {"prompt_id": "q", "count": 3, "seconds": 1.5}])

    table = read_json_quickly(data, "f")

    assert table is not None
    assert table["prompt_id"].tolist() == ["p", "q"]
    assert table["count"].tolist() == [1, 3]
    assert "seconds" not in table.columns


def test_ids_that_are_numbers_stay_whole_where_some_are_missing() -> None:
    table = read_json_quickly(lines_of([{"prompt_id": 7}, {}, {"prompt_id": None}]), "f")

    assert table is not None
    assert table["prompt_id"].tolist() == [7, None, None]


@pytest.mark.parametrize(
    "line",
    [
        b'{"left": "a", "left": "b"}',
        b'{"x": 1, "x": 2}',
        b'{"x": NaN}',
        b'{"x": -Infinity}',
        b'{"x": 1e999}',
        b'{"x": 99999999999999999999}',
        b'{"x": 01}',
        b'{"x": 1,}',
        b'{"x": "a\tb"}',
        b'{"x": "\\ud800"}',
        b'{"x": "\\u0000"}',
        b'{"x": "\xff"}',
        b'{"x": {"y": 1, "y": 2}}',
        b'{"x": [1]}',
        b'{"x": 1} {"x": 2}',
        b'{"x": 1}{"x": 2}',
        b"{'x': 1}",
        b'{"x": 1 /* one */}',
        b'{"x": tru}',
        b'{"x"}',
        b"",
        b"[]",
        b"null",
        b'\xef\xbb\xbf{"x": 1}',
        b'{"x": "' + b"a" * 2**20 + b'"}',
        b'{"winner": true}',
        b'{"winner": 2}',
        b'{"count": 1.5}',
        b'{"prompt_id": "p"}',
    ],
    ids=lambda line: line[:40].decode("latin-1"),
)
@pytest.mark.parametrize("is_first", [False, True], ids=["later", "first"])
def test_corners_are_left_to_the_careful_reader(line: bytes, *, is_first: bool) -> None:
    data = line + b"\n" + GOOD if is_first else GOOD + line + b"\n" + GOOD

    table = read_json_quickly(data, "f")

    # Whole numbers and texts are none where the first line says so.
    assert table is None or (is_first and carefully(data) is not None)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"], ids=["none", "line feed", "carriage return"])
def test_last_line_may_end_as_it_likes(end: bytes) -> None:
    table = read_json_quickly(GOOD + GOOD.rstrip() + end, "f")

    assert table is not None
    assert len(table) == 2


def test_a_broken_rule_names_the_line_as_the_careful_reader_does() -> None:
    plain = lines_of([ROW, ROW | {"winner": "draw"}])
    escaped = lines_of([ROW | {"prompt_id": 'p"'}, ROW | {"winner": "draw"}])
    assert read_json_quickly(plain, "f") is not None
    assert read_json_quickly(escaped, "f") is None

    said = []
    for data in (plain, escaped):
        with pytest.raises(BadInput) as caught:
            read_judgments_json_lines(data, "f.jsonl").encoded()
        said.append(str(caught.value))

    assert said[0] == said[1]
    assert "f.jsonl line 2, column 'winner'" in said[0]


def test_both_readers_encode_alike() -> None:
    judged = [
        ROW | {"prompt_id": f"p{i % 7}", "winner": ("left", "tie", "right")[i % 3]}
        for i in range(50)
    ]
    plain, careful = lines_of(judged), b"\n" + lines_of(judged)
    assert read_json_quickly(careful, "f") is None

    one, other = (read_judgments_json_lines(data, "f").encoded() for data in (plain, careful))

    assert one.models == other.models
    assert one.outcome.tolist() == other.outcome.tolist()
    assert one.prompt is not None
    assert other.prompt is not None
    assert one.prompt.codes.tolist() == other.prompt.codes.tolist()
    assert one.count is not None
    assert one.count.tolist() == [1] * 50
