"""Quote what somebody sent inside a message, short enough to read."""

from evalhub.core.canonical import Json

MAX_SHOWN = 60
"""Characters of a value in a message: a page of problems stays readable, and a log line short."""


def shown(value: Json) -> str:
    """Return ``value`` as it may stand in a message: quoted, on one line, cut when long."""
    # A list or object is named, never printed: it may be as large as the file.
    if not isinstance(value, str):
        return kind_of(value) if isinstance(value, (list, dict)) else repr(value)
    cut = value if len(value) <= MAX_SHOWN else value[:MAX_SHOWN] + "…"
    return repr(cut)


def kind_of(value: Json) -> str:
    """Name the JSON kind of ``value`` for people: ``a list``, ``text``, ``null``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "an object" if isinstance(value, dict) else "a list"
