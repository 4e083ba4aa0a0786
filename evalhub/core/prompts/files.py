"""Read a whole file of prompts: every row becomes a prompt or a stated reason."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from evalhub.core.canonical import Json
from evalhub.core.prompts.cells import row_from_cells
from evalhub.core.prompts.imports import ImportStage, Say, say_nothing
from evalhub.core.prompts.limits import MAX_LINES, MAX_PROMPTS
from evalhub.core.prompts.options import ReadingOptions
from evalhub.core.prompts.parsing import prompt_from_row
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.shapes import shape_of, to_native
from evalhub.core.prompts.vocabulary import Shape
from evalhub.core.reading.csv_rows import read_csv
from evalhub.core.reading.json_lines import read_json_lines
from evalhub.core.reading.json_text import parse_json
from evalhub.core.reading.parquet import ParquetLimits, read_parquet
from evalhub.core.reading.quoting import kind_of, shown
from evalhub.core.reading.rows import NumberedRow
from evalhub.core.reading.text import decode_text
from evalhub.errors import BadInput, Problem


class FileFormat(StrEnum):
    """How a file of prompts is written; the value is its usual ending."""

    JSON_LINES = "jsonl"
    """One JSON object a line."""
    JSON = "json"
    """One JSON list of objects."""
    CSV = "csv"
    """Comma-separated with a header."""
    PARQUET = "parquet"
    """Parquet, a column a field."""


MAX_REASONS = 20
"""Reasons that are kept of one bad row; whoever mends these sees the others at the next try."""

FORMAT_BY_ENDING = {"ndjson": FileFormat.JSON_LINES} | {kind.value: kind for kind in FileFormat}


@dataclass(frozen=True, slots=True)
class PlacedPrompt:
    """A good row: its line (or row) number in the file and the prompt it holds.

    ``file`` is named only where a set has several.
    """

    line: int
    prompt: Prompt
    file: str = ""

    @property
    def place(self) -> str:
        """Return where the row stands, such as ``12`` or ``data/test.jsonl 12``."""
        return f"{self.file} {self.line}".lstrip()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A bad row: its line (or row) number, every reason, and the file where there are several."""

    line: int
    reasons: tuple[str, ...]
    file: str = ""

    @property
    def place(self) -> str:
        """Return where the row stands, such as ``12`` or ``data/test.jsonl 12``."""
        return f"{self.file} {self.line}".lstrip()


@dataclass(frozen=True, slots=True)
class PromptFile:
    """What a file of prompts came to, in the order of the file."""

    filename: str
    format: FileFormat
    good: tuple[PlacedPrompt, ...]
    bad: tuple[BadRow, ...]
    shapes: tuple[Shape, ...]

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Return the prompts of the good rows."""
        return tuple(placed.prompt for placed in self.good)


def format_of(filename: str) -> FileFormat:
    """Return the format that the ending of ``filename`` names; raise ``BadInput``."""
    ending = filename.rpartition(".")[2].lower()
    if ending not in FORMAT_BY_ENDING:
        endings = ", ".join(f".{name}" for name in sorted(FORMAT_BY_ENDING))
        raise BadInput.at(shown(filename), f"is none of the formats read here: {endings}")
    return FORMAT_BY_ENDING[ending]


def format_of_pasted(text: str) -> FileFormat:
    """Return the format that pasted text looks like: JSON list, JSON lines, else CSV."""
    start = text.lstrip()[:1]
    return {"{": FileFormat.JSON_LINES, "[": FileFormat.JSON}.get(start, FileFormat.CSV)


def read_prompt_file(
    data: bytes, *, filename: str, options: ReadingOptions, say: Say = say_nothing
) -> PromptFile:
    """Read every row of ``data``, whose format the ending of ``filename`` names.

    Raise ``BadInput`` when the file as a whole cannot be read, holds no row, or holds more
    than ``MAX_PROMPTS``. Bad rows and repeated ids are reported, not raised.
    """
    rows = _rows(data, format_of(filename), where=filename)
    return read_prompt_rows(rows, filename=filename, options=options, say=say)


def read_prompt_rows(
    rows: "Iterable[tuple[int, Json | Problem]]",
    *,
    filename: str,
    options: ReadingOptions,
    say: Say = say_nothing,
) -> PromptFile:
    """Make prompts of numbered rows that a reader found in ``filename``; raise as above."""
    kind = format_of(filename)
    good: list[PlacedPrompt] = []
    bad: list[BadRow] = []
    shapes: set[Shape] = set()
    line_by_id: dict[str, int] = {}
    for line, row in rows:
        # Bad rows count too, or a file of nothing else would be read to its end.
        if len(good) + len(bad) == MAX_PROMPTS:
            raise BadInput.at(filename, f"holds more than {MAX_PROMPTS:,} rows; split it")
        say(ImportStage.READING, len(good) + len(bad))
        place = f"{filename} {unit_of(kind)} {line}"
        try:
            prompt, shape = _prompt(row, kind, options, where=place)
            _refuse_repeated(prompt, line_by_id, unit=unit_of(kind))
        except BadInput as error:
            bad.append(BadRow(line, _reasons(error, place)))
            continue
        line_by_id[prompt.id] = line
        shapes.add(shape)
        good.append(PlacedPrompt(line, prompt))
    if not good and not bad:
        raise BadInput.at(filename, "holds no rows")
    return PromptFile(filename, kind, tuple(good), tuple(bad), tuple(sorted(shapes)))


def _rows(data: bytes, kind: FileFormat, *, where: str) -> "Iterator[tuple[int, Json | Problem]]":
    if kind is FileFormat.PARQUET:
        return read_parquet(data, where=where, limits=ParquetLimits(max_rows=MAX_PROMPTS))
    if kind is FileFormat.CSV:
        return read_csv(data, where=where)
    if kind is FileFormat.JSON:
        return _listed(data, where=where)
    return read_json_lines(data, where=where, max_lines=MAX_LINES)


def _listed(data: bytes, *, where: str) -> Iterator[NumberedRow]:
    rows = parse_json(decode_text(data, where=where), where=where)
    if not isinstance(rows, list):
        raise BadInput.at(where, f"must be a list of objects, not {kind_of(rows)}")
    yield from enumerate(rows, start=1)


def unit_of(kind: FileFormat) -> str:
    """Return what a row is counted by in a file of this format: its line, or its row."""
    return "line" if kind in {FileFormat.JSON_LINES, FileFormat.CSV} else "row"


def _prompt(
    row: "Json | Problem", kind: FileFormat, options: ReadingOptions, *, where: str
) -> tuple[Prompt, Shape]:
    if isinstance(row, Problem):
        raise BadInput([row])
    if not isinstance(row, Mapping):
        raise BadInput.at(where, f"must be an object, not {kind_of(row)}")
    named = options.apply(row, where=where)
    if kind in {FileFormat.CSV, FileFormat.PARQUET}:
        named = row_from_cells(named, where=where)
    native = options.finish(to_native(named))
    return prompt_from_row(native, where=where), shape_of(named)


def _refuse_repeated(prompt: Prompt, line_by_id: Mapping[str, int], *, unit: str) -> None:
    line = line_by_id.get(prompt.id)
    if line is not None:
        raise BadInput.at("", f"field 'id': {shown(prompt.id)} already stands on {unit} {line}")


def _reasons(error: BadInput, place: str) -> tuple[str, ...]:
    """Return the rules of ``error`` without the file and line, which stand beside them.

    Cut after ``MAX_REASONS``: every bad row is kept until the whole file was read, and one
    row can break a rule in each of thousands of places.
    """
    rules = [str(problem).removeprefix(place).lstrip(":, ") for problem in error.problems]
    n_more = len(rules) - MAX_REASONS
    return (*rules[:MAX_REASONS], *([f"and {n_more:,} more"] if n_more > 0 else []))
