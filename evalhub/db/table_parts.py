"""Write the tables of migrations in few words, with the names that the convention gives."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from evalhub.db.append_only import forget_append_only, make_append_only
from evalhub.db.models.base import UtcDateTime


def make(table: str, *parts: "sa.schema.SchemaItem") -> None:
    """Create a table with its id as the primary key."""
    op.create_table(
        table, number("id"), *parts, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    )


def seal(*tables: str) -> None:
    """Let the database refuse changes of the tables; after their indexes, which are changes."""
    for table in tables:
        make_append_only(table)


def drop(*tables: str) -> None:
    """Take the tables away, the last made first."""
    for table in reversed(tables):
        op.drop_table(table)
        forget_append_only(table)


def number(name: str, *, nullable: bool = False) -> "sa.Column[int]":
    """Return a column of whole numbers."""
    return sa.Column(name, sa.Integer(), nullable=nullable)


def flag(name: str) -> "sa.Column[bool]":
    """Return a column that is true or false."""
    return sa.Column(name, sa.Boolean(), nullable=False)


def text(name: str, length: int) -> "sa.Column[str]":
    """Return a column of short texts."""
    return sa.Column(name, sa.String(length=length), nullable=False)


def words(name: str) -> "sa.Column[str]":
    """Return a column of long texts."""
    return sa.Column(name, sa.Text(), nullable=False)


def moment(name: str) -> "sa.schema.SchemaItem":
    """Return a column of moments in UTC."""
    return sa.Column(name, UtcDateTime(), nullable=False)


def vocabulary(name: str, rule: str, values: Sequence[str]) -> "sa.Column[str]":
    """Return a column that holds one of ``values``; ``rule`` is the name of the check."""
    kind = sa.Enum(*values, name=rule, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Return the foreign key of a column, which keeps what it refers to."""
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="RESTRICT")


def unique(table: str, *columns: str) -> sa.UniqueConstraint:
    """Return the rule that no two rows share the values of the columns."""
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def index(table: str, *columns: str) -> None:
    """Create the index of the columns."""
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
