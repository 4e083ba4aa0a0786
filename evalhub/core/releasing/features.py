"""Say the Arrow schemas again as the ``features`` of a dataset card.

With them, loaders take the types from the card instead of guessing them from the first rows.
"""

from typing import TypeAlias

import pyarrow as pa

Feature: TypeAlias = dict[str, "str | list[Feature]"]


def features_of(schema: pa.Schema) -> list[Feature]:
    """Return the features of a table."""
    return [_feature(field) for field in schema]


def _feature(field: pa.Field) -> Feature:
    kind = field.type
    if pa.types.is_struct(kind):
        return {"name": field.name, "struct": [_feature(part) for part in kind.fields]}
    if not pa.types.is_list(kind):
        return {"name": field.name, "dtype": _dtype(kind)}
    inner = kind.value_type
    if pa.types.is_struct(inner):
        return {"name": field.name, "list": [_feature(part) for part in inner.fields]}
    return {"name": field.name, "list": _dtype(inner)}


def _dtype(kind: pa.DataType) -> str:
    # Arrow calls it double, datasets calls it float64; the other names are the same.
    return "float64" if pa.types.is_float64(kind) else str(kind)
