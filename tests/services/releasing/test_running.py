"""Building a release in two transactions: nobody waits for it, and it is whole or not there."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from multiprocessing.synchronize import Event as ProcessEvent
from pathlib import Path
from typing import BinaryIO

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from evalhub.config import Settings
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Origin, Role, command_actor
from evalhub.core.releasing.files import Target
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Pair, Person, Release
from evalhub.errors import Conflict
from evalhub.services.releasing.folders import folder_target
from evalhub.services.releasing.keeping import BuiltRelease
from evalhub.services.releasing.running import build_release
from evalhub.services.releasing.verifying import verify_release
from tests.factories import make_consent, withdraw_consent
from tests.release_project import MOMENT, Verdict, add_verdict, make_tiny_project
from tests.web.conftest import SignIn
from tests.web.desk import Desk, answers, make_desk

PATIENCE_S = 60


class Gate:
    """Open the files of a build, but hold it at its first one until it may go on."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self.is_open = threading.Event()

    def __call__(self, folder: Path) -> Target:
        """Stand in the place of ``folder_target``."""
        target = folder_target(folder)

        def wait(path: str) -> BinaryIO:
            self.is_reached.set()
            assert self.is_open.wait(PATIENCE_S)
            return target.open_file(path)

        return replace(target, open_file=wait)


class Builder:
    """Build releases of one project, at once or held halfway in a thread of their own."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def build(
        self,
        slug: str = "tiny",
        *,
        version: str | None = None,
        target_in: Callable[[Path], Target] = folder_target,
    ) -> BuiltRelease:
        """Build as pages and commands do."""
        return build_release(
            slug,
            database=self._database,
            settings=self._settings,
            actor=command_actor(),
            now=MOMENT,
            version=version,
            target_in=target_in,
        )

    @contextmanager
    def halfway(
        self, slug: str = "tiny", *, version: str | None = None
    ) -> Iterator[Future[BuiltRelease]]:
        """Yield a build that has read its state and waits at its first file; then let it go."""
        gate = Gate()
        with ThreadPoolExecutor(max_workers=1) as pool:
            future = pool.submit(self.build, slug, version=version, target_in=gate)
            try:
                assert gate.is_reached.wait(PATIENCE_S)
                yield future
            finally:
                gate.is_open.set()

    def left(self) -> list[str]:
        """Return what lies in the folder of the releases."""
        return sorted(path.name for path in self._settings.releases_dir.iterdir())

    def versions(self) -> list[str]:
        """Return the versions that rows speak of."""
        with self._database.transaction(write=False) as session:
            return [row.version for row in session.exec(select(Release).order_by(col(Release.id)))]


@pytest.fixture
def builder(database: Database, settings: Settings) -> Builder:
    with database.transaction() as session:
        make_tiny_project(session)
    return Builder(database, settings)


def judge_once_more(database: Database, choice: Choice = Choice.B) -> None:
    with database.transaction() as session:
        pair = session.exec(select(Pair).order_by(col(Pair.id))).first()
        person = session.exec(select(Person).order_by(col(Person.id))).first()
        assert pair is not None
        assert person is not None
        add_verdict(session, pair, person, Verdict(0, choice))


def test_an_expert_submits_while_their_project_is_released(
    client: FlaskClient, database: Database, settings: Settings, sign_in: SignIn
) -> None:
    expert = sign_in(client, {Role.ANNOTATOR})
    desk: Desk = make_desk(client, database, expert)
    with database.transaction() as session:
        make_consent(session, expert)
    desk.send(desk.open(), answers())
    address = desk.open()

    with Builder(database, settings).halfway(desk.slug) as future:
        response = desk.send(address, answers())
        stored = len(desk.judgments())
        is_still_building = not future.done()

    assert (response.status_code, stored, is_still_building) == (303, 2, True)
    assert future.result().manifest.counts.n_judgments == 1


def test_a_release_holds_the_state_it_began_with(builder: Builder, database: Database) -> None:
    with builder.halfway() as future:
        judge_once_more(database)
    first = future.result()

    second = builder.build()

    assert [first.manifest.counts.n_judgments, second.manifest.counts.n_judgments] == [19, 20]
    assert (first.version, second.version) == ("1.0.0", "1.1.0")
    assert verify_release(first.folder).is_good


def test_nothing_is_kept_of_somebody_who_withdraws_meanwhile(
    builder: Builder, database: Database
) -> None:
    with builder.halfway() as build, database.transaction() as session:
        person = session.exec(select(Person).where(Person.public_id == "person-1")).one()
        withdraw_consent(session, person)

    with pytest.raises(Conflict, match="Consent was taken back"):
        build.result(PATIENCE_S)
    assert (builder.versions(), builder.left()) == ([], [])


def test_two_builds_of_one_state_give_one_version(builder: Builder) -> None:
    with builder.halfway() as future:
        first = builder.build()
    second = future.result()

    assert (first.is_new, second.is_new) == (True, False)
    assert first.version == second.version
    assert builder.versions() == ["1.0.0"]
    assert builder.left() == ["tiny"]


def test_a_build_overtaken_by_one_of_a_later_state_is_refused(
    builder: Builder, database: Database
) -> None:
    with builder.halfway() as future:
        judge_once_more(database)
        kept = builder.build()

    with pytest.raises(Conflict, match=r"tiny@1\.0\.0 was built while.*Build again"):
        future.result()
    assert builder.versions() == ["1.0.0"]
    assert kept.manifest.counts.n_judgments == 20
    assert verify_release(kept.folder).is_good


def test_an_automatic_version_never_stands_below_one_built_meanwhile(builder: Builder) -> None:
    with builder.halfway() as future:
        builder.build(version="2.0.0")

    with pytest.raises(Conflict, match=r"tiny@2\.0\.0 was built while"):
        future.result()
    assert builder.versions() == ["2.0.0"]
    assert builder.left() == ["tiny"]


def test_a_named_version_that_was_taken_meanwhile_is_refused(
    builder: Builder, database: Database
) -> None:
    with builder.halfway(version="3.0.0") as future:
        judge_once_more(database)
        kept = builder.build(version="3.0.0")

    with pytest.raises(Conflict, match=r"tiny@3\.0\.0 exists with other content.*version 3\.1\.0"):
        future.result()
    assert verify_release(kept.folder).is_good


def test_a_named_version_below_one_built_meanwhile_is_refused(builder: Builder) -> None:
    with builder.halfway(version="1.0.1") as future:
        builder.build(version="2.0.0")

    with pytest.raises(Conflict, match=r"1\.0\.1 is below 2\.0\.0"):
        future.result()
    assert builder.versions() == ["2.0.0"]
    assert builder.left() == ["tiny"]


def test_a_version_below_the_newest_is_refused_before_it_is_built(builder: Builder) -> None:
    builder.build(version="1.0.0")

    with pytest.raises(Conflict, match="only rise"):
        builder.build(version="0.9.0")


def test_an_older_version_of_the_same_state_is_built_again(builder: Builder) -> None:
    builder.build(version="1.0.0")
    builder.build(version="1.1.0")

    assert not builder.build(version="1.0.0").is_new


@pytest.mark.parametrize("n_files", [0, 3, 12])
def test_a_build_that_fails_leaves_nothing(
    builder: Builder, database: Database, n_files: int
) -> None:
    def target_in(folder: Path) -> Target:
        target = folder_target(folder)
        opened: list[str] = []

        def open_some(path: str) -> BinaryIO:
            if len(opened) == n_files:
                raise OSError(28, "No space left on device", path)
            opened.append(path)
            return target.open_file(path)

        return replace(target, open_file=open_some)

    with pytest.raises(OSError, match="No space left"):
        builder.build(target_in=target_in)

    assert (builder.left(), builder.versions()) == ([], [])
    with database.transaction(write=False) as session:
        assert session.exec(select(AuditEvent)).all() == []


def build_and_hang(settings: Settings, has_begun: ProcessEvent) -> None:
    """Build in a process of its own that stops at its first file for good."""

    def target_in(folder: Path) -> Target:
        target = folder_target(folder)

        def hang(path: str) -> BinaryIO:
            file = target.open_file(path)
            has_begun.set()
            threading.Event().wait()
            return file

        return replace(target, open_file=hang)

    Builder(Database(settings.database_url), settings).build(target_in=target_in)


def test_what_a_killed_build_left_is_removed_by_the_next(
    builder: Builder, settings: Settings
) -> None:
    spawn = multiprocessing.get_context("spawn")
    has_begun = spawn.Event()
    process = spawn.Process(target=build_and_hang, args=(settings, has_begun))
    process.start()
    assert has_begun.wait(PATIENCE_S)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    left = builder.left()

    built = builder.build()

    assert [name.partition("-")[0] for name in left] == [".building", ".building"]
    assert (built.version, built.is_new) == ("1.0.0", True)
    assert builder.left() == ["tiny"]


def test_a_build_waits_for_nobody_until_its_files_are_written(
    builder: Builder, database: Database, now: datetime
) -> None:
    """Hold the one writer's place; a build gets as far as its last file all the same."""
    is_written = threading.Event()

    def target_in(folder: Path) -> Target:
        target = folder_target(folder)

        def open_noting(path: str) -> BinaryIO:
            if path == "SHA256SUMS":
                is_written.set()
            return target.open_file(path)

        return replace(target, open_file=open_noting)

    with ThreadPoolExecutor(max_workers=1) as pool:
        with database.transaction() as session:
            session.add(
                Person(public_id="busy", name="Busy", origin=Origin.ACCOUNT, created_at=now)
            )
            session.flush()
            future = pool.submit(builder.build, target_in=target_in)
            has_written = is_written.wait(PATIENCE_S)
        built = future.result()

    assert has_written
    assert built.is_new
