"""Turn Arrow values into JSON values and count what they come to."""

import math
from datetime import date

import pyarrow as pa

from evalhub.core.canonical import Json
from evalhub.core.reading.json_text import INTEGER_RANGE, refuse_unstorable_text
from evalhub.errors import BadInput

BYTES_PER_VALUE = 16
"""What a value costs besides its text, so that a billion nulls are not free."""


class TooLarge(Exception):
    """Stop the reading: the rows come to more than the limit."""


class JsonRows:
    """Convert rows until their values come to more than ``max_bytes``."""

    def __init__(self, max_bytes: int) -> None:
        self._left = max_bytes

    def row(self, batch: pa.RecordBatch, index: int, *, where: str) -> dict[str, Json]:
        """Return row ``index`` of ``batch`` by column name, without what is null.

        Parquet cannot tell an absent field from a null one, so both read as absent. Raise
        ``TooLarge`` past the limit and ``BadInput`` for a value that JSON cannot carry.
        """
        found: dict[str, Json] = {}
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            value = self._json(column[index], where=f"{where}, column {name!r}")
            if value is not None:
                found[name] = value
        return found

    def _json(self, scalar: pa.Scalar, *, where: str) -> Json:
        self._spend(BYTES_PER_VALUE)
        if not scalar.is_valid:
            return None
        if isinstance(scalar, (pa.ListScalar, pa.LargeListScalar)):
            return [self._json(item, where=where) for item in scalar.values]
        if isinstance(scalar, pa.StructScalar):
            items = ((key, self._json(item, where=where)) for key, item in scalar.items())
            return {key: item for key, item in items if item is not None}
        return self._plain(scalar, where=where)

    def _plain(self, scalar: pa.Scalar, *, where: str) -> Json:
        value = scalar.as_py()
        if isinstance(value, str):
            # Characters, not bytes: the point is the order of magnitude, and counting is free.
            self._spend(len(value))
            refuse_unstorable_text(value, where=where)
            return value
        if isinstance(value, float) and not math.isfinite(value):
            raise BadInput.at(where, f"{value} is not a JSON number")
        if isinstance(value, int) and value not in INTEGER_RANGE:
            raise BadInput.at(where, f"the number {value} does not fit in 64 bits")
        return value.isoformat() if isinstance(value, date) else value

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooLarge
