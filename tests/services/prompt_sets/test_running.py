"""An import reads, reports and freezes as a small file at once would, or keeps nothing."""

import sys
import threading
from collections.abc import Callable
from types import FrameType

import pytest
import sqlalchemy as sa
from sqlmodel import select

from evalhub.core.people import command_actor
from evalhub.core.prompts.imports import ImportStage
from evalhub.core.prompts.options import ReadingOptions, RowDefaults
from evalhub.core.queued_work import RunEnd, WorkStatus
from evalhub.db.claims import claim
from evalhub.db.engine import WRITE, Database
from evalhub.db.models import (
    Prompt,
    PromptImport,
    PromptImportFile,
    PromptSetVersion,
    PromptUpload,
)
from evalhub.errors import Conflict
from evalhub.services.prompt_sets import get_upload
from evalhub.services.prompt_sets.imports import (
    IMPORTS,
    ImportView,
    SentFile,
    cancel_import,
    retry_import,
    start_freezing,
    start_import,
)
from evalhub.services.prompt_sets.reports import write_rows
from evalhub.services.prompt_sets.running import run_import
from evalhub.services.queued_work import WorkTools
from tests.core.prompts.rows import row
from tests.factories import MOMENT
from tests.prompt_imports import NAMES, ask, lines_of, look, row_id, run
from tests.services.prompt_sets.material import actor_of, staged
from tests.services.prompt_sets.test_staging import hundred_rows_with_three_bad
from tests.writing import listening

ACTOR = command_actor()


def count(database: Database, table: type[Prompt] | type[PromptUpload]) -> int:
    with database.transaction(write=False) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def has_file(database: Database) -> bool:
    with database.transaction(write=False) as session:
        return session.exec(select(PromptImportFile)).first() is not None


def test_a_file_gives_the_report_that_it_gives_at_once(database: Database) -> None:
    rows = hundred_rows_with_three_bad()
    with database.transaction() as session:
        at_once = staged(session, *rows)
        actor = actor_of(session)
    asked = ask(database, lines_of(*rows), actor=actor, filename="prompts.jsonl")

    end = run(database, asked)

    found = look(database, asked)
    with database.transaction(write=False) as session:
        upload = get_upload(found.upload, session=session)
    assert (end, found.status, found.version) == (RunEnd.DONE, WorkStatus.DONE, None)
    assert (upload.report, upload.created_by) == (at_once.report, actor.name)
    assert (count(database, Prompt), has_file(database)) == (0, False)


def test_one_that_freezes_ends_in_a_version(database: Database) -> None:
    asked = ask(database, freezes=True)

    run(database, asked)

    version = look(database, asked).version
    assert version is not None
    assert (version.name, count(database, Prompt)) == ("fevers@1", 3)


def test_an_upload_is_frozen_as_it_was_reported(database: Database) -> None:
    with database.transaction() as session:
        upload = staged(session, *hundred_rows_with_three_bad())
        asked = start_freezing(upload.token, session=session, actor=ACTOR, now=MOMENT)

    run(database, asked)

    version = look(database, asked).version
    assert version is not None
    assert (version.sha256, version.n_prompts) == (upload.report.sha256, 97)


def test_gaps_are_filled_as_the_sender_said(database: Database) -> None:
    bare = {"prompt": "What is fever?"}
    options = ReadingOptions(RowDefaults("medicine", "en", "CC0-1.0"), (("text", "prompt"),), True)
    sent = SentFile(lines_of({**bare, "source": {"kind": "written"}, "x": 1}), "f.jsonl", options)
    with database.transaction() as session:
        asked = start_import(sent, NAMES, session=session, actor=ACTOR, now=MOMENT, freezes=True)

    run(database, asked)

    with database.transaction(write=False) as session:
        document = session.exec(select(Prompt.document)).one()
    assert '"domain":"medicine"' in document
    assert '"metadata":{"x":1}' in document


@pytest.mark.parametrize(
    ("data", "filename", "rule"),
    [
        pytest.param(b"{" * 9, "f.json", "f.json", id="no JSON"),
        pytest.param(b"\n", "f.jsonl", "f.jsonl: holds no rows", id="no rows"),
        pytest.param(b"PAR1", "f.parquet", "f.parquet", id="no Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    database: Database, data: bytes, filename: str, rule: str
) -> None:
    asked = ask(database, data, filename=filename, freezes=True)

    end = run(database, asked)

    found = look(database, asked)
    assert (end, found.status) == (RunEnd.FAILED, WorkStatus.FAILED)
    assert rule in str(found.problems[0])
    assert (count(database, PromptUpload), has_file(database)) == (0, False)


def test_nothing_good_keeps_its_report_and_freezes_nothing(database: Database) -> None:
    asked = ask(database, lines_of(row(license="no licence")), freezes=True)

    run(database, asked)

    found = look(database, asked)
    assert found.status is WorkStatus.FAILED
    assert "no good row" in found.problems[0].rule
    assert (found.upload != "", count(database, Prompt)) == (True, 0)


def test_one_that_is_cancelled_before_keeps_nothing(database: Database) -> None:
    asked = ask(database, freezes=True)
    with database.transaction() as session:
        cancel_import(asked.public_id, session=session, actor=ACTOR, now=MOMENT)

    assert run(database, asked) is RunEnd.CANCELLED
    assert count(database, PromptUpload) == 0


def test_one_that_is_cancelled_halfway_ends_with_nothing(database: Database) -> None:
    asked = ask(database)
    import_id = row_id(database, asked)
    with database.transaction() as session:
        session.get_one(PromptImport, import_id).status = WorkStatus.RUNNING

    class CancelAtOnce(threading.Event):
        """Cancel the import when the first row asks whether to stop."""

        def is_set(self) -> bool:
            """Cancel, and say that nobody asked this process to stop."""
            with database.transaction() as session:
                cancel_import(asked.public_id, session=session, actor=ACTOR, now=MOMENT)
            return False

    end = run_import(
        database, import_id, tools=WorkTools(lambda: MOMENT, CancelAtOnce(), tell_every_s=0.0)
    )

    assert end is RunEnd.CANCELLED
    assert look(database, asked).status is WorkStatus.CANCELLED
    assert count(database, PromptUpload) == 0


def test_a_process_that_stops_leaves_it_for_another(database: Database) -> None:
    asked = ask(database, freezes=True)
    stop = threading.Event()
    stop.set()

    assert run(database, asked, stop=stop) is RunEnd.STOPPED
    assert look(database, asked).status is WorkStatus.RUNNING
    assert run(database, asked) is RunEnd.DONE


def test_one_that_another_process_holds_is_left_alone(database: Database) -> None:
    asked = ask(database)

    with claim(database, IMPORTS.claim_name(row_id(database, asked))):
        assert run(database, asked) is RunEnd.HELD


def test_a_defect_is_written_down_and_raised_and_can_be_tried_again(database: Database) -> None:
    asked = ask(database)
    with database.transaction() as session:
        file = session.exec(select(PromptImportFile)).one()
        row_of_import = session.exec(select(PromptImport)).one()
        # A later version of EvalHub might write options that this one does not know.
        row_of_import.options = '{"renames": 7}'

    with pytest.raises(ValueError, match="renames"):
        run(database, asked)

    with database.transaction() as session:
        session.exec(select(PromptImport)).one().options = "{}"
        assert session.get_one(PromptImportFile, file.prompt_import_id).content == file.content
        retry_import(asked.public_id, session=session, actor=ACTOR, now=MOMENT)
    assert run(database, asked) is RunEnd.DONE


def test_how_far_it_is_can_be_seen_meanwhile(database: Database) -> None:
    asked = ask(database)
    seen: list[tuple[ImportStage, int]] = []

    class Watch(threading.Event):
        """Look at the import whenever it asks whether to stop."""

        def is_set(self) -> bool:
            """Note how far it has told that it is."""
            found = look(database, asked)
            seen.append((found.stage, found.n_done))
            return False

    run(database, asked, stop=Watch())

    assert (ImportStage.READING, 2) in seen
    assert (ImportStage.COMPARING, 1) in seen
    assert look(database, asked).stage is ImportStage.PREPARING


def test_the_same_rows_are_the_version_that_is_there(database: Database) -> None:
    for _ in range(2):
        asked = ask(database, freezes=True)
        run(database, asked)

    with database.transaction(write=False) as session:
        assert len(session.exec(select(PromptSetVersion)).all()) == 1
    assert look(database, asked).version is not None


def cancel_once(database: Database, asked: ImportView, *, at: ImportStage) -> Callable[..., None]:
    """Return what cancels a running import once it has told that it is at a stage."""
    is_looking = threading.Lock()

    def cancel(*_told: object) -> None:
        # What looks gives a connection back as well, and would hear of that.
        if not is_looking.acquire(blocking=False):
            return
        found = look(database, asked)
        if found.status is WorkStatus.RUNNING and found.stage is at:
            with database.transaction() as session:
                cancel_import(asked.public_id, session=session, actor=ACTOR, now=MOMENT)
        is_looking.release()

    return cancel


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_that_is_cancelled_at_the_last_moment_stores_nothing(database: Database) -> None:
    asked = ask(database, freezes=True)

    with listening(database, "checkin", cancel_once(database, asked, at=ImportStage.FREEZING)):
        end = run(database, asked)

    assert end is RunEnd.CANCELLED
    assert (look(database, asked).version, count(database, Prompt)) == (None, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_that_was_cancelled_stays_so_whatever_its_file_is(database: Database) -> None:
    asked = ask(database, b"\n")

    with listening(database, "checkin", cancel_once(database, asked, at=ImportStage.READING)):
        run(database, asked)

    found = look(database, asked)
    assert (found.status, found.problems) == (WorkStatus.CANCELLED, ())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_while_the_database_is_away_nothing_is_said_to_have_failed(database: Database) -> None:
    asked = ask(database)

    class Away(threading.Event):
        """Lose the database when the import asks whether to stop."""

        def is_set(self) -> bool:
            """Raise what a driver raises."""
            raise sa.exc.OperationalError("SELECT 1", None, Exception("gone"))

    with pytest.raises(sa.exc.OperationalError):
        run(database, asked, stop=Away())

    found = look(database, asked)
    assert (found.status, found.problems) == (WorkStatus.RUNNING, ())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_rows_are_written_before_the_writers_place_is_taken(database: Database) -> None:
    asked = ask(database)
    seen: list[str] = []

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is write_rows.__code__:
            seen.append("rows")

    def note(connection: sa.Connection, *_rest: object, **_named: object) -> None:
        if connection.get_execution_options().get(WRITE):
            seen.append("statement")

    with (
        listening(database, "before_cursor_execute", note),
        listening(database, "commit", lambda _connection: seen.append("end")),
    ):
        sys.setprofile(watch)
        try:
            run(database, asked)
        finally:
            sys.setprofile(None)

    # Between two transactions, not after the first statement of one: others may write meanwhile.
    assert seen[seen.index("rows") - 1] == "end"
    assert seen.count("rows") == 1


def stopped_by_a_defect(database: Database) -> ImportView:
    """Return an import that a defect ended, with its file kept."""
    asked = ask(database)
    with database.transaction() as session:
        session.exec(select(PromptImport)).one().options = '{"renames": 7}'
    with pytest.raises(ValueError, match="renames"):
        run(database, asked)
    return asked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_file_that_a_defect_left_can_be_deleted_once(database: Database) -> None:
    asked = stopped_by_a_defect(database)
    assert (look(database, asked).has_file, has_file(database)) == (True, True)

    with database.transaction() as session:
        cancel_import(asked.public_id, session=session, actor=ACTOR, now=MOMENT)

    found = look(database, asked)
    assert (found.status, found.has_file, has_file(database)) == (WorkStatus.FAILED, False, False)
    assert found.problems != ()
    with database.transaction() as session, pytest.raises(Conflict, match="ended already"):
        cancel_import(asked.public_id, session=session, actor=ACTOR, now=MOMENT)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_cancels_while_rows_are_stored_is_told_at_once(database: Database) -> None:
    asked = ask(database, freezes=True)
    with database.transaction() as session:
        row_of_import = session.exec(select(PromptImport)).one()
        row_of_import.status, row_of_import.stage = WorkStatus.RUNNING, ImportStage.FREEZING

    with database.transaction() as storing:
        storing.exec(select(PromptImport).with_for_update()).one()
        # Waiting for the row would wait for ever here, since one thread holds it and asks for it.
        with database.transaction() as session:
            session.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
            with pytest.raises(Conflict, match="cannot be stopped any more"):
                cancel_import(asked.public_id, session=session, actor=ACTOR, now=MOMENT)

    with database.transaction() as session:
        cancel_import(asked.public_id, session=session, actor=ACTOR, now=MOMENT)
    assert look(database, asked).status is WorkStatus.CANCELLED
