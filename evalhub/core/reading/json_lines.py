"""Read JSON lines: one JSON value a line, each line good or bad by itself."""

import io
from collections.abc import Iterator
from typing import IO

from evalhub.core.canonical import Json
from evalhub.core.reading.json_text import parse_json
from evalhub.core.reading.rows import NumberedRow, first_problem
from evalhub.core.reading.text import decode_text, refuse_byte_order_mark
from evalhub.errors import BadInput, Problem

MAX_LINE_BYTES = 2**20
"""A prompt with all it may hold comes to less; a longer line is most often a JSON list."""
MAX_LINES = 5_000_000
"""Blank lines count too: a file of nothing else would keep a worker busy for its whole size."""
CHUNK_BYTES = 2**16


def read_json_lines(
    source: bytes | IO[bytes],
    *,
    where: str,
    max_line_bytes: int = MAX_LINE_BYTES,
    max_lines: int = MAX_LINES,
) -> Iterator[NumberedRow]:
    """Yield each line's number and its value, or the ``Problem`` that makes it unreadable.

    Blank lines are passed over. A line longer than ``max_line_bytes`` is skipped in small
    chunks, so that its length costs no memory. Raise ``BadInput`` for a byte order mark at
    the start and for more than ``max_lines`` lines.
    """
    stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source
    number = 0
    # Two bytes more than allowed, so that the longest good line still ends in its CR LF here.
    while line := stream.readline(max_line_bytes + 2):
        number += 1
        if number == 1:
            refuse_byte_order_mark(line, where=where)
        if number > max_lines:
            raise BadInput.at(where, f"has more than {max_lines:,} lines")
        at = f"{where} line {number}"
        # One line end only: stripping every CR would make a cut line look short and whole,
        # and the rest of it would be read as the next line.
        content = line.removesuffix(b"\n").removesuffix(b"\r")
        if len(content) > max_line_bytes:
            _skip_rest(stream, line)
            yield number, Problem(at, f"is longer than {max_line_bytes:,} bytes")
        elif content.strip():
            yield number, _parsed(content, where=at)


def _skip_rest(stream: IO[bytes], line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = stream.readline(CHUNK_BYTES)


def _parsed(content: bytes, *, where: str) -> "Json | Problem":
    try:
        return parse_json(decode_text(content, where=where), where=where)
    except BadInput as error:
        return first_problem(error)
