"""Read judgments from the bytes of a file: CSV, JSON lines or Parquet.

Whatever is wrong is named by file, line and column. A million rows take seconds: CSV that needs
no care and JSON lines without corners are read whole by Arrow, and only a file that breaks a rule,
or that has quotes, escapes or blank lines, is read again line by line to say where.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pa_csv

from evalhub.core.canonical import Json
from evalhub.core.deferred import Deferred
from evalhub.core.reading.csv_rows import (
    check_header,
    decode_csv,
    read_csv,
    read_csv_header,
    separator_of,
)
from evalhub.core.reading.json_lines import read_json_lines
from evalhub.core.reading.parquet import read_parquet_columns
from evalhub.core.reading.quoting import kind_of, shown
from evalhub.core.reading.text import UTF8_MARK
from evalhub.core.scoring.reading.columns import KNOWN
from evalhub.core.scoring.reading.encoding import EncodedJudgments, encode_judgments
from evalhub.core.scoring.reading.json_quickly import read_json_quickly
from evalhub.errors import BadInput, Problem

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = Deferred("pandas")

MAX_PROBLEMS = 20
# Blank lines, lone carriage returns and quotes are where two readers of CSV could differ.
_NEEDS_CARE = re.compile(rb'"|\r(?!\n)|\n\r?\n|\A\r?\n')


@dataclass(frozen=True, slots=True, eq=False)
class JudgmentFile:
    """Hold the columns of a file that scoring knows, and how to name its rows for people."""

    where: str
    table: pd.DataFrame
    place: Callable[[int], str]

    def encoded(self, *, has_texts: bool = False) -> EncodedJudgments:
        """Return the judgments as codes; raise ``BadInput`` naming file, line, column and rule."""
        return encode_judgments(self.table, place=self.place, where=self.where, has_texts=has_texts)


def read_judgments(data: bytes, *, name: str) -> JudgmentFile:
    """Read the file ``name`` by its ending: ``.csv``, ``.jsonl`` or ``.parquet``.

    Raise ``BadInput`` for another ending and for what its reader refuses.
    """
    where = PurePath(name).name
    reader = _READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        endings = ", ".join(sorted(_READERS))
        raise BadInput.at(where, f"does not end in one of {endings}")
    return reader(data, where)


def read_judgments_csv(data: bytes, where: str) -> JudgmentFile:
    """Read CSV with a header."""
    if data.removeprefix(UTF8_MARK).strip() and _NEEDS_CARE.search(data) is None:
        found = _read_plain_csv(data, where)
        if found is not None:
            return found
    header = read_csv_header(data, where=where)
    return _by_line(read_csv(data, where=where), where, header=header)


def _read_plain_csv(data: bytes, where: str) -> JudgmentFile | None:
    """Return CSV without quotes, every cell as text; None where Arrow finds it ragged."""
    text = decode_csv(data, where=where)
    separator = separator_of(text, where=where)
    header = text.partition("\n")[0].rstrip("\r").split(separator)
    check_header(header, where=where)
    wanted = [name for name in header if name in KNOWN]
    convert = pa_csv.ConvertOptions(
        include_columns=wanted,
        column_types=dict.fromkeys(wanted, pa.string()),
        strings_can_be_null=False,
        quoted_strings_can_be_null=False,
    )
    parse = pa_csv.ParseOptions(delimiter=separator, quote_char=False)
    if not wanted:
        return None
    try:
        rows = pa.BufferReader(data.removeprefix(UTF8_MARK))
        table = pa_csv.read_csv(rows, parse_options=parse, convert_options=convert)
    except pa.ArrowInvalid:
        return None
    # The header is line 1, and no line is blank, so a row stands one line below its number.
    return JudgmentFile(where, table.to_pandas(), lambda row: f"{where} line {row + 1}")


def read_judgments_json_lines(data: bytes, where: str) -> JudgmentFile:
    """Read one JSON object a line; a key that a line lacks is missing in its row."""
    table = read_json_quickly(data, where)
    if table is not None:
        return JudgmentFile(where, table, lambda row: f"{where} line {row}")
    return _by_line(read_json_lines(data, where=where), where)


def read_judgments_parquet(data: bytes, where: str) -> JudgmentFile:
    """Read the columns of a Parquet file; its rows are counted from 1."""
    table = read_parquet_columns(data, where=where, columns=KNOWN)
    return JudgmentFile(where, table, lambda row: f"{where} row {row}")


_READERS: dict[str, Callable[[bytes, str], JudgmentFile]] = {
    ".csv": read_judgments_csv,
    ".jsonl": read_judgments_json_lines,
    ".parquet": read_judgments_parquet,
}


def _by_line(
    rows: Iterable[tuple[int, "Mapping[str, Json] | Json | Problem"]],
    where: str,
    *,
    header: Iterable[str] = (),
) -> JudgmentFile:
    """Gather rows into columns, with the line of each; refuse rows that are bad by themselves."""
    lines: list[int] = []
    columns: dict[str, list[Json]] = {name: [] for name in header if name in KNOWN}
    problems: list[Problem] = []
    for line, row in rows:
        if isinstance(row, dict):
            _append(columns, row, len(lines))
            lines.append(line)
        elif len(problems) < MAX_PROBLEMS:
            problems.append(_problem(row, f"{where} line {line}"))
    if problems:
        raise BadInput(problems)
    for cells in columns.values():
        cells.extend([None] * (len(lines) - len(cells)))
    table = pd.DataFrame(
        {name: pd.Series(cells, dtype="object") for name, cells in columns.items()}
    )
    return JudgmentFile(where, table, lambda row: f"{where} line {lines[row - 1]}")


def _append(columns: dict[str, list[Json]], row: Mapping[str, Json], n_before: int) -> None:
    for name, value in row.items():
        if name in KNOWN:
            cells = columns.setdefault(name, [])
            if len(cells) < n_before:
                cells.extend([None] * (n_before - len(cells)))
            cells.append(value)


def _problem(row: "Mapping[str, Json] | Json | Problem", at: str) -> Problem:
    if isinstance(row, Problem):
        return row
    said = shown(row) if isinstance(row, str) else kind_of(row)
    return Problem(at, f"holds {said} where an object is needed")
