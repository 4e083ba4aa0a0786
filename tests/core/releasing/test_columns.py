"""Columns hold what Arrow and orjson would make of the rows, and refuse what no number is."""

import numpy as np
import orjson
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalhub.core.releasing.column import Column, Derived, Made, concatenated
from evalhub.core.releasing.columns import (
    Columns,
    column,
    columns_by_kind,
    columns_of,
    constant,
    joined,
    json_lines,
    json_texts,
    record_batch,
)

CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("chat", CHAT, nullable=False),
        pa.field("tags", pa.list_(pa.string()), nullable=False),
        pa.field("n", pa.int64()),
        pa.field("share", pa.float64()),
        pa.field("is_x", pa.bool_()),
    ]
)
MESSAGES = st.lists(st.fixed_dictionaries({"role": st.text(), "content": st.text()}), max_size=3)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.text(),
            "chat": MESSAGES,
            "tags": st.lists(st.text(), max_size=3),
            "n": st.none() | st.integers(-(2**63), 2**63 - 1),
            "share": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "is_x": st.booleans(),
        }
    ),
    min_size=1,
    max_size=5,
)
Row = dict[str, object]
HOSTILE = '\u2028 \x00\x1b\x7f "\\ \r\n\t\b\f </script> \U0001f600 \u05d0\u202e'
ROW: Row = {"id": HOSTILE, "chat": [], "tags": [HOSTILE], "n": None, "share": 1e-7, "is_x": True}


def columns_from(rows: list[Row]) -> Columns:
    values = [tuple(row[name] for name in SCHEMA.names) for row in rows]
    return columns_of(values, SCHEMA.names, SCHEMA)


@given(ROWS)
@example([ROW, ROW])
def test_columns_are_those_that_arrow_and_orjson_make_of_dictionaries(rows: list[Row]) -> None:
    columns = columns_from(rows)

    batch = record_batch(columns, SCHEMA)
    assert pa.Table.from_batches([batch]).equals(pa.Table.from_pylist(rows, schema=SCHEMA))
    lines = b"".join(orjson.dumps({k: row[k] for k in SCHEMA.names}) + b"\n" for row in rows)
    assert json_lines(columns, SCHEMA.names).to_pybytes() == lines


@given(ROWS, st.randoms(use_true_random=False))
def test_rows_that_are_taken_and_sliced_keep_what_they_say(rows: list[Row], rng: object) -> None:
    places = np.arange(len(rows))[::-1]
    columns = {name: one.take(places) for name, one in columns_from(rows).items()}

    parts = [
        {name: one.slice(start, 1) for name, one in columns.items()} for start in range(len(rows))
    ]

    ordered = [{name: row[name] for name in SCHEMA.names} for row in reversed(rows)]
    lines = b"".join(orjson.dumps(row) + b"\n" for row in ordered)
    assert b"".join(json_lines(one, SCHEMA.names).to_pybytes() for one in parts) == lines
    whole = {name: concatenated([one[name] for one in parts]) for name in columns}
    assert record_batch(whole, SCHEMA).equals(record_batch(columns, SCHEMA))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_cannot_say_is_refused_by_the_name_of_its_column(value: float) -> None:
    with pytest.raises(ValueError, match="'share' holds a number that is not finite"):
        record_batch(columns_from([ROW, {**ROW, "share": value}]), SCHEMA)


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises((pa.ArrowInvalid, TypeError)):
        column(["three"], pa.int64())


def test_no_rows_are_columns_without_values() -> None:
    columns = columns_of([], SCHEMA.names, SCHEMA)

    assert [len(one) for one in columns.values()] == [0] * len(SCHEMA.names)
    assert record_batch(columns, SCHEMA).num_rows == 0


def test_constant_stands_in_every_row() -> None:
    held = constant("tr\u00e4in", pa.string(), 2)

    assert held.values.to_pylist() == ["tr\u00e4in"] * 2
    assert held.json.to_pylist() == ['"tr\u00e4in"'.encode()] * 2


def test_texts_are_joined_value_by_value() -> None:
    assert joined(b"<", json_texts(["a", 1]), b">").to_pylist() == [b'<"a">', b"<1>"]


WORDS = st.lists(st.sampled_from(["", "a", "b", HOSTILE]), min_size=1, max_size=6)


def told(one: Column) -> list[object]:
    """Return the values of a column, which Arrow and JSON must say alike."""
    values: list[object] = one.values.to_pylist()
    assert [orjson.loads(text) for text in one.json.to_pylist()] == values
    assert len(one) == len(values)
    return values


def doubled(first: Made, second: Made) -> Made:
    """Put the words of two columns one after the other."""
    return column(
        [f"{a}{b}" for a, b in zip(told(first), told(second), strict=True)], pa.string()
    ).made()


@given(WORDS, st.data())
def test_what_is_taken_sliced_or_derived_later_is_what_lists_hold(
    words: list[str], data: st.DataObject
) -> None:
    places = st.lists(st.integers(0, len(words) - 1), max_size=5)
    made = column(words, pa.string())
    first, again = data.draw(places), []
    if first:
        again = data.draw(st.lists(st.integers(0, len(first) - 1), max_size=5))
    taken = made.take(np.array(first, np.int64))
    twice = taken.take(np.array(again, np.int64))
    held = [words[n] for n in first]
    start = data.draw(st.integers(0, len(first)))
    pairs = Derived((taken, taken), doubled)

    assert told(taken) == held
    assert told(twice) == [held[n] for n in again]
    assert told(taken.slice(start, 2)) == held[start : start + 2]
    assert told(pairs.slice(start, 2)) == [2 * word for word in held[start : start + 2]]
    assert told(pairs.take(np.array(again, np.int64))) == [2 * held[n] for n in again]
    assert told(concatenated([taken, twice])) == held + [held[n] for n in again]
    assert told(concatenated([taken, made, twice])) == held + words + [held[n] for n in again]
    assert told(concatenated([pairs, pairs.slice(start, 1)])) == [
        2 * word for word in held + held[start : start + 1]
    ]


@given(ROWS, st.lists(st.integers(0, 4), min_size=1, max_size=8))
def test_rows_that_are_alike_are_made_once_and_stand_where_they_stood(
    rows: list[Row], order: list[int]
) -> None:
    names = ["id", "n", "is_x"]
    schema = pa.schema([SCHEMA.field(name) for name in names])
    values = [tuple(rows[n % len(rows)][name] for name in names) for n in order]

    made, plain = columns_by_kind(values, names, schema), columns_of(values, names, schema)

    assert {name: told(one) for name, one in made.items()} == {
        name: told(one) for name, one in plain.items()
    }
