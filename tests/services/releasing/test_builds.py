"""Builds are asked for, run, stopped and tried again, and never keep half a release."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from evalhub.config import Settings
from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.queued_work import Attendance, RunEnd, WorkStatus
from evalhub.core.releasing.builds import BuildStage
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.vocabulary import Part
from evalhub.db.claims import claim
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Person, Release, ReleaseBuild
from evalhub.errors import BadInput, Conflict, NotFound
from evalhub.services.queued_work import Teller
from evalhub.services.releasing.builds import (
    BUILDS,
    cancel_build,
    get_build,
    list_builds,
    retry_build,
    start_build,
)
from evalhub.services.releasing.running import BuildTools, run_build
from evalhub.services.workers import beat
from tests.building import ask, look, row_id, run
from tests.factories import MOMENT, make_project
from tests.release_project import make_tiny_project

ACTOR = command_actor()


@pytest.fixture
def tiny(database: Database) -> Database:
    """Give a database with the tiny project, beside one that nobody judged."""
    with database.transaction() as session:
        make_tiny_project(session)
        make_project(session, slug="empty")
    return database


def cancel(database: Database, public_id: str) -> None:
    with database.transaction() as session:
        cancel_build(public_id, session=session, actor=ACTOR, now=MOMENT)


def retry(database: Database, public_id: str) -> None:
    with database.transaction() as session:
        retry_build(public_id, session=session, actor=ACTOR, now=MOMENT)


def versions(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(Release.version)))


def folders(settings: Settings) -> set[str]:
    """Return what lies in the folder of releases."""
    return {path.name for path in settings.releases_dir.glob("*")}


def test_a_build_that_was_asked_for_is_run_and_kept(tiny: Database, settings: Settings) -> None:
    asked = ask(tiny, version="1.4.0", recipe=Recipe(flavours=(Part.KTO,)))

    end = run(tiny, settings, asked)

    found = look(tiny, asked)
    assert (end, found.status, found.release, found.is_new) == (
        RunEnd.DONE,
        WorkStatus.DONE,
        "1.4.0",
        True,
    )
    assert (found.stage, found.attendance) == (BuildStage.KEEPING, Attendance.OVER)
    assert (settings.releases_dir / "tiny/1.4.0/kto").is_dir()
    assert not (settings.releases_dir / "tiny/1.4.0/arena").exists()


def test_the_same_state_is_no_new_release(tiny: Database, settings: Settings) -> None:
    run(tiny, settings, ask(tiny))

    again = ask(tiny)
    run(tiny, settings, again)

    assert (look(tiny, again).release, look(tiny, again).is_new) == ("1.0.0", False)
    assert versions(tiny) == ["1.0.0"]


def test_a_release_is_kept_in_the_name_of_who_asked(tiny: Database, settings: Settings) -> None:
    with tiny.transaction(write=False) as session:
        person = session.exec(select(Person).order_by(col(Person.id))).first()
        assert person is not None
    asked = ask(tiny, actor=Actor(person.id, person.name, frozenset({Role.RESEARCHER})))

    run(tiny, settings, asked)

    assert look(tiny, asked).created_by == person.name
    with tiny.transaction(write=False) as session:
        assert session.exec(select(Release.created_by)).one() == person.id
        actions = session.exec(select(AuditEvent.action).order_by(col(AuditEvent.sequence))).all()
    assert actions == ["release.start_build", "release.build"]


@pytest.mark.parametrize(
    ("slug", "version", "error"),
    [("none", None, NotFound), ("tiny", "1.x", BadInput), ("empty", None, Conflict)],
)
def test_what_cannot_be_built_is_refused_at_once(
    tiny: Database, slug: str, version: str | None, error: type[Exception]
) -> None:
    with tiny.transaction() as session, pytest.raises(error):
        start_build(slug, session=session, actor=ACTOR, now=MOMENT, version=version)


def test_one_build_of_a_project_at_a_time(tiny: Database, settings: Settings) -> None:
    first = ask(tiny)

    with pytest.raises(Conflict, match=first.public_id):
        ask(tiny)

    run(tiny, settings, first)
    assert ask(tiny).public_id != first.public_id


def test_what_cannot_be_kept_fails_with_its_reason(tiny: Database, settings: Settings) -> None:
    run(tiny, settings, ask(tiny, version="1.0.0"))
    with tiny.transaction() as session:
        session.execute(sa.text("UPDATE project SET title = 'Another'"))
    asked = ask(tiny, version="1.0.0")

    end = run(tiny, settings, asked)

    found = look(tiny, asked)
    assert (end, found.status) == (RunEnd.FAILED, WorkStatus.FAILED)
    assert "a version never changes" in found.reason
    assert folders(settings) == {"tiny"}


def test_a_defect_is_written_down_and_raised(tiny: Database, settings: Settings) -> None:
    asked = ask(tiny)
    with tiny.transaction() as session:
        session.execute(sa.text("UPDATE prompt SET document = '{'"))

    with pytest.raises(ValueError, match="property name"):
        run(tiny, settings, asked)

    found = look(tiny, asked)
    assert found.status is WorkStatus.FAILED
    assert found.reason == "Stopped by a defect of EvalHub (JSONDecodeError)."


def test_a_defect_at_the_beginning_is_written_down_and_keeps_nobody_waiting(
    tiny: Database, settings: Settings
) -> None:
    asked = ask(tiny)
    with tiny.transaction() as session:
        session.execute(sa.text("UPDATE release_build SET recipe = '{\"shares\": null}'"))

    with pytest.raises(ValueError, match="shares"):
        run(tiny, settings, asked)

    found = look(tiny, asked)
    assert (found.status, found.finished_at) == (WorkStatus.FAILED, MOMENT)
    assert found.reason == "Stopped by a defect of EvalHub (ValidationError)."
    assert run(tiny, settings, ask(tiny)) is RunEnd.DONE


def test_a_build_waits_for_a_database_that_fails_at_the_beginning(
    tiny: Database, settings: Settings
) -> None:
    def now() -> datetime:
        raise sa.exc.OperationalError("SELECT 1", None, Exception("told by the server"))

    asked = ask(tiny)

    with pytest.raises(sa.exc.OperationalError):
        run_build(tiny, row_id(tiny, asked), tools=BuildTools(now, settings=settings))

    assert look(tiny, asked).status is WorkStatus.QUEUED


def test_a_version_below_the_newest_is_refused_at_once(tiny: Database, settings: Settings) -> None:
    run(tiny, settings, ask(tiny, version="1.0.0"))

    with pytest.raises(Conflict, match=r"0\.9\.0 is below 1\.0\.0"):
        ask(tiny, version="0.9.0")


def test_a_cancelled_build_is_not_run(tiny: Database, settings: Settings) -> None:
    asked = ask(tiny)
    cancel(tiny, asked.public_id)

    assert run(tiny, settings, asked) is RunEnd.CANCELLED
    assert (versions(tiny), folders(settings)) == ([], set())


def test_a_running_build_notices_that_it_was_cancelled(tiny: Database, settings: Settings) -> None:
    asked = ask(tiny)
    stop = _CancelAfter(3, tiny, asked.public_id)

    end = run(tiny, settings, asked, stop=stop)

    assert end is RunEnd.CANCELLED
    assert look(tiny, asked).status is WorkStatus.CANCELLED
    assert (versions(tiny), folders(settings)) == ([], set())


class _CancelAfter(threading.Event):
    """Cancel the build when it asks for the n-th time whether it should stop."""

    def __init__(self, n: int, database: Database, public_id: str) -> None:
        super().__init__()
        self._left, self._database, self._public_id = n, database, public_id

    def is_set(self) -> bool:
        """Count the questions."""
        self._left -= 1
        if self._left == 0:
            cancel(self._database, self._public_id)
        return False


def test_a_process_that_stops_leaves_the_build_to_the_next(
    tiny: Database, settings: Settings
) -> None:
    asked = ask(tiny)
    stop = threading.Event()
    stop.set()

    assert run(tiny, settings, asked, stop=stop) is RunEnd.STOPPED
    found = look(tiny, asked)
    assert (found.status, found.attendance) == (WorkStatus.RUNNING, Attendance.ABANDONED)

    assert run(tiny, settings, asked) is RunEnd.DONE


def test_two_processes_do_not_work_on_one_build(tiny: Database, settings: Settings) -> None:
    asked = ask(tiny)

    with claim(tiny, BUILDS.claim_name(row_id(tiny, asked))) as is_held:
        end = run(tiny, settings, asked)

    assert (is_held, end) == (True, RunEnd.HELD)
    assert look(tiny, asked).status is WorkStatus.QUEUED


def test_a_failed_build_is_tried_again_as_another_job(tiny: Database, settings: Settings) -> None:
    asked = ask(tiny)
    with tiny.transaction(write=False) as session:
        first = [job.job_id for job in BUILDS.waiting(session=session)]
    cancel(tiny, asked.public_id)

    retry(tiny, asked.public_id)

    with tiny.transaction(write=False) as session:
        again = [job.job_id for job in BUILDS.waiting(session=session)]
    assert len(first) == len(again) == 1 != len({*first, *again})
    assert run(tiny, settings, asked) is RunEnd.DONE


def test_what_is_over_or_under_way_is_not_cancelled_or_tried_again(
    tiny: Database, settings: Settings
) -> None:
    asked = ask(tiny)
    with pytest.raises(Conflict, match="waiting or working"):
        retry(tiny, asked.public_id)
    run(tiny, settings, asked)

    with pytest.raises(Conflict, match="done"):
        retry(tiny, asked.public_id)
    with pytest.raises(Conflict, match="ended already"):
        cancel(tiny, asked.public_id)


def test_who_sees_to_a_build_is_told(tiny: Database) -> None:
    asked = ask(tiny)
    assert look(tiny, asked).attendance is Attendance.UNATTENDED

    with tiny.transaction() as session:
        beat("a-worker", session=session)
    assert look(tiny, asked).attendance is Attendance.WAITING

    with tiny.transaction() as session:
        session.execute(sa.update(ReleaseBuild).values(status=WorkStatus.RUNNING))
    with claim(tiny, BUILDS.claim_name(row_id(tiny, asked))):
        assert look(tiny, asked).attendance is Attendance.WORKING
    assert look(tiny, asked).attendance is Attendance.ABANDONED


def test_the_history_has_the_newest_first(tiny: Database, settings: Settings) -> None:
    first = ask(tiny)
    run(tiny, settings, first, now=MOMENT + timedelta(hours=1))
    second = ask(tiny)

    with tiny.transaction(write=False) as session:
        assert [one.public_id for one in list_builds(session=session)] == [
            second.public_id,
            first.public_id,
        ]
        assert [one.public_id for one in list_builds(session=session, limit=1, offset=1)] == [
            first.public_id
        ]
        assert list_builds(session=session, offset=2) == []
        with pytest.raises(NotFound, match="no build 'x'"):
            get_build("x", session=session)


class _Fault(threading.Event):
    """Fail as a database does when it is asked whether to stop."""

    def __init__(self, error: type[sa.exc.DBAPIError]) -> None:
        super().__init__()
        self._error = error

    def is_set(self) -> bool:
        """Fail."""
        raise self._error("SELECT 1", None, Exception("told by the server"))


def test_an_error_of_the_database_that_stays_is_written_down(
    tiny: Database, settings: Settings
) -> None:
    asked = ask(tiny)

    with pytest.raises(sa.exc.IntegrityError):
        run(tiny, settings, asked, stop=_Fault(sa.exc.IntegrityError))

    found = look(tiny, asked)
    assert found.status is WorkStatus.FAILED
    assert found.reason == "Stopped by a defect of EvalHub (IntegrityError)."


class _CancelAndFail(_Fault):
    """Cancel the build, then fail."""

    def __init__(self, database: Database, public_id: str) -> None:
        super().__init__(sa.exc.IntegrityError)
        self._database, self._public_id = database, public_id

    def is_set(self) -> bool:
        """Cancel and fail."""
        cancel(self._database, self._public_id)
        return super().is_set()


def test_what_fails_after_it_was_cancelled_stays_cancelled(
    tiny: Database, settings: Settings
) -> None:
    asked = ask(tiny)

    with pytest.raises(sa.exc.IntegrityError):
        run(tiny, settings, asked, stop=_CancelAndFail(tiny, asked.public_id))

    assert look(tiny, asked).status is WorkStatus.CANCELLED


def test_a_build_that_is_cancelled_at_the_last_moment_is_not_kept(
    tiny: Database, settings: Settings
) -> None:
    asked = ask(tiny)
    moments = []

    def now() -> datetime:
        moments.append(MOMENT)
        # Asked when it begins, and again when the files are written and nothing is published.
        if len(moments) == 2:
            cancel(tiny, asked.public_id)
        return MOMENT

    tools = BuildTools(now, tell_every_s=0.0, settings=settings)
    end = run_build(tiny, row_id(tiny, asked), tools=tools)

    assert end is RunEnd.CANCELLED
    assert look(tiny, asked).status is WorkStatus.CANCELLED
    assert (versions(tiny), folders(settings)) == ([], set())


def test_a_build_is_not_tried_again_beside_another(tiny: Database, settings: Settings) -> None:
    first = ask(tiny)
    cancel(tiny, first.public_id)
    second = ask(tiny)

    with pytest.raises(Conflict, match=f"being built already: build {second.public_id}"):
        retry(tiny, first.public_id)


def test_a_build_waits_for_a_database_that_fails(tiny: Database, settings: Settings) -> None:
    asked = ask(tiny)

    with pytest.raises(sa.exc.OperationalError):
        run(tiny, settings, asked, stop=_Fault(sa.exc.OperationalError))

    # Not failed: the job tries again, and whoever looks sees that nobody works on it.
    found = look(tiny, asked)
    assert (found.status, found.attendance) == (WorkStatus.RUNNING, Attendance.ABANDONED)
    assert folders(settings) == set()


def test_progress_is_written_down_once_in_a_while_and_at_each_stage(
    tiny: Database, settings: Settings
) -> None:
    asked = ask(tiny)
    with tiny.transaction() as session:
        session.execute(sa.update(ReleaseBuild).values(status=WorkStatus.RUNNING))
    tools = BuildTools(lambda: MOMENT, tell_every_s=3_600, settings=settings)
    teller = Teller(tiny, BUILDS, row_id(tiny, asked), tools)

    seen = []
    for stage, n_done in (
        (BuildStage.COUNTING, 1),
        (BuildStage.COUNTING, 2),
        (BuildStage.WRITING, 3),
    ):
        teller(stage, n_done, 9)
        found = look(tiny, asked)
        seen.append((found.stage, found.n_done, found.n_wanted))

    assert seen == [
        (BuildStage.COUNTING, 1, 9),
        (BuildStage.COUNTING, 1, 9),
        (BuildStage.WRITING, 3, 9),
    ]
