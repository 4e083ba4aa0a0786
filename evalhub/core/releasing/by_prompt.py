"""Bring the rows of several tables together prompt by prompt, in the memory of one prompt.

A build writes every table in the order of its prompts' ids, so tables are read side by side, and
whatever must hold between rows is asked of the rows of one prompt.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from typing import Any, TypeAlias, TypeVar

from evalhub.errors import BadInput

AnyRow: TypeAlias = Mapping[str, Any]
Source = TypeVar("Source", bound=Hashable)


def by_prompt(
    tables: Mapping[Source, Iterable[AnyRow]],
) -> Iterator[list[tuple[Source, AnyRow]]]:
    """Yield the rows of each prompt with the table they are from, those of a table in their order.

    Raise ``BadInput`` naming the table whose rows are not in the order of their prompts: what is
    said of a prompt could then not be known to be all.
    """
    # By number and not by name, so that tables of any kind can be told apart in one order.
    named = list(tables.items())
    streams = [_in_order(rows, number, source) for number, (source, rows) in enumerate(named)]
    together = merge(*streams, key=lambda item: item[:2])
    for _, items in groupby(together, key=lambda item: item[0]):
        yield [(named[number][0], row) for _, number, row in items]


def _in_order(
    rows: Iterable[AnyRow], number: int, source: Hashable
) -> Iterator[tuple[str, int, AnyRow]]:
    last = ""
    for row in rows:
        prompt = row["prompt_id"]
        if prompt < last:
            raise BadInput.at(str(source), f"prompt {prompt!r} stands after {last!r}")
        last = prompt
        yield prompt, number, row
