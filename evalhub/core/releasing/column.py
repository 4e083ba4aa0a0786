"""Hold a column twice, as Arrow and as JSON text, and put off copying until somebody writes it.

A response stands in the rows of several pairs and of a dozen tables. What rows are made of are the
few texts and the places of each; the copies, a hundred times as large, are made by what writes the
files, which may be another process.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Places: TypeAlias = npt.NDArray[np.int64]
"""Which rows of a column to take, in the order wanted."""


class Column(ABC):
    """Hold one column: ``values`` for Parquet, and the JSON text of each for lines."""

    __slots__ = ()

    @property
    @abstractmethod
    def values(self) -> pa.Array:
        """Return the values."""

    @property
    @abstractmethod
    def json(self) -> pa.Array:
        """Return the JSON text of each value."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of values."""

    @abstractmethod
    def take(self, places: Places) -> "Column":
        """Return the values at ``places``."""

    @abstractmethod
    def slice(self, start: int, length: int) -> "Column":
        """Return ``length`` values from ``start`` on, without copying any."""

    @abstractmethod
    def made(self) -> "Made":
        """Return the same with nothing left to copy, for whoever asks more than once."""

    @abstractmethod
    def kept(self) -> "Column":
        """Return the same in about the room that its own values take, for whoever waits."""


@dataclass(frozen=True, slots=True, eq=False)
class Made(Column):
    """Hold a column that is there."""

    values: pa.Array
    json: pa.Array

    def __len__(self) -> int:
        return len(self.values)

    def take(self, places: Places) -> "Column":
        """Return the values at ``places``, which are copied when they are asked for."""
        return Taken(self, places)

    def slice(self, start: int, length: int) -> "Column":
        """Return ``length`` values from ``start`` on, without copying any."""
        return Made(self.values.slice(start, length), self.json.slice(start, length))

    def made(self) -> "Made":
        """Return this."""
        return self

    def kept(self) -> Column:
        """Return this."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class Taken(Column):
    """Hold the values of another column at some places."""

    source: Made
    places: Places

    @property
    def values(self) -> pa.Array:
        """Return the values."""
        return self.source.values.take(pa.array(self.places))

    @property
    def json(self) -> pa.Array:
        """Return the JSON text of each value."""
        return self.source.json.take(pa.array(self.places))

    def __len__(self) -> int:
        return len(self.places)

    def take(self, places: Places) -> Column:
        """Return the values at ``places``."""
        return Taken(self.source, self.places[places])

    def slice(self, start: int, length: int) -> Column:
        """Return ``length`` values from ``start`` on."""
        return Taken(self.source, self.places[start : start + length])

    def made(self) -> Made:
        """Return a copy of the values."""
        return Made(self.values, self.json)

    def kept(self) -> Column:
        """Return a copy where the source holds more: one value of it keeps all of it alive."""
        return self.made() if len(self.places) < len(self.source) else self


@dataclass(frozen=True, slots=True, eq=False)
class Derived(Column):
    """Hold what ``make`` makes of the values of some columns, row by row."""

    sources: tuple[Column, ...]
    make: Callable[..., Made]

    @property
    def values(self) -> pa.Array:
        """Return the values."""
        return self.made().values

    @property
    def json(self) -> pa.Array:
        """Return the JSON text of each value."""
        return self.made().json

    def __len__(self) -> int:
        return len(self.sources[0])

    def take(self, places: Places) -> Column:
        """Return what is made of the values at ``places``."""
        return Derived(tuple(one.take(places) for one in self.sources), self.make)

    def slice(self, start: int, length: int) -> Column:
        """Return what is made of ``length`` values from ``start`` on."""
        return Derived(tuple(one.slice(start, length) for one in self.sources), self.make)

    def made(self) -> Made:
        """Return what is made of the values."""
        return self.make(*(one.made() for one in self.sources))

    def kept(self) -> Column:
        """Return what is made of the same values, without those that it is not made of."""
        return Derived(tuple(one.kept() for one in self.sources), self.make)


def concatenated(columns: Sequence[Column]) -> Made:
    """Return the values of all ``columns``, which are of one type, as one column."""
    if len(columns) == 1:
        return columns[0].made()
    derived = [one for one in columns if isinstance(one, Derived)]
    if len(derived) == len(columns) and len({one.make for one in derived}) == 1:
        parts = zip(*(one.sources for one in derived), strict=True)
        return derived[0].make(*map(concatenated, parts))
    taken = [one for one in columns if isinstance(one, Taken)]
    if len(taken) < len(columns):
        made = [one.made() for one in columns]
        return Made(
            pa.concat_arrays([one.values for one in made]),
            pa.concat_arrays([one.json for one in made]),
        )
    # What they were taken from is put together first: copied are those few values, and then the
    # rows, but not the rows of each column before those of all.
    source = concatenated([one.source for one in taken])
    starts = np.cumsum([0, *(len(one.source) for one in taken[:-1])])
    places = [start + one.places for start, one in zip(starts, taken, strict=True)]
    return Taken(source, np.concatenate(places)).made()
