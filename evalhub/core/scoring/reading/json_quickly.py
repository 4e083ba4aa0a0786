"""Read plain JSON lines of judgments with Arrow, which takes a fortieth of the time.

Two readers of one format differ in the corners, and the careful reader's rules are what counts. So
Arrow gets only what has no corners: one flat object a line without any escape, every value that
scoring reads a text or a whole number of 64 bits. Anything else is left to the careful reader,
which takes it or says what is wrong with which line.
"""

import io
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json

from evalhub.core.canonical import Json
from evalhub.core.deferred import Deferred
from evalhub.core.reading.json_lines import MAX_LINE_BYTES, MAX_LINES, read_json_lines
from evalhub.core.scoring.reading.columns import KNOWN

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

# From here on a whole number may have been read as a decimal because it did not fit in 64 bits.
_FIRST_DOUBTFUL = 2.0**63
_LINE_FEED = 10


def read_json_quickly(data: bytes, where: str) -> pd.DataFrame | None:
    """Return the columns of judgments that ``data`` holds, one row a line; None if in doubt."""
    if not _is_plain(data):
        return None
    _, first = next(read_json_lines(io.BytesIO(data[: data.find(b"\n") + 1 or None]), where=where))
    if not isinstance(first, dict):
        return None
    schema = pa.schema([(name, _type_of(value)) for name, value in first.items() if name in KNOWN])
    options = pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer")
    try:
        table = pa_json.read_json(
            pa.BufferReader(data),
            read_options=pa_json.ReadOptions(block_size=2 * MAX_LINE_BYTES),
            parse_options=options,
        )
    except pa.ArrowInvalid:
        return None
    if any(_is_doubtful(column) for column in table.columns):
        return None
    # A column that a later line brings in has a type that Arrow guessed, for instance a date.
    guessed = [name for name in table.column_names if name in KNOWN and name not in first]
    if guessed:
        return None
    names = [name for name in table.column_names if name in KNOWN]
    return pd.DataFrame({name: _series(table.column(name)) for name in names})


def _is_plain(data: bytes) -> bool:
    """Tell whether every line is one flat object without escapes, in UTF-8, and none is long."""
    if not data.startswith(b"{") or b"\\" in data or b"\x00" in data or b"[" in data:
        return False
    body = data.removesuffix(b"\n").removesuffix(b"\r")
    # A brace within a text is counted too, and makes the file one to be read with care.
    n_lines = body.count(b"\n") + 1
    n_seams = body.count(b"}\n{") + body.count(b"}\r\n{")
    if not body.endswith(b"}") or n_seams != n_lines - 1 or n_lines > MAX_LINES:
        return False
    if body.count(b"{") != n_lines or body.count(b"}") != n_lines:
        return False
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _LINE_FEED)
    if int(np.diff(ends, prepend=-1, append=len(data)).max()) > MAX_LINE_BYTES:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _type_of(value: Json) -> pa.DataType:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return pa.int64() if is_whole else pa.string()


def _is_doubtful(column: pa.ChunkedArray) -> bool:
    if not pa.types.is_floating(column.type):
        return False
    values = np.abs(column.drop_null().to_numpy())
    # Arrow reads NaN, which no comparison holds for.
    return not bool((values < _FIRST_DOUBTFUL).all())


def _series(column: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_integer(column.type):
        # A column of numbers with gaps would become one of decimals, and ids would change.
        return pd.Series(column.to_pylist(), dtype="object")
    return pd.Series(column.to_pandas())
