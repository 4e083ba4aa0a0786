"""What takes the rows of tables as they are made: the files of a release, or somebody between."""

from dataclasses import dataclass, field
from typing import Protocol

from evalhub.core.releasing.columns import Columns
from evalhub.core.releasing.files import Parts
from evalhub.core.releasing.vocabulary import Split


class RowSink(Protocol):
    """What takes the rows of tables as they are made."""

    def add(self, parts: Parts, split: Split, columns: Columns) -> None:
        """Take the columns that each of ``parts`` has; a table is in one such group."""


@dataclass(slots=True)
class HeldRows:
    """Hold rows as they were made, for whoever writes them to say when and where.

    They are not encoded: where a row group or a file ends depends on the rows before.
    """

    held: list[tuple[Parts, Split, Columns]] = field(default_factory=list)

    def add(self, parts: Parts, split: Split, columns: Columns) -> None:
        """Keep the columns."""
        self.held.append((parts, split, columns))

    def pass_on(self, sink: RowSink) -> None:
        """Give everything to ``sink`` in the order in which it came."""
        for parts, split, columns in self.held:
            sink.add(parts, split, columns)
