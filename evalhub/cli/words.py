"""Lay out printed lines."""

from collections.abc import Iterable, Sequence


def table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the rows as lines whose columns stand under each other, two spaces apart.

    The last column is as long as it is, so that it may hold anything.
    """
    listed = [list(row) for row in rows]
    # Counted in characters: a name in wide letters stands a little out of line, and nothing is
    # cut.
    widths = [max(map(len, column)) for column in zip(*listed, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in listed
    ]
