"""Turn Parquet into JSON lines inside a process of its own, within hard limits.

The library that reads Parquet can be made to end its process or to ask for memory without
end by a file that lies. Here it can take down nobody but this child, which the system stops
at ``MEMORY_BYTES`` and ``CPU_S``. Each line out is ``[number, "row", {…}]`` or
``[number, "problem", where, rule]``; a file that is refused ends with ``[0, "refused", …]``.
"""

import resource
import sys
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.reading.parquet import ParquetLimits, read_parquet
from evalhub.errors import BadInput, Problem

MEMORY_BYTES = 4 * 2**30
"""Address space, not memory in use: Arrow reserves far more than it touches."""
CPU_S = 120
MAX_ROW_BYTES = 2**23
"""Bytes of one line out; the parent reads no longer ones, so a larger row is told as a problem."""


def main() -> None:
    """Convert standard input to standard output; the arguments are a name and a row limit."""
    confine()
    _, where, max_rows = sys.argv
    convert(sys.stdin.buffer, sys.stdout.buffer, where=where, max_rows=int(max_rows))


def confine() -> None:
    """Bound what this process may use; memory limits must stand before the file is read."""
    for kind, limit in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_S)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def convert(source: BinaryIO, target: BinaryIO, *, where: str, max_rows: int) -> None:
    """Write every row of the Parquet file in ``source`` as a line of JSON."""
    lines = _lines(source.read(), where=where, max_rows=max_rows)
    target.writelines(_written(line, where=where) + b"\n" for line in lines)


def _written(line: "Sequence[Json]", *, where: str) -> bytes:
    written = canonical_json(line).encode()
    if len(written) <= MAX_ROW_BYTES:
        return written
    number, rule = line[0], f"is larger than {MAX_ROW_BYTES:,} bytes"
    return canonical_json([number, "problem", f"{where} row {number}", rule]).encode()


def _lines(data: bytes, *, where: str, max_rows: int) -> "Iterator[Sequence[Json]]":
    try:
        for number, row in read_parquet(data, where=where, limits=ParquetLimits(max_rows=max_rows)):
            if isinstance(row, Problem):
                yield [number, "problem", row.where, row.rule]
            else:
                yield [number, "row", row]
    except BadInput as error:
        problem = error.problems[0]
        yield [0, "refused", problem.where, problem.rule]
