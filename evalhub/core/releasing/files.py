"""Write the rows of a table as Parquet and JSON lines, with hashes, in constant memory.

Both writers are deterministic: fixed options, fixed row groups, no time and no host in the
file. Parquet names the version of the library that wrote it, so equal bytes need an equal
version of pyarrow; the manifest says which.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import RawIOBase
from typing import BinaryIO, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from evalhub.core.releasing.column import concatenated
from evalhub.core.releasing.columns import Columns, json_lines, record_batch
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split

ROWS_PER_GROUP = 2_000
ZSTD_LEVEL = 3
WRITER = f"pyarrow {pa.__version__}"

Parts: TypeAlias = tuple[Part, ...]

OpenFile: TypeAlias = Callable[[str], BinaryIO]
"""Open a file for writing, named by its path within the release; the writer closes it."""


SHARD_BYTES = 500_000_000
"""Bytes of JSON lines after which a split goes on in another file, as the Hub advises."""
LEAST_PROMPTS_BEHIND = 2_000
"""Prompts whose rows take some ten seconds to make and to write."""


@dataclass(frozen=True, slots=True)
class Target:
    """Say where files go: ``rename`` gives a closed one another path within the release.

    ``rows_per_group`` and ``shard_bytes`` say where row groups and files end; both are part of the
    bytes of a release. From ``least_prompts_behind`` prompts on a process of its own writes them,
    which is sent the two functions.
    """

    open_file: OpenFile
    rename: Callable[[str, str], None]
    rows_per_group: int = ROWS_PER_GROUP
    shard_bytes: int = SHARD_BYTES
    least_prompts_behind: int = LEAST_PROMPTS_BEHIND


@dataclass(frozen=True, slots=True)
class Shard:
    """Name one of the files that a split is in; numbers begin at 0."""

    number: int
    n_shards: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Hold what is known of one written file; ``n_rows`` is None where it is no table."""

    path: str
    sha256: str
    n_bytes: int
    n_rows: int | None = None


class HashedFile(RawIOBase):
    """Pass bytes on to a file and know their number and their SHA-256."""

    def __init__(self, path: str, file: BinaryIO) -> None:
        super().__init__()
        self.path = path
        self._file = file
        self._digest = hashlib.sha256()
        self._n_bytes = 0

    def writable(self) -> bool:
        """Tell that bytes can be written."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._n_bytes

    def write(self, data: "bytes | bytearray | memoryview | pa.Buffer", /) -> int:
        """Write all of ``data``."""
        n_bytes = memoryview(data).nbytes
        self._file.write(data)
        self._digest.update(data)
        self._n_bytes += n_bytes
        return n_bytes

    def close(self) -> None:
        """Close the file behind."""
        if not self.closed:
            self._file.close()
        super().close()

    def facts(self, n_rows: int | None = None) -> FileFacts:
        """Return what was written so far."""
        return FileFacts(self.path, self._digest.hexdigest(), self._n_bytes, n_rows)


class JsonlWriter:
    """Write one JSON object a line, keys in the order of the schema."""

    def __init__(self, path: str, file: BinaryIO, *, schema: pa.Schema) -> None:
        self._file = HashedFile(path, file)
        self._names = tuple(schema.names)
        self._n_rows = 0

    def write(self, columns: Columns) -> None:
        """Write a line a row; columns beyond the schema belong to another table."""
        self._file.write(json_lines(columns, self._names))
        self._n_rows += len(columns[self._names[0]])

    @property
    def n_bytes(self) -> int:
        """Return how many bytes were written."""
        return self._file.tell()

    def close(self) -> FileFacts:
        """Close the file and return its facts."""
        self._file.close()
        return self._file.facts(self._n_rows)


class ParquetWriter:
    """Write columns under an explicit schema, each time as one row group."""

    def __init__(self, path: str, file: BinaryIO, *, schema: pa.Schema) -> None:
        self._file = HashedFile(path, file)
        self._schema = schema
        self._n_rows = 0
        self._writer = pq.ParquetWriter(
            self._file,
            schema,
            # All stated, though most are defaults: a default that changes with the library would
            # change the bytes of a release.
            version="2.6",
            data_page_version="1.0",
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_dictionary=True,
            write_statistics=True,
        )

    def write(self, columns: Columns) -> None:
        """Write the rows as one row group; columns beyond the schema belong to another table."""
        batch = record_batch(columns, self._schema)
        self._writer.write_table(pa.Table.from_batches([batch]), row_group_size=ROWS_PER_GROUP)
        self._n_rows += batch.num_rows

    def close(self) -> FileFacts:
        """Close the file and return its facts."""
        self._writer.close()
        self._file.close()
        return self._file.facts(self._n_rows)


class _TableWriter:
    """Write one split of a table, and go on in another file of each format where one is full.

    Both formats are cut at the same rows: after the row group that fills the JSON lines, whose
    size does not depend on the version of a library.
    """

    def __init__(self, part: Part, split: Split, target: Target) -> None:
        self._part, self._split, self._target = part, split, target
        self._open: tuple[ParquetWriter, JsonlWriter] | None = None
        self._closed: list[tuple[FileFacts, FileFacts]] = []

    def write(self, columns: Columns) -> None:
        """Write the rows as one row group."""
        if self._open is None:
            self._open = self._new_files()
        parquet, jsonl = self._open
        # Parquet first: it refuses what is no number, which JSON would write as null.
        parquet.write(columns)
        jsonl.write(columns)
        if jsonl.n_bytes >= self._target.shard_bytes:
            self._close_files()

    def close(self) -> list[FileFacts]:
        """Close the files, number them where there are several, and return their facts."""
        self._close_files()
        if len(self._closed) == 1:
            return list(self._closed[0])
        return [
            self._numbered(facts, kind, number)
            for number, shard in enumerate(self._closed)
            for facts, kind in zip(shard, FileFormat, strict=True)
        ]

    def _new_files(self) -> tuple[ParquetWriter, JsonlWriter]:
        # How many there will be is known at the end, so all but the first have names of the way.
        number = len(self._closed)
        parquet, jsonl = (
            table_path(self._part, self._split, kind) + (f".{number}" if number else "")
            for kind in FileFormat
        )
        schema, open_file = SCHEMAS[self._part], self._target.open_file
        return (
            ParquetWriter(parquet, open_file(parquet), schema=schema),
            JsonlWriter(jsonl, open_file(jsonl), schema=schema),
        )

    def _close_files(self) -> None:
        if self._open is not None:
            parquet, jsonl = self._open
            self._closed.append((parquet.close(), jsonl.close()))
            self._open = None

    def _numbered(self, facts: FileFacts, kind: FileFormat, number: int) -> FileFacts:
        path = table_path(self._part, self._split, kind, Shard(number, len(self._closed)))
        self._target.rename(facts.path, path)
        return replace(facts, path=path)


class _SplitWriter:
    """Hold the rows of one split of some tables until they fill a row group, and write all files.

    The tables have a row each for every row that comes, and columns of it.
    """

    def __init__(self, parts: Parts, split: Split, target: Target) -> None:
        self._writers = [_TableWriter(part, split, target) for part in parts]
        self._held: list[Columns] = []
        self._n_held, self._most = 0, target.rows_per_group

    def add(self, columns: Columns) -> None:
        """Take some rows; a full group is written at once."""
        n_rows, start = len(next(iter(columns.values()))), 0
        # Row groups end at fixed rows, wherever the pages end that rows come in: their size is
        # part of the bytes, and a page is a matter of memory.
        while start < n_rows:
            taken = min(n_rows - start, self._most - self._n_held)
            # A page may have one row for a table that is full after thousands of pages.
            self._held.append({k: one.slice(start, taken).kept() for k, one in columns.items()})
            self._n_held, start = self._n_held + taken, start + taken
            if self._n_held == self._most:
                self._flush()

    def close(self) -> list[FileFacts]:
        """Write the last group, close the files and return their facts."""
        # An empty row group is legal and some readers stumble over it.
        if self._held:
            self._flush()
        return [facts for writer in self._writers for facts in writer.close()]

    def _flush(self) -> None:
        columns = {
            name: concatenated([held[name] for held in self._held]) for name in self._held[0]
        }
        for writer in self._writers:
            writer.write(columns)
        self._held, self._n_held = [], 0


class TableFiles:
    """Hold the open files of all tables; a split without rows gets no file.

    Loaders refuse an empty split, so a file is opened with its first row.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._writers: dict[tuple[Parts, Split], _SplitWriter] = {}

    def add(self, parts: Parts, split: Split, columns: Columns) -> None:
        """Write the columns that each of ``parts`` has; a table is in one such group.

        Columns that tables share are made once.
        """
        if not len(next(iter(columns.values()))):
            return
        writer = self._writers.get((parts, split))
        if writer is None:
            writer = _SplitWriter(parts, split, self._target)
            self._writers[parts, split] = writer
        writer.add(columns)

    def close(self) -> tuple[FileFacts, ...]:
        """Close every file and return their facts, ordered by path."""
        facts = [one for writer in self._writers.values() for one in writer.close()]
        return tuple(sorted(facts, key=lambda one: one.path))


def table_path(part: Part, split: Split, kind: FileFormat, shard: Shard | None = None) -> str:
    """Return where a release keeps one split of a table, or one of the files it is in.

    Several files have the names that the Hub gives to shards, by which its loaders know them.
    """
    numbered = f"-{shard.number:05}-of-{shard.n_shards:05}" if shard else ""
    return f"{part}/{split}{numbered}.{kind}"


def split_of(path: str) -> tuple[str, str]:
    """Return the table and the split that the name of a table's file tells."""
    part, _, name = path.partition("/")
    return part, name.partition(".")[0].partition("-")[0]


def table_files(
    files: Iterable[FileFacts], part: Part, split: Split, kind: FileFormat
) -> list[FileFacts]:
    """Return the files of one split of a table in the order of their rows; none without rows."""
    found = [
        file
        for file in files
        if file.n_rows is not None
        and split_of(file.path) == (part, split)
        and file.path.endswith(f".{kind}")
    ]
    return sorted(found, key=lambda file: file.path)


def write_text(path: str, text: str, *, open_file: OpenFile) -> FileFacts:
    """Write a text file as UTF-8 and return its facts."""
    with HashedFile(path, open_file(path)) as file:
        file.write(text.encode())
        return file.facts()
