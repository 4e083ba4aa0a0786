"""Parquet is unpacked by a child process that nobody else falls with."""

import io
import resource
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evalhub.core.prompts.options import ReadingOptions
from evalhub.errors import BadInput, Problem
from evalhub.services.prompt_sets import parquet_child
from evalhub.services.prompt_sets.parquet_child import MAX_ROW_BYTES
from evalhub.services.prompt_sets.reading import read_upload, unpacked_rows
from tests.core.prompts.rows import row
from tests.core.prompts.test_files import lines, parquet


def read(data: bytes, name: str) -> list[str]:
    file = read_upload(data, filename=name, options=ReadingOptions())
    return [prompt.id for prompt in file.prompts]


def converted(data: bytes, *, max_rows: int = 100) -> list[str]:
    target = io.BytesIO()
    parquet_child.convert(io.BytesIO(data), target, where="f.parquet", max_rows=max_rows)
    return target.getvalue().decode().splitlines()


def with_nan() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"id": ["a", "b"], "x": [1.0, float("nan")]}), file)
    return file.getvalue()


def test_text_formats_are_read_here() -> None:
    assert read(lines(row()), "f.jsonl") == ["q1"]


def test_parquet_is_read_through_the_child() -> None:
    assert read(parquet([row(id="a"), row(id="b")]), "f.parquet") == ["a", "b"]


def test_a_bad_row_of_parquet_keeps_its_number() -> None:
    file = read_upload(with_nan(), filename="f.parquet", options=ReadingOptions(keeps_unknown=True))

    assert [bad.line for bad in file.bad] == [1, 2]
    assert file.bad[1].reasons == ("column 'x': nan is not a JSON number",)


def test_what_is_not_parquet_is_refused_through_the_child() -> None:
    with pytest.raises(BadInput, match=r"f\.parquet: is not a readable Parquet file"):
        read(b"PAR1 nothing PAR1", "f.parquet")


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("import os; os.abort()", id="aborts"),
        pytest.param("import sys; sys.exit(3)", id="fails"),
        pytest.param("print('[1, \"row\", {')", id="stops in the middle of a line"),
        pytest.param("print('[1, \"row\", \"' + 'x' * (2**23 + 1) + '\"]')", id="a row too long"),
    ],
)
def test_a_child_that_falls_is_bad_input(program: str) -> None:
    with pytest.raises(BadInput, match=r"f\.parquet: is corrupt, or unpacks to more than can be"):
        list(unpacked_rows(b"", "f.parquet", program=program))


def test_the_child_writes_rows_problems_and_refusals() -> None:
    assert converted(with_nan()) == [
        '[1,"row",{"id":"a","x":1.0}]',
        '[2,"problem","f.parquet row 2, column \'x\'","nan is not a JSON number"]',
    ]
    assert converted(with_nan(), max_rows=1) == [
        '[0,"refused","f.parquet","holds more than 1 rows or 536,870,912 bytes when unpacked"]'
    ]


def test_the_child_bounds_itself_before_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: dict[int, int] = {}
    target = io.BytesIO()
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: bounds.update({kind: pair[0]}))
    monkeypatch.setattr(sys, "argv", ["-c", "f.parquet", "10"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(with_nan())))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(target, write_through=True))

    parquet_child.main()

    assert bounds[resource.RLIMIT_AS] == parquet_child.MEMORY_BYTES
    assert bounds[resource.RLIMIT_CPU] == parquet_child.CPU_S
    assert target.getvalue().count(b"\n") == 2


def test_one_row_too_large_is_a_bad_row_among_good_ones() -> None:
    table = pa.table({"id": ["a", "b", "c"], "prompt": ["x", "y" * (MAX_ROW_BYTES + 1), "z"]})
    file = io.BytesIO()
    pq.write_table(table, file)

    rows = list(unpacked_rows(file.getvalue(), "f.parquet"))

    assert rows == [
        (1, {"id": "a", "prompt": "x"}),
        (2, Problem("f.parquet row 2", "is larger than 8,388,608 bytes")),
        (3, {"id": "c", "prompt": "z"}),
    ]


def test_the_child_tells_a_row_too_large_as_a_problem() -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"id": ["a", "b"], "prompt": ["x" * MAX_ROW_BYTES, "y"]}), file)

    assert converted(file.getvalue()) == [
        '[1,"problem","f.parquet row 1","is larger than 8,388,608 bytes"]',
        '[2,"row",{"id":"b","prompt":"y"}]',
    ]


def test_rows_are_closed_with_their_child_when_nobody_wants_more() -> None:
    rows = unpacked_rows(with_nan(), "f.parquet")

    next(rows)
    rows.close()  # type: ignore[attr-defined]  # a generator, which the hint does not say

    with pytest.raises(StopIteration):
        next(rows)
