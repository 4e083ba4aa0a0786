"""Confirming in two transactions: what is frozen is what was staged, or nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlmodel import col, select

from evalhub.core.people import command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Prompt
from evalhub.errors import Conflict, NotFound
from evalhub.rim.uploads import confirm
from evalhub.services.prompt_sets import (
    Frozen,
    confirm_upload,
    discard_upload,
    upload_material,
)
from tests.core.prompts.rows import row
from tests.factories import make_person
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
