"""Columns hold what Arrow itself would make of the rows, and refuse what no number is."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalhub.core.releasing.columns import record_batch

CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("chat", CHAT, nullable=False),
        pa.field("tags", pa.list_(pa.string()), nullable=False),
        pa.field("n", pa.int64()),
        pa.field("share", pa.float64()),
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
        }
    ),
    max_size=5,
)
ROW: dict[str, object] = {"id": "a", "chat": [], "tags": [], "n": None, "share": None}


@given(ROWS)
def test_columns_are_those_that_arrow_makes_of_dictionaries(rows: list[dict[str, object]]) -> None:
    batch = record_batch(rows, SCHEMA)

    assert pa.Table.from_batches([batch]).equals(pa.Table.from_pylist(rows, schema=SCHEMA))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_json_cannot_say_is_refused_by_the_name_of_its_column(value: float) -> None:
    with pytest.raises(ValueError, match="'share' holds a number that is not finite"):
        record_batch([ROW, {**ROW, "share": value}], SCHEMA)


def test_a_value_of_another_type_is_refused() -> None:
    with pytest.raises((pa.ArrowInvalid, TypeError)):
        record_batch([{**ROW, "n": "three"}], SCHEMA)
