import io
import json
from typing import BinaryIO

import pyarrow.parquet as pq
import pytest

from evalhub.core.canonical import sha256_hex
from evalhub.core.releasing.aggregation import summarise
from evalhub.core.releasing.files import (
    ROWS_PER_GROUP,
    HashedFile,
    TableFiles,
    table_path,
    write_text,
)
from evalhub.core.releasing.pair_rows import margin_row, pair_row, trl_row
from evalhub.core.releasing.rows import TrlRow
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from tests.core.releasing.material import make_judged_pair, make_judgment


class Kept(io.BytesIO):
    """Keep the bytes after the file is closed."""

    content = b""

    def close(self) -> None:
        """Keep the bytes, then close."""
        self.content = self.getvalue()
        super().close()


class Folder:
    """Stand for a folder of files in memory."""

    def __init__(self) -> None:
        self.files: dict[str, Kept] = {}

    def open(self, path: str) -> BinaryIO:
        """Open a new file."""
        self.files[path] = Kept()
        return self.files[path]


def make_row() -> TrlRow:
    pair = make_judged_pair(make_judgment())
    return trl_row(pair_row(pair, summarise(pair)))


def write(n_rows: int) -> Folder:
    folder = Folder()
    tables = TableFiles(folder.open)
    for _ in range(n_rows):
        tables.add(Part.TRL, Split.TRAIN, make_row())
    tables.close()
    return folder


def test_files_hold_the_rows_and_their_facts() -> None:
    folder = Folder()
    tables = TableFiles(folder.open)
    tables.add(Part.TRL, Split.TRAIN, make_row())

    jsonl, parquet = tables.close()

    assert [jsonl.path, parquet.path] == ["trl/train.jsonl", "trl/train.parquet"]
    for facts in (jsonl, parquet):
        content = folder.files[facts.path].content
        assert (facts.sha256, facts.n_bytes) == (sha256_hex(content), len(content))
        assert facts.n_rows == 1
    assert json.loads(folder.files["trl/train.jsonl"].content) == make_row()
    table = pq.read_table(io.BytesIO(folder.files["trl/train.parquet"].content))
    assert table.schema.equals(SCHEMAS[Part.TRL])
    assert table.to_pylist() == [make_row()]


def test_split_without_rows_gets_no_file() -> None:
    assert TableFiles(Folder().open).close() == ()


@pytest.mark.parametrize("n_rows", [ROWS_PER_GROUP - 1, ROWS_PER_GROUP, ROWS_PER_GROUP + 1])
def test_row_groups_have_a_fixed_size(n_rows: int) -> None:
    content = write(n_rows).files["trl/train.parquet"].content

    metadata = pq.ParquetFile(io.BytesIO(content)).metadata

    sizes = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert sum(sizes) == n_rows
    assert all(size == ROWS_PER_GROUP for size in sizes[:-1])


def test_equal_rows_give_equal_bytes() -> None:
    first, second = write(3), write(3)

    assert {path: file.content for path, file in first.files.items()} == {
        path: file.content for path, file in second.files.items()
    }


def test_tables_that_share_columns_hold_what_each_would_alone() -> None:
    pair = make_judged_pair(make_judgment())
    summary = summarise(pair)
    row = pair_row(pair, summary)
    together, alone = Folder(), Folder()
    files = TableFiles(together.open)
    files.add_to(
        (Part.PAIRS, Part.PAIRS_MARGIN, Part.TRL), Split.TRAIN, margin_row(row, pair, summary)
    )
    one_by_one = TableFiles(alone.open)
    one_by_one.add(Part.PAIRS, Split.TRAIN, row)
    one_by_one.add(Part.PAIRS_MARGIN, Split.TRAIN, margin_row(row, pair, summary))
    one_by_one.add(Part.TRL, Split.TRAIN, trl_row(row))

    assert files.close() == one_by_one.close()

    assert {path: file.content for path, file in together.files.items()} == {
        path: file.content for path, file in alone.files.items()
    }


def test_text_file_is_utf8() -> None:
    folder = Folder()

    facts = write_text("a/b.md", "é\n", open_file=folder.open)

    assert folder.files["a/b.md"].content == "é\n".encode()
    assert (facts.n_bytes, facts.n_rows) == (3, None)


def test_hashed_file_knows_its_place() -> None:
    with HashedFile("x", Kept()) as file:
        file.write(b"abc")

        assert file.writable()
        assert file.tell() == 3
        file.close()
    assert file.closed


def test_paths_name_table_split_and_format() -> None:
    assert table_path(Part.TIES, Split.TEST, FileFormat.JSONL) == "ties/test.jsonl"
