import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.reading.csv_rows import (
    MAX_COLUMNS,
    MAX_FIELD_CHARACTERS,
    SEPARATORS,
    read_csv,
    read_csv_header,
)
from evalhub.errors import BadInput, Problem
from tests.core.reading.outcomes import outcome

CELLS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


def test_records_come_by_column_name_with_the_line_they_start_on() -> None:
    rows = list(read_csv(b'id,prompt\n1,"two\nlines"\n\n2,"a ""word"""\n', where="a.csv"))

    assert rows == [
        (2, {"id": "1", "prompt": "two\nlines"}),
        (5, {"id": "2", "prompt": 'a "word"'}),
    ]


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=5),
    st.sampled_from(list(SEPARATORS)),
    st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_what_csv_writes_is_read_back(
    records: list[tuple[str, str]], separator: str, encoding: str
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *records])

    rows = list(read_csv(file.getvalue().encode(encoding), where="f"))

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
        pytest.param("a\n".encode("utf-16"), "byte order mark", id="byte order mark"),
        pytest.param(b"\xef\xbb\xbfa,\xe9", "f: byte 0xE9 at byte 5", id="offset after a mark"),
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


@pytest.mark.parametrize("separator", SEPARATORS, ids=SEPARATORS.values())
def test_the_header_alone_decides_what_separates(separator: str) -> None:
    others = "".join(SEPARATORS).replace(separator, "")
    data = f"id{separator}prompt\n1{separator}{others * 9}\n".encode()

    assert list(read_csv(data, where="f.csv")) == [(2, {"id": "1", "prompt": others * 9})]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        pytest.param('"a;b",c', ["a;b", "c"], id="semicolon in quotes"),
        pytest.param('"a,b";c', ["a,b", "c"], id="comma in quotes"),
        pytest.param('"a,b"', ["a,b"], id="one column with a comma"),
        pytest.param('"say ""x;y""";c', ['say "x;y"', "c"], id="quotes in quotes"),
        pytest.param('\n\n"a\n,\nb"\tc', ["a\n,\nb", "c"], id="a name over lines"),
        pytest.param("a", ["a"], id="one column"),
    ],
)
def test_a_separator_between_quotes_belongs_to_the_name(header: str, names: list[str]) -> None:
    assert read_csv_header(header.encode(), where="f.csv") == names


@pytest.mark.parametrize(
    ("header", "kinds"),
    [("a;b,c", "commas and semicolons"), ("a;b\tc", "semicolons and tabs")],
)
def test_a_header_with_two_separators_is_one_error_that_names_the_rule(
    header: str, kinds: str
) -> None:
    with pytest.raises(BadInput) as caught:
        list(read_csv(f"{header}\n1,2;3\n".encode(), where="f.csv"))

    rule = "only one may separate columns; put the names that hold the other between quotes"
    assert str(caught.value) == f"f.csv header: holds {kinds} outside quotes; {rule}"
