"""Check the tables of a release folder row by row, in the memory of one prompt."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from evalhub.core.releasing.by_prompt import AnyRow, by_prompt
from evalhub.core.releasing.checking import RowChecks, check_schema
from evalhub.core.releasing.files import FileFacts, table_files
from evalhub.core.releasing.manifest import MANIFEST, Manifest
from evalhub.core.releasing.schemas import KEYS
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from evalhub.errors import BadInput, Problem

_ROWS_AT_ONCE = 200
"""Rows of each table that are open at one time: fifteen are read side by side."""
_UNREADABLE = (pa.ArrowException, OSError, ValueError, TypeError, LookupError)
"""What pyarrow and JSON raise for files that are cut, corrupt or lie about themselves."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Name one split of a table and its files, those of both formats that hold the same rows."""

    part: Part
    split: Split
    files: tuple[tuple[FileFacts, FileFacts], ...]

    def __str__(self) -> str:
        return f"{self.part}/{self.split}"


def check_tables(folder: Path, manifest: Manifest, checks: RowChecks) -> tuple[int, list[Problem]]:
    """Return how many rows there are, and what is wrong with the files that hold them.

    What is wrong with the rows themselves goes to ``checks``. Rows are read where every file is
    what it should be, and to the first place at which one cannot be read: the others are held
    against them, and would all be wrong.
    """
    tables, problems = [], []
    for part in Part:
        for split in Split:
            if split in manifest.counts.rows.get(part, {}):
                held = [table_files(manifest.files, part, split, kind) for kind in FileFormat]
                if len(held[0]) == len(held[1]):
                    tables.append(_Table(part, split, tuple(zip(*held, strict=True))))
                else:
                    rule = f"has not the same files in both formats for split {split}"
                    problems.append(Problem(f"{MANIFEST}, table {part}", rule))
    problems += [one for table in tables for one in _broken_files(folder, table)]
    if problems:
        return 0, problems
    try:
        _check_rows(folder, tables, checks)
    except BadInput as error:
        problems += error.problems
    return sum(manifest.counts.rows[one.part][one.split] for one in tables), problems


def _broken_files(folder: Path, table: _Table) -> Iterator[Problem]:
    for facts, _ in table.files:
        try:
            with pq.ParquetFile(folder / facts.path) as file:
                yield from check_schema(table.part, file.schema_arrow, where=facts.path)
                if file.metadata.num_rows != facts.n_rows:
                    rule = f"has {file.metadata.num_rows} rows, not {facts.n_rows}"
                    yield Problem(facts.path, rule)
        except _UNREADABLE as error:
            yield Problem(facts.path, f"cannot be read: {str(error)[:200]}")


def _check_rows(folder: Path, tables: Sequence[_Table], checks: RowChecks) -> None:
    """Check every row; raise ``BadInput`` where one cannot be read or stands out of order."""
    canonical = {table: _rows(folder, table) for table in tables if table.part in KEYS}
    n_seen: Counter[_Table] = Counter()
    for rows in by_prompt(canonical):
        for table, row in rows:
            n_seen[table] += 1
            where = f"{table}, row {n_seen[table]}"
            checks.check(table.part, table.split, row, where=where)
        checks.end_prompt()
    # Flavours come after all that they are made from.
    for table in tables:
        if table.part not in KEYS:
            for number, row in enumerate(_rows(folder, table), start=1):
                checks.check(table.part, table.split, row, where=f"{table}, row {number}")


def _rows(folder: Path, table: _Table) -> Iterator[AnyRow]:
    """Yield the rows of a table; raise ``BadInput`` where its formats do not say the same."""
    n_before = 0
    for parquet, jsonl in table.files:
        try:
            yield from _rows_of_both(folder, parquet, jsonl, table, n_before)
        except _UNREADABLE as error:
            raise BadInput.at(parquet.path, f"cannot be read: {str(error)[:200]}") from error
        n_before += parquet.n_rows or 0


def _rows_of_both(
    folder: Path, parquet: FileFacts, jsonl: FileFacts, table: _Table, n_before: int
) -> Iterator[AnyRow]:
    with pq.ParquetFile(folder / parquet.path) as file, (folder / jsonl.path).open("rb") as lines:
        for number, row in enumerate(_parquet_rows(file), start=n_before + 1):
            line = lines.readline()
            try:
                is_same = bool(line) and orjson.loads(line) == row
            except ValueError as error:
                place = f"{jsonl.path} line {number - n_before}"
                raise BadInput.at(place, f"cannot be read: {error}") from error
            if not is_same:
                rule = "differs between Parquet and JSON lines"
                raise BadInput.at(f"{table}, row {number}", rule)
            yield row
        if lines.readline():
            raise BadInput.at(jsonl.path, "has more rows than the Parquet file")


def _parquet_rows(file: pq.ParquetFile) -> Iterator[AnyRow]:
    # A row group at a time: asked for the rows of all of them, pyarrow reads a large file far
    # ahead, 34 MB instead of 3, and a dozen of those are open side by side.
    for group in range(file.num_row_groups):
        for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=[group]):
            yield from batch.to_pylist()
