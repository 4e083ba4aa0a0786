"""Ask for many rows by their ids without asking for more than a database takes."""

from collections.abc import Iterable, Iterator, Sequence

CHUNK = 500
"""Ids in one statement: SQLite takes a bounded number of values, 999 in older builds."""


def chunks(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    """Return the distinct ``ids`` in order, at most ``CHUNK`` at a time.

    Each once: an id in two chunks would bring its rows twice.
    """
    ordered = sorted(set(ids))
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
