"""Give every table the same naming convention, UTC times and checked vocabularies.

This module is imported before any table is defined: the naming convention of the shared
metadata must stand before the first constraint gets its name. Table modules must not use
``from __future__ import annotations``; it breaks SQLModel.
"""

from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import SQLModel

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING_CONVENTION
# Tables do not validate, so the checks that pydantic would build for each of them, a twentieth of
# a start, are never asked for.
SQLModel.model_config["defer_build"] = True


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Store an aware time as UTC and give it back aware, also on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """Refuse naive times and convert the rest to UTC."""
        if value is None:
            return None
        # A time without a zone is a guess, off by hours on a server that is set otherwise.
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """Mark what SQLite returns as the UTC it was stored in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def vocabulary(kind: type[StrEnum], *, rule: str = "") -> sa.Enum:
    """Return a text column type that holds the values of ``kind`` under a check constraint.

    ``rule`` names the constraint where it was made under another name than that of ``kind``.
    """
    return sa.Enum(
        kind,
        # Words under a check: adding one is then the same migration on both databases.
        native_enum=False,
        create_constraint=True,
        length=40,
        name=rule or f"{kind.__name__.lower()}_known",
        # By value: SQLAlchemy would store the names of members, which are ours to rename.
        values_callable=lambda members: [member.value for member in members],
    )
