"""Read Parquet row by row within limits, whatever its footer claims.

The footer's counts and sizes are checked before anything is decoded. Text stays
dictionary-encoded while it is read, so that a value repeated a million times is held once;
what the rows come to is counted as they are handed over. Only types with a JSON value of
their own are read.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from evalhub.core.canonical import Json
from evalhub.core.deferred import Deferred
from evalhub.core.reading.parquet_values import JsonRows, TooLarge
from evalhub.core.reading.rows import NumberedRow, first_problem
from evalhub.errors import BadInput, Problem

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

BATCH_ROWS = 64
"""Small, because a whole batch is decoded before its first row can be counted and refused."""
MAX_COLUMNS = 500
MAX_FOOTER_ENTRIES = 1_000_000
"""Entries of one list in the footer; a list that lies about its length is not made room for."""
NOT_PARQUET = (
    pa.ArrowException,
    OSError,
    OverflowError,
    MemoryError,
    LookupError,
    ValueError,
    TypeError,
)
"""What pyarrow raises for files that are cut, corrupt or lie about themselves."""


@dataclass(frozen=True, slots=True)
class ParquetLimits:
    """Bound what one file may come to; sizes in bytes."""

    max_rows: int = 1_000_000
    max_row_groups: int = 10_000
    max_uncompressed: int = 2**29
    max_footer: int = 2**24


DEFAULT_LIMITS = ParquetLimits()
COLUMN_LIMITS = ParquetLimits(max_rows=100_000_000, max_uncompressed=2**34)
"""For whole columns, which take far less room than rows of Python values."""


def read_parquet(
    data: bytes, *, where: str, limits: ParquetLimits = DEFAULT_LIMITS
) -> Iterator[NumberedRow]:
    """Yield each row's number from 1 and its values by column name.

    A row with NaN, infinity, U+0000 or an integer beyond 64 bits is yielded as a
    ``Problem``. Raise ``BadInput`` when the file is not Parquet, is corrupt, passes
    ``limits`` or has a column of a type without a JSON value.
    """
    file = _open(data, where=where, limits=limits)
    rows = JsonRows(limits.max_uncompressed)
    number = 0
    # The rows are counted again: the footer's own count was checked, but it may lie.
    for batch in _batches(file, where=where):
        for index in range(batch.num_rows):
            number += 1
            if number > limits.max_rows:
                raise BadInput.at(where, _too_large(limits))
            yield number, _row(rows, batch, index, where=f"{where} row {number}", limits=limits)


def read_parquet_columns(
    data: bytes, *, where: str, columns: Collection[str], limits: ParquetLimits = COLUMN_LIMITS
) -> pd.DataFrame:
    """Return those of ``columns`` that the file has, each as its own type in pandas.

    Other columns are neither decoded nor checked. Raise ``BadInput`` when the file is not
    Parquet, is corrupt or passes ``limits``, or when one of the columns stands twice.
    """
    buffer = pa.BufferReader(data)
    bounds = {
        "thrift_string_size_limit": limits.max_footer,
        "thrift_container_size_limit": MAX_FOOTER_ENTRIES,
    }
    try:
        file = pq.ParquetFile(buffer, **bounds)
        _check_sizes(file, where=where, limits=limits)
        names = file.schema_arrow.names
        wanted = [name for name in dict.fromkeys(names) if name in columns]
        _refuse_twice(names, wanted, where=where)
        table = file.read(columns=wanted, use_threads=False)
        table.validate(full=True)
        frame: pd.DataFrame = table.to_pandas()
    except NOT_PARQUET as error:
        raise BadInput.at(where, f"is not a readable Parquet file: {_line(error)}") from error
    return frame


def _refuse_twice(names: Sequence[str], wanted: Sequence[str], *, where: str) -> None:
    for name in wanted:
        if names.count(name) > 1:
            raise BadInput.at(where, f"the column {name!r} stands twice")


def _open(data: bytes, *, where: str, limits: ParquetLimits) -> pq.ParquetFile:
    try:
        buffer = pa.BufferReader(data)
        bounds = {
            "thrift_string_size_limit": limits.max_footer,
            "thrift_container_size_limit": MAX_FOOTER_ENTRIES,
        }
        file = pq.ParquetFile(buffer, **bounds)
        paths = _check_footer(file, where=where, limits=limits)
        # Opened a second time, since which columns hold text is known from the footer alone
        # and cannot be changed on an open file.
        return pq.ParquetFile(buffer, read_dictionary=paths, **bounds)
    except NOT_PARQUET as error:
        raise BadInput.at(where, f"is not a readable Parquet file: {_line(error)}") from error


def _check_footer(file: pq.ParquetFile, *, where: str, limits: ParquetLimits) -> list[str]:
    """Check what the footer claims; return the paths of its text columns."""
    _check_schema(file.schema_arrow, where=where)
    _check_sizes(file, where=where, limits=limits)
    columns = (file.schema.column(index) for index in range(file.metadata.num_columns))
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]


def _check_sizes(file: pq.ParquetFile, *, where: str, limits: ParquetLimits) -> None:
    footer = file.metadata
    if footer.num_row_groups > limits.max_row_groups:
        raise BadInput.at(
            where,
            f"has {footer.num_row_groups:,} row groups; the limit is {limits.max_row_groups:,}",
        )
    # Column chunks are not looked at here: pyarrow 26 ends the process for some that lie.
    groups = [footer.row_group(group) for group in range(footer.num_row_groups)]
    sizes = [group.total_byte_size for group in groups]
    if min([0, footer.num_rows, *sizes]) < 0:
        raise BadInput.at(where, "claims a negative size")
    if footer.num_rows > limits.max_rows or sum(sizes) > limits.max_uncompressed:
        raise BadInput.at(where, _too_large(limits))


def _check_schema(schema: pa.Schema, *, where: str) -> None:
    if len(schema.names) > MAX_COLUMNS:
        raise BadInput.at(where, f"has {len(schema.names)} columns; the limit is {MAX_COLUMNS}")
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise BadInput.at(where, f"the column {name!r} stands twice")
    for field in schema:
        if not _is_json_type(field.type):
            raise BadInput.at(
                f"{where}, column {field.name!r}",
                f"has the type {field.type}, which has no JSON value; store it as text",
            )


def _is_json_type(kind: pa.DataType) -> bool:
    """Tell whether every value of ``kind`` can be written as JSON."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _is_json_type(kind.value_type)
    if pa.types.is_struct(kind):
        return all(_is_json_type(kind.field(index).type) for index in range(kind.num_fields))
    if pa.types.is_dictionary(kind):
        return _is_json_type(kind.value_type)
    return any(
        test(kind)
        for test in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_integer,
            pa.types.is_floating,
            pa.types.is_boolean,
            pa.types.is_date,
            pa.types.is_null,
        )
    )


def _batches(file: pq.ParquetFile, *, where: str) -> Iterator[pa.RecordBatch]:
    # Threads would decode columns side by side and multiply what a lying page can ask for.
    batches = file.iter_batches(batch_size=BATCH_ROWS, use_threads=False)
    while True:
        try:
            batch = next(batches, None)
            if batch is not None:
                # Without it offsets that point outside their buffer are followed when read.
                batch.validate(full=True)
        except NOT_PARQUET as error:
            raise BadInput.at(where, f"has corrupt pages: {_line(error)}") from error
        if batch is None:
            return
        yield batch


def _row(
    rows: JsonRows, batch: pa.RecordBatch, index: int, *, where: str, limits: ParquetLimits
) -> "Json | Problem":
    try:
        return rows.row(batch, index, where=where)
    except BadInput as error:
        return first_problem(error)
    except TooLarge as error:
        raise BadInput.at(where, _too_large(limits)) from error
    except NOT_PARQUET as error:
        return Problem(where, f"holds a value that cannot be read: {_line(error)}")


def _too_large(limits: ParquetLimits) -> str:
    return (
        f"holds more than {limits.max_rows:,} rows or "
        f"{limits.max_uncompressed:,} bytes when unpacked"
    )


def _line(error: BaseException) -> str:
    """Return the first line of an error of the library, cut when long."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
