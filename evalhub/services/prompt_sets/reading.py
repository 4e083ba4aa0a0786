"""Read an uploaded file of prompts; Parquet is unpacked in a process of its own."""

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO

from evalhub.core.canonical import Json
from evalhub.core.prompts.files import (
    FileFormat,
    PromptFile,
    format_of,
    read_prompt_file,
    read_prompt_rows,
)
from evalhub.core.prompts.imports import Say, say_nothing
from evalhub.core.prompts.limits import MAX_PROMPTS
from evalhub.core.prompts.options import ReadingOptions
from evalhub.core.reading.json_lines import read_json_lines
from evalhub.errors import BadInput, Problem
from evalhub.services.prompt_sets.parquet_child import MAX_ROW_BYTES

CHILD = "from evalhub.services.prompt_sets.parquet_child import main; main()"
UNREADABLE = "is corrupt, or unpacks to more than can be read"


def read_upload(
    data: bytes, *, filename: str, options: ReadingOptions, say: Say = say_nothing
) -> PromptFile:
    """Return what ``data`` holds; raise ``BadInput`` when the file cannot be read at all."""
    if format_of(filename) is not FileFormat.PARQUET:
        return read_prompt_file(data, filename=filename, options=options, say=say)
    rows = unpacked_rows(data, filename)
    return read_prompt_rows(rows, filename=filename, options=options, say=say)


def unpacked_rows(
    data: bytes, filename: str, *, program: str = CHILD
) -> "Iterator[tuple[int, Json | Problem]]":
    """Yield the rows of a Parquet file that a child process, running ``program``, unpacks.

    Raise ``BadInput`` when the file is refused or the child ends in any way but well.
    """
    command = [sys.executable, "-c", program, filename, str(MAX_PROMPTS)]
    # A file and not a pipe: the child reads it whole before it writes, and two pipes that wait
    # for each other would wait for ever.
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        with subprocess.Popen(  # noqa: S603 - the name is an argument, never a command
            command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as child:
            try:
                yield from _rows(child.stdout or io.BytesIO(), filename)
                child.wait()
            finally:
                child.kill()
    if child.returncode != 0:
        raise BadInput.at(filename, UNREADABLE)


def _rows(stream: IO[bytes], filename: str) -> "Iterator[tuple[int, Json | Problem]]":
    for _, line in read_json_lines(stream, where=filename, max_line_bytes=MAX_ROW_BYTES):
        match line:
            case [int(number), "row", row]:
                yield number, row
            case [int(number), "problem", str(where), str(rule)]:
                yield number, Problem(where, rule)
            case [0, "refused", str(where), str(rule)]:
                raise BadInput.at(where, rule)
            case _:
                # Cut short, because the child was stopped in the middle of a line.
                raise BadInput.at(filename, UNREADABLE)
