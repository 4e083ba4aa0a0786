"""Turn the text cells of CSV and Parquet into the values that a row holds."""

from collections.abc import Mapping

from evalhub.core.canonical import Json
from evalhub.core.reading.json_text import parse_json

JSON_CELLS = ("messages", "criteria", "responses", "metadata", "pii")


def row_from_cells(row: Mapping[str, Json], *, where: str) -> dict[str, Json]:
    """Return ``row`` with its text cells read.

    An empty cell is absent; ``tags`` is a list between semicolons; ``source`` may be the
    kind alone; ``messages``, ``criteria``, ``responses``, ``metadata``, ``pii`` and a
    ``source``, ``context`` or ``rubrics`` that starts like one are JSON. Raise ``BadInput`` for
    bad JSON. A ``prompt`` is always text: prompts do start with "[" or "{", and one that was
    half parsed would be asked as something its author never wrote.
    """
    return {
        name: _value(name, value, where=f"{where}, field {name!r}")
        if isinstance(value, str)
        else value
        for name, value in row.items()
        if value != ""
    }


def _value(name: str, text: str, *, where: str) -> Json:
    if name == "tags":
        return [tag.strip() for tag in text.split(";") if tag.strip()]
    if name in JSON_CELLS or (
        name in {"source", "context", "rubrics"} and text.lstrip()[:1] in {"{", "["}
    ):
        return parse_json(text, where=where)
    return {"kind": text} if name == "source" else text
