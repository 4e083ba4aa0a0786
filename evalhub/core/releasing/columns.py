"""Hold columns as Arrow and as JSON text, so that both kinds of files are written without rows.

Arrow asks every value for its type. The schema already says it, so each level of a column is laid
out as one flat list: the strings of all messages of a thousand rows become one array at once.

The JSON of a value is made where the value is made, once, however many tables hold it: a line of a
file is then its values' texts put one after the other, which Arrow does for all lines of a batch in
one call.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from evalhub.core.releasing.column import Column, Made, Places

JSON = pa.large_binary()
"""The type of JSON texts: a column of long texts may hold more than the 2 GB of the small one."""


Columns: TypeAlias = Mapping[str, Column]
"""The columns of a table by name, all of one length."""


def column(values: Sequence[Any], kind: pa.DataType) -> Column:
    """Return ``values`` as a column of type ``kind``.

    orjson writes the same bytes as ever: its form is stable, and the keys of a nested value keep
    the order of the row types.
    """
    return Made(_array(values, kind), json_texts(values))


def columns_of(
    rows: Sequence[tuple[Any, ...]], names: Sequence[str], schema: pa.Schema
) -> dict[str, Column]:
    """Return ``rows``, whose values are in the order of ``names``, as columns of ``schema``."""
    values = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {
        name: column(held, schema.field(name).type)
        for name, held in zip(names, values, strict=True)
    }


def columns_by_kind(
    rows: Sequence[tuple[Hashable, ...]], names: Sequence[str], schema: pa.Schema
) -> dict[str, Column]:
    """Return what ``columns_of`` does, and make the values of rows that are alike but once.

    Rows hold texts, whole numbers and truth values: of decimals 0 and -0 would count as alike.
    """
    firsts, kinds = kinds_of(rows)
    made = columns_of([rows[place] for place in firsts], names, schema)
    return {name: one.take(kinds) for name, one in made.items()}


def kinds_of(keys: Iterable[Hashable]) -> tuple[Places, Places]:
    """Return where each kind of key first stands, and the number of the kind of each key.

    Of a thousand judgments most say one of a few hundred things, beside words and names: what is
    made of a kind once is taken for all of them.
    """
    number: dict[Hashable, int] = {}
    kinds = np.array([number.setdefault(key, len(number)) for key in keys], np.int64)
    # Kinds are numbered as they come, so their first places come in the order of their numbers.
    return np.unique(kinds, return_index=True)[1], kinds


def constant(value: Any, kind: pa.DataType, n_rows: int) -> Column:  # noqa: ANN401 - a value of any column type
    """Return a column that holds ``value`` in each of its rows."""
    return Made(
        pa.repeat(pa.scalar(value, kind), n_rows), pa.repeat(_scalar(orjson.dumps(value)), n_rows)
    )


def json_texts(values: Iterable[Any]) -> pa.Array:
    """Return the JSON text of each value."""
    return pa.array(list(map(orjson.dumps, values)), JSON)


def joined(*parts: pa.Array | bytes) -> pa.Array:
    """Return ``parts`` put one after the other, value by value; bytes stand in every value."""
    return pc.binary_join_element_wise(
        *(_scalar(part) if isinstance(part, bytes) else part for part in parts), _scalar(b"")
    )


def record_batch(columns: Columns, schema: pa.Schema) -> pa.RecordBatch:
    """Return the columns that ``schema`` names as a batch; others belong to another table.

    Raise ``ValueError`` naming a column with NaN or infinity. Neither is JSON, and finding them
    here shows the fault where it was made and not in somebody's loader.
    """
    for field in schema:
        if pa.types.is_floating(field.type):
            is_finite = pc.all(pc.is_finite(columns[field.name].values))
            if is_finite.as_py() is False:
                raise ValueError(f"Column {field.name!r} holds a number that is not finite.")
    return pa.RecordBatch.from_arrays(
        [columns[name].values for name in schema.names], schema=schema
    )


def json_lines(columns: Columns, names: Sequence[str]) -> pa.Buffer:
    """Return one JSON object a line with the keys ``names``, in their order."""
    parts: list[pa.Array | bytes] = []
    before = b"{"
    for name in names:
        parts += [before + orjson.dumps(name) + b":", columns[name].json]
        before = b","
    lines = joined(*parts, b"}\n")
    # The texts of all lines lie one after the other in the buffer of the array, which is what a
    # file holds: nothing of it becomes an object of Python.
    ends = np.frombuffer(lines.buffers()[1], np.int64)[lines.offset : lines.offset + len(lines) + 1]
    return lines.buffers()[2].slice(int(ends[0]), int(ends[-1] - ends[0]))


def _scalar(text: bytes) -> pa.Scalar:
    return pa.scalar(text, JSON)


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_list(kind):
        ends = pa.array(accumulate(map(len, values), initial=0), pa.int32())
        flat: Iterable[Any] = chain.from_iterable(values)
        return pa.ListArray.from_arrays(ends, _array(list(flat), kind.value_type), type=kind)
    if pa.types.is_struct(kind):
        fields = [kind.field(number) for number in range(kind.num_fields)]
        children = [_array([value[one.name] for value in values], one.type) for one in fields]
        return pa.StructArray.from_arrays(children, fields=fields)
    return pa.array(values, kind)
