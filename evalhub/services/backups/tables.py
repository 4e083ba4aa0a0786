"""Write a table as one Parquet file and read it back, in constant memory.

Values are written by what they are and not by how a database stores them, so a backup taken of
SQLite is restored into PostgreSQL as well.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from evalhub.core.releasing.files import FileFacts, HashedFile
from evalhub.errors import BadInput

ROWS_AT_ONCE = 2_000
"""Rows in memory at one time: a response may have hundreds of thousands of characters."""

_ARROW_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], pa.DataType], ...] = (
    (sa.Boolean, pa.bool_()),
    (sa.Integer, pa.int64()),
    (sa.Float, pa.float64()),
    (sa.DateTime, pa.timestamp("us", tz="UTC")),
    (sa.Date, pa.date32()),
    (sa.JSON, pa.string()),
    (sa.String, pa.string()),
    (sa.LargeBinary, pa.binary()),
)
"""How each kind of column is written; the first that fits decides."""


def write_table(
    table: sa.Table, path: str, *, folder: Path, connection: sa.Connection
) -> FileFacts:
    """Write every row of ``table`` to ``path`` below ``folder``, ordered by its key."""
    schema = _schema_of(table)
    query = sa.select(table).order_by(*table.primary_key.columns)
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    n_rows = 0
    with (
        HashedFile(path, target.open("xb")) as file,
        pq.ParquetWriter(file, schema, compression="zstd") as writer,
        # A cursor of the server's: the driver would else hold the whole table.
        connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}) as rows,
    ):
        for part in rows.partitions():
            columns = [
                pa.array([_written(column)(value) for value in values], field.type)
                for column, values, field in zip(
                    table.columns, zip(*part, strict=True), schema, strict=True
                )
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            n_rows += len(part)
        # The end of a Parquet file is written when it is closed, and belongs to its hash.
        writer.close()
        return file.facts(n_rows)


def load_table(table: sa.Table, file: Path, *, where: str, connection: sa.Connection) -> int:
    """Store every row of ``file`` in the empty ``table`` and return how many there were.

    Raise ``BadInput`` when its columns are not those of the table.
    """
    with pq.ParquetFile(file) as rows:
        if rows.schema_arrow != _schema_of(table):
            raise BadInput.at(where, f"its columns are not those of table {table.name!r}")
        n_rows = 0
        for batch in rows.iter_batches(ROWS_AT_ONCE):
            columns = [
                [_read(column)(value) for value in values.to_pylist()]
                for column, values in zip(table.columns, batch.columns, strict=True)
            ]
            names = [column.name for column in table.columns]
            found = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
            connection.execute(sa.insert(table), found)
            n_rows += len(found)
        return n_rows


def _schema_of(table: sa.Table) -> pa.Schema:
    return pa.schema([(column.name, _arrow_type(column)) for column in table.columns])


def _arrow_type(column: "sa.Column[Any]") -> pa.DataType:
    for kind, arrow_type in _ARROW_TYPES:
        if isinstance(column.type, kind):
            return arrow_type
    # A column of a new kind would be left out of every backup, and nobody would see it before
    # the restore.
    raise TypeError(f"Column {column} is of a kind that backups do not know: {column.type!r}.")


def _written(column: "sa.Column[Any]") -> Callable[[Any], object]:
    if isinstance(column.type, sa.DateTime):
        return _in_utc
    return _as_json if isinstance(column.type, sa.JSON) else _same


def _read(column: "sa.Column[Any]") -> Callable[[Any], object]:
    return _from_json if isinstance(column.type, sa.JSON) else _same


def _same(value: object) -> object:
    return value


def _in_utc(value: datetime | None) -> datetime | None:
    """Return a time as UTC; SQLite stores that without saying so."""
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _as_json(value: object) -> str | None:
    return None if value is None else json.dumps(value)


def _from_json(value: str | None) -> object:
    return None if value is None else json.loads(value)
