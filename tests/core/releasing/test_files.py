import io
import json
from dataclasses import replace
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evalhub.core.canonical import sha256_hex
from evalhub.core.releasing.column import concatenated
from evalhub.core.releasing.columns import Columns, column
from evalhub.core.releasing.files import (
    ROWS_PER_GROUP,
    HashedFile,
    Parts,
    TableFiles,
    Target,
    table_files,
    table_path,
    write_text,
)
from evalhub.core.releasing.manifest import rows_by_table
from evalhub.core.releasing.pair_rows import preference_columns
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from tests.core.releasing.listed import listed
from tests.core.releasing.made import FIRST, batch_of, preferred, rows_of
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

    def rename(self, path: str, new: str) -> None:
        """Give a file another path."""
        self.files[new] = self.files.pop(path)

    def target(self, **limits: int) -> Target:
        """Return the folder as what files are written to."""
        return Target(self.open, self.rename, **limits)


COLUMNS = preferred([make_judged_pair(make_judgment())]).columns
"""One row of every table of pairs."""


def repeated(n_rows: int) -> Columns:
    return {name: concatenated([one] * n_rows) for name, one in COLUMNS.items()}


def write(*pages: int, parts: Parts = (Part.TRL,)) -> Folder:
    """Write pages of so many rows to some tables."""
    folder = Folder()
    tables = TableFiles(folder.target())
    for n_rows in pages:
        tables.add(parts, Split.TRAIN, repeated(n_rows))
    tables.close()
    return folder


def contents(folder: Folder) -> dict[str, bytes]:
    return {path: file.content for path, file in folder.files.items()}


def test_files_hold_the_rows_and_their_facts() -> None:
    folder = Folder()
    tables = TableFiles(folder.target())
    tables.add((Part.TRL,), Split.TRAIN, COLUMNS)

    jsonl, parquet = tables.close()

    assert [jsonl.path, parquet.path] == ["trl/train.jsonl", "trl/train.parquet"]
    for facts in (jsonl, parquet):
        content = folder.files[facts.path].content
        assert (facts.sha256, facts.n_bytes) == (sha256_hex(content), len(content))
        assert facts.n_rows == 1
    rows = rows_of(COLUMNS, Part.TRL)
    assert [json.loads(folder.files["trl/train.jsonl"].content)] == rows
    table = pq.read_table(io.BytesIO(folder.files["trl/train.parquet"].content))
    assert table.schema.equals(SCHEMAS[Part.TRL])
    assert table.to_pylist() == rows


def test_split_without_rows_gets_no_file() -> None:
    tables = TableFiles(Folder().target())
    tables.add((Part.TRL,), Split.TRAIN, {k: one.slice(0, 0) for k, one in COLUMNS.items()})

    assert tables.close() == ()


@pytest.mark.parametrize("n_rows", [ROWS_PER_GROUP - 1, ROWS_PER_GROUP, ROWS_PER_GROUP + 1])
def test_row_groups_have_a_fixed_size(n_rows: int) -> None:
    content = write(n_rows).files["trl/train.parquet"].content

    metadata = pq.ParquetFile(io.BytesIO(content)).metadata

    sizes = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert sum(sizes) == n_rows
    assert all(size == ROWS_PER_GROUP for size in sizes[:-1])


def test_equal_rows_give_equal_bytes() -> None:
    assert contents(write(3)) == contents(write(3))


def test_pages_that_rows_come_in_leave_no_trace() -> None:
    n_rows = ROWS_PER_GROUP + 7

    assert contents(write(n_rows)) == contents(write(5, ROWS_PER_GROUP - 6, 8))


def test_tables_that_share_columns_hold_what_each_would_alone() -> None:
    parts = (Part.PAIRS, Part.PAIRS_MARGIN, Part.TRL)

    together = contents(write(2, parts=parts))

    assert together == {
        path: content
        for part in parts
        for path, content in contents(write(2, parts=(part,))).items()
    }


def test_what_is_no_number_stops_the_writing() -> None:
    broken = {**COLUMNS, "margin": column([float("nan")], pa.float64())}
    tables = TableFiles(Folder().target())
    tables.add((Part.PAIRS_MARGIN,), Split.TRAIN, broken)

    with pytest.raises(ValueError, match="'margin' holds a number that is not finite"):
        tables.close()


def test_a_large_split_goes_on_in_files_that_the_hub_knows_as_shards() -> None:
    folder = Folder()
    tables = TableFiles(folder.target(rows_per_group=2, shard_bytes=1))
    tables.add((Part.TRL,), Split.TRAIN, repeated(5))

    facts = tables.close()

    assert [(one.path, one.n_rows) for one in facts if one.path.endswith("jsonl")] == [
        ("trl/train-00000-of-00003.jsonl", 2),
        ("trl/train-00001-of-00003.jsonl", 2),
        ("trl/train-00002-of-00003.jsonl", 1),
    ]
    assert {one.path: one.sha256 for one in facts} == {
        path: sha256_hex(content) for path, content in contents(folder).items()
    }


def test_a_split_that_ends_with_its_file_has_no_empty_one_after_it() -> None:
    folder = Folder()
    tables = TableFiles(folder.target(rows_per_group=2, shard_bytes=1))
    tables.add((Part.TRL,), Split.TRAIN, repeated(2))

    assert [one.path for one in tables.close()] == ["trl/train.jsonl", "trl/train.parquet"]


def test_shards_hold_the_lines_of_one_file_in_its_order() -> None:
    folder, pages = Folder(), [repeated(n) for n in (3, 1, 4)]
    tables = TableFiles(folder.target(rows_per_group=3, shard_bytes=1))
    for page in pages:
        tables.add((Part.PAIRS,), Split.TEST, page)

    files = table_files(tables.close(), Part.PAIRS, Split.TEST, FileFormat.JSONL)

    together = b"".join(folder.files[one.path].content for one in files)
    assert together == write(8, parts=(Part.PAIRS,)).files["pairs/train.jsonl"].content
    assert [one.n_rows for one in files] == [3, 3, 2]


def test_files_of_another_split_or_table_are_no_shards_of_this_one() -> None:
    files = listed({Part.PAIRS: {Split.TRAIN: 3, Split.TEST: 1}}, n_shards=2)
    files += listed({Part.PAIRS_MARGIN: {Split.TRAIN: 3}})

    found = table_files(files, Part.PAIRS, Split.TRAIN, FileFormat.PARQUET)

    assert [one.path for one in found] == [
        "pairs/train-00000-of-00002.parquet",
        "pairs/train-00001-of-00002.parquet",
    ]
    assert rows_by_table(files)["pairs"] == {"train": 3, "test": 1}


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


def test_a_table_with_a_row_a_page_holds_that_row_and_not_the_page() -> None:
    tables, texts = TableFiles(Folder().target()), "a" * 1_000_000
    held = []
    for page in range(30):
        one = make_judged_pair(make_judgment(), identity=f"pair-{page}")
        other = replace(one, id=f"other-{page}", x_text=f"{page}{texts}", y_text=f"{texts}{page}")
        batch = batch_of(one, other)
        tables.add((Part.TRL,), Split.TRAIN, preference_columns(batch, FIRST))
        held.append(pa.total_allocated_bytes())

    assert held[-1] - held[9] < len(texts)


def test_a_column_that_is_taken_is_written_as_one_that_is_there() -> None:
    folders = []
    for is_made in (False, True):
        folder = Folder()
        tables = TableFiles(folder.target(rows_per_group=3))
        for n_rows in (1, 5, 2):
            places = np.arange(n_rows) % len(COLUMNS["pair_id"])
            taken: Columns = {name: one.take(places) for name, one in COLUMNS.items()}
            if is_made:
                taken = {name: one.made() for name, one in taken.items()}
            tables.add((Part.TRL, Part.PAIRS), Split.TRAIN, taken)
        tables.close()
        folders.append(contents(folder))

    assert folders[0] == folders[1]
