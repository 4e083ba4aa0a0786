"""Confirming in two transactions: what is frozen is what was staged, or nothing."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlmodel import col, select

from evalhub.core.people import command_actor
from evalhub.core.prompts.imports import AT_ONCE_BYTES, PACKED_AT_ONCE_BYTES
from evalhub.db.engine import Database
from evalhub.db.models import Prompt
from evalhub.errors import Conflict, NotFound
from evalhub.rim.uploads import confirm, take_in
from evalhub.services.prompt_sets import (
    Frozen,
    UploadView,
    confirm_upload,
    discard_upload,
    upload_material,
)
from evalhub.services.prompt_sets.imports import ImportView, SentFile
from tests.core.prompts.rows import row
from tests.factories import MOMENT, make_person
from tests.prompt_imports import NAMES, lines_of
from tests.services.prompt_sets.material import staged
from tests.writing import listening

ACTOR = command_actor()


def stage(database: Database, *ids: str) -> str:
    with database.transaction() as session:
        return staged(session, *(row(id=name) for name in ids)).token


def confirm_at_once(token: str, database: Database, now: datetime) -> Frozen:
    """Confirm an upload that is small enough to be frozen while one waits."""
    frozen = confirm(token, database=database, actor=ACTOR, now=now)
    assert isinstance(frozen, Frozen)
    return frozen


def keys(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(Prompt.key).order_by(col(Prompt.position))))


def test_the_staged_rows_are_frozen_once(database: Database, now: datetime) -> None:
    token = stage(database, "b", "a")

    first = confirm_at_once(token, database, now)
    second = confirm_at_once(token, database, now)

    assert keys(database) == ["b", "a"]
    assert (first.is_new, second.is_new) == (True, False)
    assert first.version.sha256 == second.version.sha256


def test_material_read_before_gives_what_reading_within_gives(
    database: Database, now: datetime
) -> None:
    tokens = stage(database, "a", "b"), stage(database, "a", "b")
    first = confirm_at_once(tokens[0], database, now)

    with database.transaction() as session:
        second = confirm_upload(tokens[1], session=session, actor=ACTOR, now=now)

    assert (second.is_new, second.version.id) == (False, first.version.id)


def test_an_upload_discarded_between_the_two_is_refused(database: Database, now: datetime) -> None:
    token = stage(database, "a")
    with database.transaction(write=False) as session:
        material = upload_material(token, session=session)
    with database.transaction() as session:
        discard_upload(token, session=session, actor=ACTOR, now=now)

    with pytest.raises(Conflict, match="discarded"), database.transaction() as session:
        confirm_upload(token, session=session, actor=ACTOR, now=now, material=material)

    assert keys(database) == []


def test_unknown_upload_is_not_found(database: Database, now: datetime) -> None:
    with pytest.raises(NotFound, match="no such upload"):
        confirm("nothing", database=database, actor=ACTOR, now=now)


def test_rows_are_read_before_the_writers_place_is_asked_for(
    database: Database, now: datetime
) -> None:
    token, has_read = stage(database, "a"), threading.Event()

    def checkin(_connection: object, _entry: object) -> None:
        has_read.set()

    with (
        listening(database, "checkin", checkin),
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        with database.transaction() as session:
            make_person(session)
            future = pool.submit(confirm, token, database=database, actor=ACTOR, now=now)
            was_free_to_read = has_read.wait(60)
        future.result()

    assert was_free_to_read
    assert keys(database) == ["a"]


def parquet(n_rows: int, *, length: int) -> bytes:
    """Return a Parquet file of rows that are much alike, which it packs."""
    rows = [row(id=f"q{i}", prompt=f"{i} " + "fever " * (length // 6)) for i in range(n_rows)]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer, compression="zstd")
    return buffer.getvalue()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_packed_file_is_large_by_less_than_a_plain_one(database: Database) -> None:
    small, large = parquet(3, length=60), parquet(4_000, length=60)
    assert len(small) < PACKED_AT_ONCE_BYTES < len(large) < AT_ONCE_BYTES

    with database.transaction() as session:
        taken = [
            take_in(SentFile(data, "f.parquet"), NAMES, session=session, actor=ACTOR, now=MOMENT)
            for data in (small, large)
        ]

    assert [type(one) for one in taken] == [UploadView, ImportView]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_lines_of_the_same_size_are_read_at_once(database: Database) -> None:
    data = lines_of(row(id="a", prompt="fever " * (PACKED_AT_ONCE_BYTES // 4)))
    assert PACKED_AT_ONCE_BYTES < len(data) < AT_ONCE_BYTES

    with database.transaction() as session:
        sent = SentFile(data, "f.jsonl")
        taken = take_in(sent, NAMES, session=session, actor=ACTOR, now=MOMENT)

    assert isinstance(taken, UploadView)
