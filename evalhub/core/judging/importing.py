"""Read judgments made elsewhere from CSV or JSON lines, strictly.

Each row names a prompt, the model on each side, an annotator and a choice. Left is A and right
is B. Columns that are not asked for are passed over, since files from elsewhere carry their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from evalhub.core.canonical import Json
from evalhub.core.free_words import is_clean
from evalhub.core.judging.answers import Choice
from evalhub.core.reading.csv_rows import read_csv
from evalhub.core.reading.json_lines import read_json_lines
from evalhub.core.reading.quoting import kind_of, shown
from evalhub.core.reading.rows import NumberedRow
from evalhub.errors import BadInput, Problem

MAX_KEY = 200
MAX_WHY = 10_000
MAX_PROBLEMS = 500
"""A file with the wrong columns breaks a rule on every line; nobody reads them all."""
EXTREME = 3
CONFIDENCES = (1, 2, 3)

WORDS: Mapping[str, Choice] = {
    **{choice.value: choice for choice in Choice},
    "left": Choice.A,
    "right": Choice.B,
    "model_a": Choice.A,
    "model_b": Choice.B,
    "response_a": Choice.A,
    "response_b": Choice.B,
    "both good": Choice.BOTH_GOOD,
    "bothgood": Choice.BOTH_GOOD,
    "both bad": Choice.BOTH_BAD,
    "bothbad": Choice.BOTH_BAD,
    "tie (bothbad)": Choice.BOTH_BAD,
    "cannot judge": Choice.CANNOT_JUDGE,
}
"""What a choice may be called in a file."""


@dataclass(frozen=True, slots=True)
class ImportColumns:
    """Name the column that holds each part; the optional ones may be absent from a file."""

    prompt: str = "prompt_id"
    left: str = "model_left"
    right: str = "model_right"
    annotator: str = "annotator_id"
    choice: str = "choice"
    preference: str = "preference"
    confidence: str = "confidence"
    why: str = "why"


REQUIRED = ("prompt", "left", "right", "annotator", "choice")


@dataclass(frozen=True, slots=True)
class ImportedJudgment:
    """Hold one row: who chose what between which models, on which line.

    ``preference`` is -3…3, negative when the left one is better, or None where the file
    gives no grade.
    """

    line: int
    prompt: str
    left: str
    right: str
    annotator: str
    choice: Choice
    preference: int | None = None
    confidence: int | None = None
    why: str = ""


def parse_columns(text: str) -> ImportColumns:
    """Return the columns named in ``part=column,part=column``; the rest keep their defaults.

    Raise ``BadInput`` for a part that does not exist or is named twice.
    """
    known = {field.name for field in fields(ImportColumns)}
    named: dict[str, str] = {}
    for item in filter(None, (piece.strip() for piece in text.split(","))):
        part, _, column = (piece.strip() for piece in item.partition("="))
        if part not in known or not column:
            raise BadInput.at(
                "columns", f"{shown(item)} is not one of {', '.join(sorted(known))}=NAME"
            )
        if part in named:
            raise BadInput.at("columns", f"{part} is named twice")
        named[part] = column
    return ImportColumns(**named)


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """Hold the sound rows of a file and what is wrong with the others."""

    rows: tuple[ImportedJudgment, ...]
    problems: tuple[Problem, ...]


def scan_judgments(
    data: bytes, *, filename: str, columns: ImportColumns, annotator: str = ""
) -> ScannedFile:
    """Return every sound row of the file, and the line and the rule of each that is not.

    Reading goes on behind a bad row, so that whoever made the file learns everything at once,
    up to 500 problems. ``annotator`` names the one who made all of the judgments, for a file
    without a column that says so, such as that of a judge that is a model. Raise ``BadInput``
    for what concerns the file as a whole: no rows, an unknown format, or a column that is
    missing, which would make every row bad.
    """
    if annotator and not (1 <= len(annotator.strip()) <= MAX_KEY and annotator.isprintable()):
        raise BadInput.at("annotator", f"needs text of 1 to {MAX_KEY} printable characters")
    problems: list[Problem] = []
    rows: list[ImportedJudgment] = []
    for line, row in _rows(data, filename, columns, has_annotator=bool(annotator)):
        where = f"{filename} line {line}"
        try:
            rows.append(_judgment(row, columns, line=line, where=where, only=annotator.strip()))
        except BadInput as error:
            problems.extend(error.problems)
        if len(problems) >= MAX_PROBLEMS:
            break
    problems.extend(_repeated(rows, filename))
    if not rows and not problems:
        raise BadInput.at(filename, "holds no judgments")
    return ScannedFile(tuple(rows), tuple(problems[:MAX_PROBLEMS]))


def _rows(
    data: bytes, filename: str, columns: ImportColumns, *, has_annotator: bool
) -> Iterator[NumberedRow]:
    ending = filename.rpartition(".")[2].lower()
    if ending == "csv":
        for number, (line, row) in enumerate(read_csv(data, where=filename)):
            if number == 0 and isinstance(row, Mapping):
                _check_columns(row, columns, filename, has_annotator=has_annotator)
            yield line, row
    elif ending in {"jsonl", "ndjson"}:
        yield from read_json_lines(data, where=filename)
    else:
        raise BadInput.at(shown(filename), "must end in .csv or .jsonl")


def _check_columns(
    row: Mapping[str, str], columns: ImportColumns, filename: str, *, has_annotator: bool
) -> None:
    """Raise ``BadInput`` for columns that the header lacks, once and not once a row."""
    needed = [part for part in REQUIRED if not (has_annotator and part == "annotator")]
    missing = [name for part in needed if (name := getattr(columns, part)) not in row]
    if missing:
        has = ", ".join(shown(name) for name in row)
        lacks = ", ".join(shown(name) for name in missing)
        noun = "column" if len(missing) == 1 else "columns"
        raise BadInput.at(
            f"{filename} header",
            f"no {noun} {lacks}; the file has {has}. Say what they are called here with --columns",
        )


def _judgment(
    row: "Json | Problem", columns: ImportColumns, *, line: int, where: str, only: str
) -> ImportedJudgment:
    if isinstance(row, Problem):
        raise BadInput([row])
    if not isinstance(row, Mapping):
        raise BadInput.at(where, f"is {kind_of(row)}, not an object")
    cells = _Cells(row, columns, where)
    problems: list[Problem] = []
    keys = {part: cells.key(part, problems) for part in ("prompt", "left", "right")}
    keys["annotator"] = cells.annotator(only, problems)
    choice = cells.choice(problems)
    preference = cells.whole("preference", range(-EXTREME, EXTREME + 1), problems)
    confidence = cells.whole("confidence", CONFIDENCES, problems)
    why = cells.why(problems)
    if keys["left"] and keys["left"] == keys["right"]:
        problems.append(Problem(where, f"compares {shown(keys['left'])} with itself"))
    if choice and preference is not None and not _agree(choice, preference):
        problems.append(
            Problem(where, f"preference {preference} does not go with choice {choice.value!r}")
        )
    if problems or choice is None:
        raise BadInput(problems)
    return ImportedJudgment(
        line, choice=choice, preference=preference, confidence=confidence, why=why, **keys
    )


def _agree(choice: Choice, preference: int) -> bool:
    """Tell whether a graded preference has the direction of its choice."""
    if choice is Choice.CANNOT_JUDGE:
        return False
    return {Choice.A: preference < 0, Choice.B: preference > 0}.get(choice, preference == 0)


def _repeated(rows: list[ImportedJudgment], filename: str) -> Iterator[Problem]:
    """Name rows in which an annotator judges a pair again with the same sides."""
    seen: dict[tuple[str, str, str, str], int] = {}
    for row in rows:
        key = (row.annotator, row.prompt, row.left, row.right)
        first = seen.setdefault(key, row.line)
        if first != row.line:
            rule = f"annotator {shown(row.annotator)} has judged this pair on line {first} already"
            yield Problem(f"{filename} line {row.line}", rule)


def _named(value: Json) -> str:
    return "missing" if value is None else shown(value)


class _Cells:
    """Read the cells of one row, adding a problem for each that breaks its rule."""

    def __init__(self, row: Mapping[str, Json], columns: ImportColumns, where: str) -> None:
        self._row = row
        self._columns = columns
        self._where = where

    def key(self, part: str, problems: list[Problem]) -> str:
        """Return a name or id; a whole number from JSON counts as its digits."""
        value = self._value(part)
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not 1 <= len(text.strip()) <= MAX_KEY:
            rule = f"needs text of 1 to {MAX_KEY} characters, not {_named(value)}"
            problems.append(self._problem(part, rule))
            return ""
        # The other names must be those of things that exist; this one makes a person, whose
        # name stands on pages and in terminals.
        if part == "annotator" and not text.strip().isprintable():
            problems.append(self._problem(part, f"{_named(value)} is not printable"))
            return ""
        return text.strip()

    def annotator(self, only: str, problems: list[Problem]) -> str:
        """Return who judged: ``only`` where it is given, and then no row may say otherwise."""
        if not only:
            return self.key("annotator", problems)
        if self._value("annotator") not in (None, "", only):
            named = _named(self._value("annotator"))
            problems.append(self._problem("annotator", f"is {named}, though all are by {only!r}"))
        return only

    def choice(self, problems: list[Problem]) -> Choice | None:
        """Return the choice under any of the names it may have in a file."""
        value = self._value("choice")
        found = WORDS.get(value.strip().lower()) if isinstance(value, str) else None
        if found is None:
            rule = f"is {_named(value)}, not one of {', '.join(WORDS)}"
            problems.append(self._problem("choice", rule))
        return found

    def whole(
        self, part: str, allowed: range | tuple[int, ...], problems: list[Problem]
    ) -> int | None:
        """Return a whole number, or None where there is none."""
        value = self._value(part)
        if value is None or value == "":
            return None
        by_text = {str(number): number for number in allowed}
        found = None if isinstance(value, bool) else by_text.get(str(value).strip())
        if found is None:
            rule = f"is {_named(value)}, not a whole number from {allowed[0]} to {allowed[-1]}"
            problems.append(self._problem(part, rule))
        return found

    def why(self, problems: list[Problem]) -> str:
        """Return the reason in words, or nothing."""
        value = self._value("why")
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > MAX_WHY:
            rule = f"needs text of at most {MAX_WHY:,} characters"
            problems.append(self._problem("why", rule))
            return ""
        text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if not is_clean(text):
            problems.append(self._problem("why", "holds a control character"))
        return text

    def _value(self, part: str) -> Json:
        return self._row.get(getattr(self._columns, part))

    def _problem(self, part: str, rule: str) -> Problem:
        return Problem(f"{self._where}, column {shown(getattr(self._columns, part))}", rule)
