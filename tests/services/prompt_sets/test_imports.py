"""Imports are asked for, followed, stopped and repeated."""

from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.people import command_actor
from evalhub.core.queued_work import Attendance, WorkStatus
from evalhub.db.claims import claim
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, PromptImport, PromptImportFile
from evalhub.errors import BadInput, Conflict, NotFound
from evalhub.services.prompt_sets import SetNames, confirm_upload, discard_upload
from evalhub.services.prompt_sets.imports import (
    IMPORTS,
    ImportView,
    SentFile,
    cancel_import,
    get_import,
    list_imports,
    retry_import,
    start_freezing,
    start_import,
)
from evalhub.services.workers import beat
from tests.core.prompts.rows import row
from tests.factories import MOMENT
from tests.prompt_imports import NAMES, ask, lines_of, look, row_id
from tests.services.prompt_sets.material import actor_of, staged
from tests.writing import listening

ACTOR = command_actor()
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def start(session: Session, now: datetime, *, filename: str = "f.jsonl") -> ImportView:
    sent = SentFile(lines_of(), filename)
    return start_import(sent, NAMES, session=session, actor=actor_of(session), now=now)


def test_what_is_asked_for_waits_with_its_file(session: Session, now: datetime) -> None:
    asked = start(session, now)

    (job,) = IMPORTS.waiting(session=session)
    assert (asked.status, asked.attendance) == (WorkStatus.QUEUED, Attendance.UNATTENDED)
    assert (asked.created_by, asked.n_bytes) == ("Rosa Researcher", len(lines_of()))
    assert session.get_one(PromptImportFile, job.row_id).content == lines_of()
    assert job.job_id.endswith("-1")


def test_with_a_worker_alive_it_only_waits(session: Session, now: datetime) -> None:
    asked = start(session, now)
    beat("a-worker", session=session)

    assert get_import(asked.public_id, session=session).attendance is Attendance.WAITING


def test_asking_and_cancelling_are_on_record(session: Session, now: datetime) -> None:
    asked = start(session, now)
    cancel_import(asked.public_id, session=session, actor=ACTOR, now=now)

    actions = [event.action for event in session.exec(select(AuditEvent))]
    assert actions == ["prompt_import.start", "prompt_import.cancel"]


@pytest.mark.parametrize(
    ("names", "filename", "where"),
    [
        pytest.param(SetNames("Fever Set", "A"), "f.jsonl", "slug", id="slug"),
        pytest.param(SetNames("fevers", ""), "f.jsonl", "title", id="title"),
        pytest.param(NAMES, "f.docx", "'f.docx'", id="format"),
    ],
)
def test_what_can_be_refused_at_once_is(
    session: Session, now: datetime, names: SetNames, filename: str, where: str
) -> None:
    with pytest.raises(BadInput) as caught:
        start_import(SentFile(b"{}", filename), names, session=session, actor=ACTOR, now=now)

    assert caught.value.problems[0].where == where
    assert session.exec(select(PromptImport)).all() == []


def test_a_cancelled_import_keeps_no_file_and_is_not_repeated(
    session: Session, now: datetime
) -> None:
    asked = start(session, now)

    cancel_import(asked.public_id, session=session, actor=ACTOR, now=now)

    assert session.exec(select(PromptImportFile)).all() == []
    assert get_import(asked.public_id, session=session).status is WorkStatus.CANCELLED
    with pytest.raises(Conflict, match="ended already"):
        cancel_import(asked.public_id, session=session, actor=ACTOR, now=now)
    with pytest.raises(Conflict, match="send it again"):
        retry_import(asked.public_id, session=session, actor=ACTOR, now=now)


def test_an_import_whose_process_is_gone_is_queued_as_another_job(database: Database) -> None:
    asked = ask(database)
    with database.transaction() as session:
        session.get_one(PromptImport, row_id(database, asked)).status = WorkStatus.RUNNING
    assert look(database, asked).attendance is Attendance.ABANDONED

    with database.transaction() as session:
        retry_import(asked.public_id, session=session, actor=ACTOR, now=asked.created_at)
        (job,) = IMPORTS.waiting(session=session)

    assert job.job_id.endswith("-2")


def test_an_import_that_is_worked_on_is_not_repeated(database: Database) -> None:
    asked = ask(database)
    import_id = row_id(database, asked)
    with database.transaction() as session:
        session.get_one(PromptImport, import_id).status = WorkStatus.RUNNING

    with claim(database, IMPORTS.claim_name(import_id)):
        assert look(database, asked).attendance is Attendance.WORKING
        with (
            database.transaction() as session,
            pytest.raises(Conflict, match="waiting or working"),
        ):
            retry_import(asked.public_id, session=session, actor=ACTOR, now=asked.created_at)


def test_one_that_is_done_is_not_repeated(session: Session, now: datetime) -> None:
    asked = start(session, now)
    session.exec(select(PromptImport)).one().status = WorkStatus.DONE

    with pytest.raises(Conflict, match="is done"):
        retry_import(asked.public_id, session=session, actor=ACTOR, now=now)


def test_imports_are_listed_the_newest_first(session: Session, now: datetime) -> None:
    names = [start(session, now, filename=f"{i}.jsonl").filename for i in range(3)]

    found = list_imports(session=session, limit=2)

    assert [one.filename for one in found] == names[:0:-1]
    assert list_imports(session=session, offset=3) == []


def test_freezing_is_asked_for_once(session: Session, now: datetime) -> None:
    upload = staged(session)

    first = start_freezing(upload.token, session=session, actor=ACTOR, now=now)
    again = start_freezing(upload.token, session=session, actor=ACTOR, now=now)

    assert (first.freezes, first.upload) == (True, upload.token)
    assert again == first
    assert len(IMPORTS.waiting(session=session)) == 1


def test_freezing_is_asked_for_again_after_it_was_cancelled(
    session: Session, now: datetime
) -> None:
    upload = staged(session)
    first = start_freezing(upload.token, session=session, actor=ACTOR, now=now)
    cancel_import(first.public_id, session=session, actor=ACTOR, now=now)

    again = start_freezing(upload.token, session=session, actor=ACTOR, now=now)

    assert again.public_id != first.public_id
    retry_import(first.public_id, session=session, actor=ACTOR, now=now)


def test_an_import_shows_the_version_that_came_of_it(session: Session, now: datetime) -> None:
    upload = staged(session)
    asked = start_freezing(upload.token, session=session, actor=ACTOR, now=now)
    confirm_upload(upload.token, session=session, actor=ACTOR, now=now)

    version = get_import(asked.public_id, session=session).version

    assert version is not None
    assert version.name == "fevers@1"


def test_what_cannot_be_frozen_is_refused_at_once(session: Session, now: datetime) -> None:
    empty = staged(session, row(license="no licence"))
    given_up = staged(session)
    discard_upload(given_up.token, session=session, actor=ACTOR, now=now)

    for token, rule in ((empty.token, "no good row"), (given_up.token, "was discarded")):
        with pytest.raises(Conflict, match=rule):
            start_freezing(token, session=session, actor=ACTOR, now=now)
    with pytest.raises(NotFound):
        start_freezing("nothing", session=session, actor=ACTOR, now=now)


def test_an_unknown_import_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="no import 'x'"):
        get_import("x", session=session)


def test_a_page_of_imports_takes_as_many_queries_as_one_of_them(database: Database) -> None:
    asked = []
    for i in range(3):
        with database.transaction() as session:
            upload = staged(session, row(id="a", prompt=f"What is fever number {i}?"))
            found = start_freezing(upload.token, session=session, actor=ACTOR, now=MOMENT)
            confirm_upload(upload.token, session=session, actor=actor_of(session), now=MOMENT)
        asked.append(found.public_id)
    seen: list[str] = []
    # A connection is told once that it only reads, which is no query of a page.
    look(database, found)

    with listening(database, "before_cursor_execute", lambda *_a, **_n: seen.append("query")):
        with database.transaction(write=False) as session:
            get_import(asked[0], session=session)
        n_of_one = len(seen)
        with database.transaction(write=False) as session:
            found_all = list_imports(session=session)

    assert [one.version and one.version.name for one in found_all] == [
        "fevers@3",
        "fevers@2",
        "fevers@1",
    ]
    assert {one.version.frozen_by for one in found_all if one.version} == {"Rosa Researcher"}
    assert len(seen) - n_of_one == n_of_one
