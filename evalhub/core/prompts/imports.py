"""Name what the import of a prompt set is at; see ``evalhub.core.queued_work`` for its life."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

AT_ONCE_BYTES = 2**20
"""What is read, and what is frozen, while its sender waits: about a second's work.

A larger file is handed to a worker. Read in a request it would hold one of the server's threads
for minutes, longer than proxies wait, and nobody could stop it.
"""

PACKED_AT_ONCE_BYTES = 2**14
"""The same for Parquet, which packs its rows.

Rows that are much alike take six bytes each, so that a file of 100 kB may hold 20,000 of them: the
better part of a minute. What it holds is only known to the process that unpacks it.
"""


class ImportStage(StrEnum):
    """What a running import is at, in this order."""

    READING = "reading"
    """Making prompts of the rows of the file."""
    COMPARING = "comparing"
    """Looking for rows that repeat others, for the report."""
    PREPARING = "preparing"
    """Writing the rows as they will be stored, and hashing them."""
    FREEZING = "freezing"
    """Storing the version; it is there whole or not at all."""


Say: TypeAlias = Callable[[ImportStage, int], None]
"""Hear of a stage and how many rows are done in it; it may raise to stop."""


def say_nothing(_stage: ImportStage, _n_done: int) -> None:
    """Hear of a stage and do nothing about it."""
