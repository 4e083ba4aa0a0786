"""Let one transaction at a time through a place that must not run twice at once."""

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.canonical import sha256_hex

KEY_DIGITS = 15
"""Hex digits of a hash that fit PostgreSQL's signed 64-bit lock key."""


def lock(name: str, *, session: Session) -> None:
    """Wait until no other writing transaction holds ``name``, and hold it to the end of ours.

    PostgreSQL takes an advisory lock. SQLite has one writer at a time anyway, so there a
    writing session already is alone.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # Two names that share a key only wait for each other; nothing is let through.
        key = int(sha256_hex(name)[:KEY_DIGITS], 16)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
