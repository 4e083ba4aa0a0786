"""Scoring in two transactions: experts judge on while a board is fitted."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlmodel import select

from evalhub.core.people import command_actor
from evalhub.db.engine import WRITE, Database
from evalhub.db.models import AuditEvent, Fit
from evalhub.errors import NotFound
from evalhub.rim.scores import score_project
from tests.factories import make_person
from tests.release_project import make_tiny_project
from tests.writing import listening

ACTOR = command_actor()


@pytest.fixture
def tiny(database: Database) -> Database:
    with database.transaction() as session:
        make_tiny_project(session)
    return database


def n_fits(database: Database) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(Fit)).all())


def test_fit_is_kept_once_with_one_audit_entry(tiny: Database, now: datetime) -> None:
    first = score_project("tiny", database=tiny, actor=ACTOR, now=now)
    second = score_project("tiny", database=tiny, actor=ACTOR, now=now)

    assert first.inputs_sha256 == second.inputs_sha256
    assert n_fits(tiny) == 1
    with tiny.transaction(write=False) as session:
        assert [event.action for event in session.exec(select(AuditEvent))] == ["project.score"]


def test_commands_that_score_at_once_keep_one_fit(tiny: Database, now: datetime) -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        scored = list(
            pool.map(lambda _: score_project("tiny", database=tiny, actor=ACTOR, now=now), range(4))
        )

    assert len({one.inputs_sha256 for one in scored}) == 1
    assert n_fits(tiny) == 1


def test_unknown_project_is_named_and_nothing_kept(database: Database, now: datetime) -> None:
    with pytest.raises(NotFound, match="no project 'nothing'"):
        score_project("nothing", database=database, actor=ACTOR, now=now)

    assert n_fits(database) == 0


def test_a_fit_is_estimated_before_the_writers_place_is_asked_for(
    tiny: Database, now: datetime
) -> None:
    """Hold the one writer's place: all reading ends, and only then does scoring wait for it."""
    has_read = threading.Event()

    def checkin(_connection: object, _entry: object) -> None:
        has_read.set()

    with (
        listening(tiny, "checkin", checkin),
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        with tiny.transaction() as session:
            assert session.connection().get_execution_options()[WRITE]
            make_person(session)
            future = pool.submit(score_project, "tiny", database=tiny, actor=ACTOR, now=now)
            was_free_to_read = has_read.wait(60)
        future.result()

    assert was_free_to_read
    assert n_fits(tiny) == 1
