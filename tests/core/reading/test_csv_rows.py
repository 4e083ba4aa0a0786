import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.reading.csv_rows import MAX_COLUMNS, MAX_FIELD_CHARACTERS, read_csv
from evalhub.errors import BadInput, Problem
from tests.core.reading.outcomes import outcome

CELLS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


def test_records_come_by_column_name_with_the_line_they_start_on() -> None:
    rows = list(read_csv(b'id,prompt\n1,"two\nlines"\n\n2,"a ""word"""\n', where="a.csv"))

    assert rows == [
        (2, {"id": "1", "prompt": "two\nlines"}),
        (5, {"id": "2", "prompt": 'a "word"'}),
    ]


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_what_csv_writes_is_read_back(records: list[tuple[str, str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *records])

    rows = list(read_csv(file.getvalue().encode(), where="f"))

    assert [row for _, row in rows] == [{"a": a, "b": b} for a, b in records]


@given(st.binary() | st.text('ab,"\r\n ').map(str.encode))
def test_any_bytes_are_rows_problems_or_bad_input(data: bytes) -> None:
    result = outcome(lambda: list(read_csv(data, where="f")))

    if isinstance(result, BadInput):
        assert result.problems[0].where.startswith("f")
    else:
        assert all(isinstance(row, (dict, Problem)) for _, row in result)


@pytest.mark.parametrize(
    ("line", "n"), [(b"1", 1), (b"1,2,3", 3)], ids=["too few cells", "too many cells"]
)
def test_a_ragged_record_is_a_problem_of_its_own(line: bytes, n: int) -> None:
    rows = list(read_csv(b"a,b\n" + line + b"\n3,4\n", where="f"))

    assert rows == [
        (2, Problem("f line 2", f"has {n} cells where the header has 2")),
        (3, {"a": "3", "b": "4"}),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "f: has no header line", id="nothing"),
        pytest.param(b"\n\n", "f: has no header line", id="blank lines only"),
        pytest.param(b"a,b,a\n", "f header: the column 'a' stands twice", id="repeated column"),
        pytest.param(b"a, ,c\n", "f header: column 2 has no name", id="column without a name"),
        pytest.param(b'a\n1\n"2\n3\n', "f line 3: opens a quote that is never closed", id="open"),
        pytest.param(b'a\n"1"x\n', "f line 2: is not CSV", id="text after a quote"),
        pytest.param(b"a\nb\x00\n", "f: has a NUL byte", id="NUL"),
        pytest.param("a\né\n".encode("latin-1"), "f: byte 0xE9", id="latin-1"),
        pytest.param("a\n".encode("utf-8-sig"), "byte order mark", id="byte order mark"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(data: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        list(read_csv(data, where="f"))


def test_too_many_columns_are_refused() -> None:
    header = ",".join(f"c{i}" for i in range(MAX_COLUMNS + 1)).encode()

    with pytest.raises(BadInput, match="has 501 columns; the limit is 500"):
        list(read_csv(header, where="f"))


def test_an_oversized_cell_is_refused_with_its_line() -> None:
    data = b"a\n1\n" + b"x" * (MAX_FIELD_CHARACTERS + 1)

    with pytest.raises(BadInput, match="f line 3: has a cell longer than 1,048,576 characters"):
        list(read_csv(data, where="f"))


@pytest.mark.parametrize(
    ("text", "name"),
    [("id;prompt\n1;Well?\n", "semicolons"), ("id\tprompt\n1\tWell?\n", "tabs")],
    ids=["semicolons", "tabs"],
)
def test_another_separator_is_one_error_that_names_it(text: str, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        list(read_csv(text.encode(), where="f.csv"))

    rule = f"separates its columns with {name}; save the file with commas instead"
    assert str(caught.value) == f"f.csv header: {rule}"


def test_another_separator_may_stand_in_a_column_s_name() -> None:
    assert list(read_csv(b"a;b,c\n1,2\n", where="f.csv")) == [(2, {"a;b": "1", "c": "2"})]
