"""Read CSV with a header: comma, double quotes, one record a row.

Quotes are checked strictly. A record with the wrong number of cells is bad by itself; broken
quoting is not, since nobody can say where the next record starts, so it ends the reading.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from evalhub.core.reading.quoting import shown
from evalhub.core.reading.text import decode_text
from evalhub.errors import BadInput, Problem

MAX_FIELD_CHARACTERS = 2**20
MAX_COLUMNS = 500
"""More than any format read here has; checking the header takes the square of it."""
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs"}
"""What spreadsheets write where a comma is the decimal sign, or as their own format.

A header of one column that holds one of them would make every row of the file fail, each for
a reason that does not name the cause.
"""
CsvRow: TypeAlias = tuple[int, Mapping[str, str] | Problem]

# The limit belongs to the process; its default of 131,072 is less than a long message.
csv.field_size_limit(MAX_FIELD_CHARACTERS)


def read_csv(data: bytes, *, where: str) -> Iterator[CsvRow]:
    """Yield the line on which each record starts and its cells by column name.

    Raise ``BadInput`` for text that is not UTF-8, a missing, empty or repeated column name,
    broken quoting and an oversized cell; yield a ``Problem`` for a ragged record.
    """
    records = _records(decode_text(data, where=where), where=where)
    _, header = next(records, (0, []))
    check_header(header, where=where)
    for line, cells in records:
        if len(cells) == len(header):
            yield line, dict(zip(header, cells, strict=True))
        else:
            rule = f"has {len(cells)} cells where the header has {len(header)}"
            yield line, Problem(f"{where} line {line}", rule)


def read_csv_header(data: bytes, *, where: str) -> list[str]:
    """Return the column names; the errors are those of ``read_csv``."""
    _, header = next(_records(decode_text(data, where=where), where=where), (0, []))
    check_header(header, where=where)
    return header


def _records(text: str, *, where: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with the line it starts on."""
    # Without newline="" Python turns the CR LF inside a quoted cell into LF before csv sees it.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        # A record may span lines, and after reading one the counter stands at its last line;
        # people look for the first.
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInput.at(f"{where} line {line}", _rule(str(error))) from error
        if cells:
            yield line, cells


def _rule(message: str) -> str:
    if message.startswith("field larger"):
        return f"has a cell longer than {MAX_FIELD_CHARACTERS:,} characters"
    if message.startswith("unexpected end"):
        return "opens a quote that is never closed"
    return f"is not CSV: {message}"


def check_header(header: list[str], *, where: str) -> None:
    """Raise ``BadInput`` for a header that is missing or too wide, or for a bad name in it."""
    at = f"{where} header"
    if not header:
        raise BadInput.at(where, "has no header line")
    for separator, name in OTHER_SEPARATORS.items():
        if len(header) == 1 and separator in header[0]:
            rule = f"separates its columns with {name}; save the file with commas instead"
            raise BadInput.at(at, rule)
    if len(header) > MAX_COLUMNS:
        raise BadInput.at(at, f"has {len(header)} columns; the limit is {MAX_COLUMNS}")
    for position, name in enumerate(header, start=1):
        if not name.strip():
            raise BadInput.at(at, f"column {position} has no name")
        if name in header[: position - 1]:
            raise BadInput.at(at, f"the column {shown(name)} stands twice")
