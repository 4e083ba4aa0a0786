import io
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.reading.parquet import ParquetLimits, read_parquet
from evalhub.errors import BadInput, Problem
from tests.core.reading.outcomes import outcome

N_MUTATIONS = 600


def parquet_of(table: pa.Table, **settings: int) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, **settings)
    return file.getvalue()


def table_of_prompts(n: int = 40) -> pa.Table:
    messages = [[{"role": "user", "content": f"Question {i}?"}] for i in range(n)]
    return pa.table({"id": [str(i) for i in range(n)], "messages": messages, "n": list(range(n))})


def test_rows_come_as_json_values_with_their_number() -> None:
    rows = list(read_parquet(parquet_of(table_of_prompts(2)), where="a.parquet"))

    assert rows[1] == (
        2,
        {"id": "1", "messages": [{"role": "user", "content": "Question 1?"}], "n": 1},
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param([True], True, id="boolean"),
        pytest.param([1.5], 1.5, id="decimal number"),
        pytest.param([date(2026, 11, 21)], "2026-11-21", id="date"),
        pytest.param([{"a": None, "b": 1}], {"b": 1}, id="null within an object is left out"),
        pytest.param([["a", None]], ["a", None], id="null within a list stays"),
        pytest.param(pa.array(["a"], pa.large_string()), "a", id="large text"),
        pytest.param(pa.array([["a"]], pa.large_list(pa.string())), ["a"], id="large list"),
        pytest.param(pa.array(["a"]).dictionary_encode(), "a", id="dictionary"),
    ],
)
def test_a_value_keeps_its_meaning(column: pa.Array, value: object) -> None:
    rows = list(read_parquet(parquet_of(pa.table({"x": column})), where="f"))

    assert rows == [(1, {"x": value})]


def test_a_null_reads_as_absent() -> None:
    rows = list(read_parquet(parquet_of(pa.table({"x": [None, "a"], "y": [1, 2]})), where="f"))

    assert rows[0] == (1, {"y": 1})


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        pytest.param([float("nan"), 1.0], "nan is not a JSON number", id="NaN"),
        pytest.param([[float("inf")], [1.0]], "inf is not a JSON number", id="infinity in a list"),
        pytest.param(
            pa.array([2**63, 1], pa.uint64()), "does not fit in 64 bits", id="beyond 64 bits"
        ),
        pytest.param(
            pa.array([2**31 - 1, 1], pa.int32()).cast(pa.date32()),
            "holds a value that cannot be read",
            id="date beyond the calendar",
        ),
        pytest.param(["a\x00b", "a"], r"holds the character U+0000", id="NUL"),
    ],
)
def test_a_value_that_json_cannot_carry_makes_its_row_bad(
    column: Sequence[object], rule: str
) -> None:
    (first, bad), (second, good) = read_parquet(parquet_of(pa.table({"x": column})), where="f")

    assert isinstance(bad, Problem)
    assert bad.where in {"f row 1, column 'x'", "f row 1"}
    assert rule in bad.rule
    assert (first, second) == (1, 2)
    assert not isinstance(good, Problem)


@pytest.mark.parametrize(
    "column",
    [
        pytest.param([b"bytes"], id="bytes"),
        pytest.param([datetime(2026, 1, 1, tzinfo=UTC)], id="moment"),
        pytest.param([Decimal("1.5")], id="decimal"),
        pytest.param([[{"a": b"x"}]], id="bytes within a list of objects"),
        pytest.param(pa.array([b"x"]).dictionary_encode(), id="bytes in a dictionary"),
        pytest.param(pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())), id="map"),
    ],
)
def test_a_column_without_a_json_value_is_refused(column: Sequence[object]) -> None:
    with pytest.raises(BadInput, match=r"f, column 'x': has the type .* no JSON value"):
        list(read_parquet(parquet_of(pa.table({"x": column})), where="f"))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(b"", "is not a readable Parquet file", id="nothing"),
        pytest.param(b"PAR1PAR1", "is not a readable Parquet file", id="magic only"),
        pytest.param(b'{"a": 1}\n' * 20, "is not a readable Parquet file", id="JSON lines"),
        pytest.param(parquet_of(table_of_prompts())[:-20], "is not a readable", id="cut short"),
    ],
)
def test_what_is_not_parquet_is_refused(data: bytes, rule: str) -> None:
    with pytest.raises(BadInput, match=f"f: {rule}"):
        list(read_parquet(data, where="f"))


def test_a_column_that_stands_twice_is_refused() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])

    with pytest.raises(BadInput, match="the column 'x' stands twice"):
        list(read_parquet(parquet_of(table), where="f"))


def test_too_many_columns_are_refused() -> None:
    table = pa.table({f"c{i}": [1] for i in range(501)})

    with pytest.raises(BadInput, match="has 501 columns; the limit is 500"):
        list(read_parquet(parquet_of(table), where="f"))


def test_too_many_row_groups_are_refused() -> None:
    data = parquet_of(table_of_prompts(), row_group_size=2)

    with pytest.raises(BadInput, match="has 20 row groups; the limit is 10"):
        list(read_parquet(data, where="f", limits=ParquetLimits(max_row_groups=10)))


@pytest.mark.parametrize(
    "limits",
    [ParquetLimits(max_rows=39), ParquetLimits(max_uncompressed=500)],
    ids=["rows", "bytes"],
)
def test_what_the_footer_says_is_held_against_the_limits(limits: ParquetLimits) -> None:
    with pytest.raises(BadInput, match="holds more than"):
        list(read_parquet(parquet_of(table_of_prompts()), where="f", limits=limits))


def test_a_value_repeated_by_its_dictionary_is_counted_while_it_is_read() -> None:
    bomb = parquet_of(pa.table({"x": ["y" * 100_000] * 10_000}))
    assert len(bomb) < 200_000

    rows = read_parquet(bomb, where="f", limits=ParquetLimits(max_uncompressed=2**20))

    with pytest.raises(BadInput, match=r"f row 11: holds more than .* 1,048,576 bytes"):
        list(rows)


def lying_footer(data: bytes, *, says: int, instead_of: int) -> bytes:
    """Change the whole file's row count, written as a zig-zag varint of one byte."""
    length = int.from_bytes(data[-8:-4], "little")
    start = len(data) - 8 - length
    place = data.index(b"\x16" + bytes([instead_of * 2]), start)
    zigzag = says * 2 if says >= 0 else -says * 2 - 1
    return data[: place + 1] + bytes([zigzag]) + data[place + 2 :]


@pytest.mark.parametrize("says", [1, 63], ids=["too few rows", "too many rows"])
def test_a_footer_that_lies_about_its_rows_breaks_nothing(says: int) -> None:
    data = lying_footer(parquet_of(table_of_prompts()), says=says, instead_of=40)

    result = outcome(lambda: list(read_parquet(data, where="f")))

    assert isinstance(result, BadInput) or len(result) in {says, 40}


def test_a_footer_that_claims_a_negative_size_is_refused() -> None:
    data = lying_footer(parquet_of(table_of_prompts()), says=-1, instead_of=40)

    with pytest.raises(BadInput, match="f: claims a negative size"):
        list(read_parquet(data, where="f"))


def test_rows_beyond_what_the_footer_says_count_against_the_limit() -> None:
    data = lying_footer(parquet_of(table_of_prompts()), says=1, instead_of=40)

    with pytest.raises(BadInput, match="f: holds more than 10 rows"):
        list(read_parquet(data, where="f", limits=ParquetLimits(max_rows=10)))


@pytest.mark.parametrize("seed", range(4))
def test_no_mutation_of_a_file_gives_anything_but_rows_or_bad_input(seed: int) -> None:
    rng = random.Random(seed)
    good = parquet_of(table_of_prompts())
    for _ in range(N_MUTATIONS):
        data = bytearray(good)
        for _ in range(rng.choice([1, 1, 2, 5, 20])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        cut = rng.randrange(len(data)) if rng.random() < 0.1 else len(data)

        result = outcome(lambda: list(read_parquet(bytes(data[:cut]), where="f")))  # noqa: B023 - called at once

        assert isinstance(result, BadInput) or len(result) <= 10_000


@given(st.binary(max_size=200))
def test_any_bytes_between_the_magic_numbers_are_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        list(read_parquet(b"PAR1" + data + b"PAR1", where="f"))
