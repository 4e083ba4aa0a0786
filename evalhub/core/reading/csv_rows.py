"""Read CSV with a header: commas, semicolons or tabs, double quotes, one record a row.

Spreadsheets write semicolons where a comma is the decimal sign, and a byte order mark before
UTF-8; both are read. What separates is decided by the header alone (``separator_of``).

Quotes are checked strictly. A record with the wrong number of cells is bad by itself; broken
quoting is not, since nobody can say where the next record starts, so it ends the reading.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from evalhub.core.reading.quoting import shown
from evalhub.core.reading.text import decode_text
from evalhub.errors import BadInput, Problem

MAX_FIELD_CHARACTERS = 2**20
MAX_COLUMNS = 500
"""More than any format read here has; checking the header takes the square of it."""
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_HEADER = re.compile(r'[\r\n]*((?:"[^"]*"|[^"\r\n]+)*)')
_QUOTED = re.compile(r'"[^"]*"')
CsvRow: TypeAlias = tuple[int, Mapping[str, str] | Problem]

# The limit belongs to the process; its default of 131,072 is less than a long message.
csv.field_size_limit(MAX_FIELD_CHARACTERS)


def read_csv(data: bytes, *, where: str) -> Iterator[CsvRow]:
    """Yield the line on which each record starts and its cells by column name.

    Raise ``BadInput`` for text that is not UTF-8, a missing, empty or repeated column name, a
    header that leaves open what separates, broken quoting and an oversized cell; yield a
    ``Problem`` for a ragged record.
    """
    records = _records(decode_csv(data, where=where), where=where)
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
    _, header = next(_records(decode_csv(data, where=where), where=where), (0, []))
    check_header(header, where=where)
    return header


def decode_csv(data: bytes, *, where: str) -> str:
    """Return ``data`` as text, without the byte order mark that spreadsheets put first."""
    return decode_text(data, where=where, may_have_mark=True)


def separator_of(text: str, *, where: str) -> str:
    """Return what separates the columns of ``text``: the one separator in its header.

    Outside quotes a header holds commas or semicolons or tabs, and that kind separates; one
    column needs none. Raise ``BadInput`` for a header that holds two kinds. Rows are never
    looked at: their texts hold all three, so a guess from them would turn with one answer.
    """
    match = _HEADER.match(text)
    outside = _QUOTED.sub("", match[1]) if match else ""
    found = [separator for separator in SEPARATORS if separator in outside]
    if len(found) > 1:
        kinds = " and ".join(SEPARATORS[separator] for separator in found)
        rule = "only one may separate columns; put the names that hold the other between quotes"
        raise BadInput.at(f"{where} header", f"holds {kinds} outside quotes; {rule}")
    return found[0] if found else ","


def _records(text: str, *, where: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with the line it starts on."""
    # Without newline="" Python turns the CR LF inside a quoted cell into LF before csv sees it.
    separator = separator_of(text, where=where)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
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
    if len(header) > MAX_COLUMNS:
        raise BadInput.at(at, f"has {len(header)} columns; the limit is {MAX_COLUMNS}")
    for position, name in enumerate(header, start=1):
        if not name.strip():
            raise BadInput.at(at, f"column {position} has no name")
        if name in header[: position - 1]:
            raise BadInput.at(at, f"the column {shown(name)} stands twice")
