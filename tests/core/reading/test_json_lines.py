import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.reading.json_lines import read_json_lines
from evalhub.errors import BadInput, Problem
from tests.core.reading.outcomes import outcome


def test_each_line_is_a_value_with_its_number() -> None:
    rows = list(read_json_lines(b'{"a": 1}\n[2]\r\n"drei"', where="a.jsonl"))

    assert rows == [(1, {"a": 1}), (2, [2]), (3, "drei")]


def test_blank_lines_are_passed_over_and_counted() -> None:
    assert list(read_json_lines(b"\n  \n1\n\n2\n", where="a.jsonl")) == [(3, 1), (5, 2)]


def test_a_stream_is_read_as_well_as_bytes() -> None:
    assert list(read_json_lines(io.BytesIO(b"1\n2\n"), where="a.jsonl")) == [(1, 1), (2, 2)]


def test_a_bad_line_is_a_problem_and_its_neighbours_are_read() -> None:
    rows = list(read_json_lines(b'1\n{"a":}\n\xff\n2', where="a.jsonl"))

    assert rows == [
        (1, 1),
        (2, Problem("a.jsonl line 2", "is not JSON: Expecting value at column 6")),
        (3, Problem("a.jsonl line 3", "byte 0xFF at byte 0 is not UTF-8")),
        (4, 2),
    ]


def test_a_byte_order_mark_is_refused_for_the_whole_file() -> None:
    with pytest.raises(BadInput, match=r"a\.jsonl: starts with a UTF-8 byte order mark"):
        list(read_json_lines(b"\xef\xbb\xbf1\n", where="a.jsonl"))


@pytest.mark.parametrize(
    ("length", "is_read"), [(10, True), (11, False), (12, False), (13, False), (200_000, False)]
)
def test_a_line_is_read_up_to_the_limit(length: int, is_read: bool) -> None:
    line = b'"' + b"x" * (length - 2) + b'"'

    rows = list(read_json_lines(line + b"\r\n7\n", where="f", max_line_bytes=10))

    assert isinstance(rows[0][1], str) is is_read
    assert rows[1] == (2, 7)


def test_a_long_line_at_the_end_of_the_file_is_refused() -> None:
    rows = list(read_json_lines(b"x" * 100, where="f", max_line_bytes=10))

    assert rows == [(1, Problem("f line 1", "is longer than 10 bytes"))]


def test_a_line_of_100_megabytes_costs_no_memory() -> None:
    data = b'1\n"' + b"x" * 100_000_000 + b'"\n2\n'
    tracemalloc.start()

    rows = list(read_json_lines(data, where="f"))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == [(1, 1), (2, Problem("f line 2", "is longer than 1,048,576 bytes")), (3, 2)]
    assert peak < 10_000_000


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(BadInput, match="f: has more than 3 lines"):
        list(read_json_lines(b"\n" * 4, where="f", max_lines=3))


@given(st.binary())
def test_any_bytes_are_rows_problems_or_bad_input(data: bytes) -> None:
    result = outcome(lambda: list(read_json_lines(data, where="f")))

    if isinstance(result, BadInput):
        assert result.problems[0].where == "f"
    else:
        assert [line for line, _ in result] == sorted({line for line, _ in result})


def test_a_line_cut_between_two_carriage_returns_is_one_long_line() -> None:
    rows = list(read_json_lines(b'"' + b"x" * 8 + b'"\r\rrest\n7\n', where="f", max_line_bytes=10))

    assert rows == [(1, Problem("f line 1", "is longer than 10 bytes")), (2, 7)]


@given(
    st.lists(st.binary(max_size=14).map(lambda line: line.replace(b"\n", b"\r")), max_size=6),
    st.integers(1, 8),
)
def test_each_line_keeps_its_number_whatever_its_length(lines: list[bytes], limit: int) -> None:
    marked = [b"0", *lines, b"1"]

    result = outcome(
        lambda: list(read_json_lines(b"\n".join(marked), where="f", max_line_bytes=limit))
    )

    assert not isinstance(result, BadInput)
    assert (result[0], result[-1]) == ((1, 0), (len(marked), 1))
