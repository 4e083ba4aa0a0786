"""Build the fields that the Arrow schemas of a release are made of."""

import pyarrow as pa

CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
"""A conversation: a list of turns."""


def required(name: str, kind: pa.DataType) -> pa.Field:
    """Return a column that is never null."""
    return pa.field(name, kind, nullable=False)


def optional(name: str, kind: pa.DataType) -> pa.Field:
    """Return a column that may be null."""
    return pa.field(name, kind, nullable=True)
