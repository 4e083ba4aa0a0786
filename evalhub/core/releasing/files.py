"""Write the rows of a table as Parquet and JSON lines, with hashes, in constant memory.

Both writers are deterministic: fixed options, fixed row groups, no time and no host in the
file. Parquet names the version of the library that wrote it, so equal bytes need an equal
version of pyarrow; the manifest says which.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import RawIOBase
from typing import BinaryIO, TypeAlias, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from evalhub.core.releasing.columns import record_batches
from evalhub.core.releasing.flavours.rows import FlavourRow
from evalhub.core.releasing.rows import Row as CanonicalRow
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split

ROWS_PER_GROUP = 2_000
ZSTD_LEVEL = 3
WRITER = f"pyarrow {pa.__version__}"
_LINE = orjson.OPT_APPEND_NEWLINE

Row: TypeAlias = CanonicalRow | FlavourRow

Parts: TypeAlias = tuple[Part, ...]

OpenFile: TypeAlias = Callable[[str], BinaryIO]
"""Open a file for writing, named by its path within the release; the writer closes it."""


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

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]  # typeshed's Buffer has no name before Python 3.12
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

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows; what they hold beyond the schema belongs to another table."""
        names = self._names
        if rows and len(rows[0]) != len(names):
            rows = [cast("Row", {name: row[name] for name in names}) for row in rows]  # type: ignore[literal-required]  # the names are those of the schema, which the rows have
        # Together: a write and a hash of each line would cost more than making it.
        self._file.write(b"".join([orjson.dumps(row, option=_LINE) for row in rows]))
        self._n_rows += len(rows)

    def close(self) -> FileFacts:
        """Close the file and return its facts."""
        self._file.close()
        return self._file.facts(self._n_rows)


class ParquetWriter:
    """Write batches under an explicit schema, each as one row group."""

    def __init__(self, path: str, file: BinaryIO, *, schema: pa.Schema) -> None:
        self._file = HashedFile(path, file)
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

    def write(self, batch: pa.RecordBatch) -> None:
        """Write the rows of a batch as one row group."""
        self._writer.write_table(pa.Table.from_batches([batch]), row_group_size=ROWS_PER_GROUP)
        self._n_rows += batch.num_rows

    def close(self) -> FileFacts:
        """Close the file and return its facts."""
        self._writer.close()
        self._file.close()
        return self._file.facts(self._n_rows)


class _SplitWriter:
    """Hold the rows of one split of some tables until they fill a row group, and write all files.

    The tables have a row each for every row that comes, and columns of it.
    """

    def __init__(self, parts: Parts, split: Split, open_file: OpenFile) -> None:
        self._schemas = [SCHEMAS[part] for part in parts]
        self._parquet: list[ParquetWriter] = []
        self._jsonl: list[JsonlWriter] = []
        for part, schema in zip(parts, self._schemas, strict=True):
            parquet, jsonl = (table_path(part, split, kind) for kind in FileFormat)
            self._parquet.append(ParquetWriter(parquet, open_file(parquet), schema=schema))
            self._jsonl.append(JsonlWriter(jsonl, open_file(jsonl), schema=schema))
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        """Take one row; a full group is written at once."""
        self._rows.append(row)
        if len(self._rows) == ROWS_PER_GROUP:
            self._flush()

    def close(self) -> list[FileFacts]:
        """Write the last group, close the files and return their facts."""
        # An empty row group is legal and some readers stumble over it.
        if self._rows:
            self._flush()
        return [
            *(writer.close() for writer in self._parquet),
            *(writer.close() for writer in self._jsonl),
        ]

    def _flush(self) -> None:
        # The batches first: they refuse what is no number, which JSON would write as null.
        batches = record_batches(self._rows, self._schemas)
        for parquet, batch in zip(self._parquet, batches, strict=True):
            parquet.write(batch)
        for jsonl in self._jsonl:
            jsonl.write(self._rows)
        self._rows = []


class TableFiles:
    """Hold the open files of all tables; a split without rows gets no file.

    Loaders refuse an empty split, so a file is opened with its first row.
    """

    def __init__(self, open_file: OpenFile) -> None:
        self._open_file = open_file
        self._writers: dict[tuple[Parts, Split], _SplitWriter] = {}

    def add(self, part: Part, split: Split, row: Row) -> None:
        """Write ``row`` to the files of its table and split."""
        self.add_to((part,), split, row)

    def add_to(self, parts: Parts, split: Split, row: Row) -> None:
        """Write the columns of ``row`` that each of ``parts`` has; a table is in one such group.

        Columns that tables share are made once.
        """
        writer = self._writers.get((parts, split))
        if writer is None:
            writer = _SplitWriter(parts, split, self._open_file)
            self._writers[parts, split] = writer
        writer.add(row)

    def close(self) -> tuple[FileFacts, ...]:
        """Close every file and return their facts, ordered by path."""
        facts = [one for writer in self._writers.values() for one in writer.close()]
        return tuple(sorted(facts, key=lambda one: one.path))


def table_path(part: Part, split: Split, kind: FileFormat) -> str:
    """Return where a release keeps one split of a table."""
    return f"{part}/{split}.{kind}"


def write_text(path: str, text: str, *, open_file: OpenFile) -> FileFacts:
    """Write a text file as UTF-8 and return its facts."""
    with HashedFile(path, open_file(path)) as file:
        file.write(text.encode())
        return file.facts()
