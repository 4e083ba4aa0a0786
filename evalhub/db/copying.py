"""Name the tables of a database as they are, for copies of whole tables.

The models know the newest schema alone, and a copy is wanted most just before an upgrade; so
what there is to copy is asked of the database itself.
"""

import warnings
from collections.abc import Sequence

import sqlalchemy as sa

VERSION_TABLE = "alembic_version"
JOBS_SCHEMA = "dbos"
"""Where the job engine keeps its tables on PostgreSQL."""


def tables_of(connection: sa.Connection) -> Sequence[sa.Table]:
    """Return every table of ours, each after those that it refers to.

    In this order rows can be stored with all constraints in force.
    """
    metadata = sa.MetaData()
    with warnings.catch_warnings():
        # An index on an expression is none that can be read back. A copy is of rows: the indexes
        # of a restored database are those that the migrations make.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection", sa.exc.SAWarning)
        metadata.reflect(connection)
    tables = [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]
    for column in (column for table in tables for column in table.columns):
        if isinstance(column.type, sa.JSON):
            # As reflected, a missing value would be stored as the JSON word null, which is a value.
            column.type = sa.JSON(none_as_null=True)
    return tables


def filled_table(connection: sa.Connection) -> str | None:
    """Return the name of a table that holds a row, or None when the database is empty."""
    for table in tables_of(connection):
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            return table.name
    return None


def has_jobs(connection: sa.Connection) -> bool:
    """Tell whether a job engine has worked in this database; on SQLite it has a file instead."""
    return JOBS_SCHEMA in sa.inspect(connection).get_schema_names()


def continue_numbers(connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
    """Let PostgreSQL number new rows after those that were stored with their numbers.

    A sequence does not see such rows: it would begin at 1 again and meet them. SQLite looks at
    the rows themselves.
    """
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        for column in table.primary_key.columns:
            if column.default is not None or not isinstance(column.type, sa.Integer):
                continue
            sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)
            highest = sa.select(sa.func.max(column)).scalar_subquery()
            # Without a sequence, or without a row, one side is null and nothing is set.
            connection.execute(sa.select(sa.func.setval(sequence, highest)))
