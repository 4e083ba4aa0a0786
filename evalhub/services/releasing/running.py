"""Run the build of a release from claim to ending, and tell its row how far it has come."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.config import Settings
from evalhub.core.people import Actor, command_actor
from evalhub.core.releasing.builds import BuildStage, BuildStatus, Say, say_nothing
from evalhub.core.releasing.files import Target
from evalhub.core.releasing.recipe import Recipe
from evalhub.db.claims import claim
from evalhub.db.models import Person, Project, Release, ReleaseBuild
from evalhub.errors import EvalHubError
from evalhub.services.releasing.builds import RECIPES, claim_name
from evalhub.services.releasing.folders import building_folder, folder_target
from evalhub.services.releasing.keeping import BuiltRelease, keep_release, stage_release
from evalhub.services.releasing.preparing import PreparedRelease, prepare_release
from evalhub.services.transaction import Database, is_passing

TELL_EVERY_S = 1.0
"""How often a running build writes down how far it is, and looks whether it was cancelled."""


class BuildEnd(StrEnum):
    """How one run of a build ended."""

    DONE = "done"
    """The release is kept."""
    FAILED = "failed"
    """It cannot be built; the reason is written beside it."""
    CANCELLED = "cancelled"
    """A person cancelled it."""
    STOPPED = "stopped"
    """This process was asked to stop; another starts it anew."""
    HELD = "held"
    """Another process works on it."""


@dataclass(frozen=True, slots=True)
class BuildTools:
    """Name what a run needs from outside: settings, a clock, a stop signal."""

    settings: Settings
    now: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    tell_every_s: float = TELL_EVERY_S


class _Ended(Exception):
    """End a build from within, without a release."""

    def __init__(self, end: BuildEnd) -> None:
        super().__init__(end)
        self.end = end


@dataclass(frozen=True, slots=True)
class _Work:
    """Hold what a build was asked for."""

    build_id: int
    project: str
    version: str | None
    recipe: Recipe
    actor: Actor


def build_release(  # noqa: PLR0913 - what is wanted, and what a build needs from outside
    slug: str,
    *,
    database: Database,
    settings: Settings,
    actor: Actor,
    now: datetime,
    version: str | None = None,
    recipe: Recipe | None = None,
    target_in: Callable[[Path], Target] = folder_target,
    say: Say = say_nothing,
) -> BuiltRelease:
    """Build a release of the project ``slug`` and keep it; the same state gives the same bytes.

    The files are gathered and written in a transaction that only reads, and so hold the state
    of its first statement; a second, short one publishes them and inserts the row. The caller
    must not be inside a writing transaction of its own: everybody else would wait for both.

    Raise ``NotFound`` for an unknown project, ``BadInput`` for a malformed version and
    ``Conflict`` when there is nothing to release, when the version exists with other bytes, or
    when another build was kept meanwhile; then, and when ``say`` raises, nothing is left behind.
    """
    prepared = _prepared(
        slug,
        database=database,
        settings=settings,
        version=version,
        recipe=recipe,
        target_in=target_in,
        say=say,
    )
    with prepared as release:
        stage_release(release, settings=settings)
        with database.transaction() as writing:
            return keep_release(release, session=writing, settings=settings, actor=actor, now=now)


@contextmanager
def _prepared(
    slug: str,
    *,
    database: Database,
    settings: Settings,
    version: str | None,
    recipe: Recipe | None,
    say: Say,
    target_in: Callable[[Path], Target] = folder_target,
) -> Iterator[PreparedRelease]:
    """Write a release into a folder of its own, which is gone in the end unless it was kept."""
    with building_folder(settings.releases_dir) as folder:
        with database.transaction(write=False) as reading:
            prepared = prepare_release(
                slug,
                session=reading,
                settings=settings,
                folder=folder,
                version=version,
                recipe=recipe,
                target_in=target_in,
                say=say,
            )
        yield prepared


def run_build(database: Database, build_id: int, *, tools: BuildTools) -> BuildEnd:
    """Build what the row of ``build_id`` asks for, and write down how it ended.

    One process works on a build at a time. One that dies leaves its row as running and holds no
    claim, so that whoever takes it over starts anew; the folder it left is removed by the next
    build. What cannot be built fails with its reason; a defect is written down and raised.
    """
    with claim(database, claim_name(build_id)) as is_held:
        if not is_held:
            return BuildEnd.HELD
        with database.transaction() as session:
            work = _begin(build_id, session=session, now=tools.now())
        if work is None:
            return BuildEnd.CANCELLED
        return _run(database, work, tools)


def _run(database: Database, work: _Work, tools: BuildTools) -> BuildEnd:
    prepared = _prepared(
        work.project,
        database=database,
        settings=tools.settings,
        version=work.version,
        recipe=work.recipe,
        say=Teller(database, work.build_id, tools),
    )
    reason = ""
    try:
        with prepared as release:
            stage_release(release, settings=tools.settings)
            moment = tools.now()
            with database.transaction() as writing:
                # Looked at where it is published: whoever cancels either comes before and is
                # obeyed, or comes after and is told that the build is done.
                row = _running(work.build_id, writing)
                built = keep_release(
                    release,
                    session=writing,
                    settings=tools.settings,
                    actor=work.actor,
                    now=moment,
                )
                _succeed(row, built, writing, now=moment)
    except _Ended as ended:
        return ended.end
    except EvalHubError as error:
        reason = str(error)
    except Exception as error:
        # Where the database may come back the job waits for it, and then starts anew.
        if not is_passing(error):
            reason = f"Stopped by a defect of EvalHub ({type(error).__name__})."
        raise
    finally:
        if reason:
            with database.transaction() as session:
                _fail(work.build_id, reason, session, now=tools.now())
    return BuildEnd.FAILED if reason else BuildEnd.DONE


@dataclass(slots=True)
class Teller:
    """Write down how far a build is, and end it where it was cancelled or this process stops."""

    database: Database
    build_id: int
    tools: BuildTools
    _told: tuple[BuildStage, float] | None = None

    def __call__(self, stage: BuildStage, n_done: int, n_wanted: int) -> None:
        """Hear of a stage; see ``Say``."""
        if self.tools.stop.is_set():
            raise _Ended(BuildEnd.STOPPED)
        moment = time.monotonic()
        # A commit for each page would take longer than the page.
        if self._told is not None:
            told, at = self._told
            if told is stage and moment - at < self.tools.tell_every_s:
                return
        self._told = (stage, moment)
        with self.database.transaction() as session:
            changed = session.execute(
                sa.update(ReleaseBuild)
                .where(
                    col(ReleaseBuild.id) == self.build_id,
                    col(ReleaseBuild.status) == BuildStatus.RUNNING,
                )
                .values(stage=stage, n_done=n_done, n_wanted=n_wanted)
                .returning(col(ReleaseBuild.id))
            ).first()
        if changed is None:
            raise _Ended(BuildEnd.CANCELLED)


def _begin(build_id: int, *, session: Session, now: datetime) -> _Work | None:
    """Mark the build as running and return what it asks for; None where it is over."""
    row = session.get_one(ReleaseBuild, build_id, with_for_update=True)
    if row.status not in {BuildStatus.QUEUED, BuildStatus.RUNNING}:
        return None
    row.status, row.started_at = BuildStatus.RUNNING, now
    session.add(row)
    session.flush()
    project = session.get_one(Project, row.project_id)
    return _Work(
        build_id=row.id,
        project=project.slug,
        version=row.version or None,
        recipe=RECIPES.validate_json(row.recipe),
        actor=_actor(row, session),
    )


def _actor(row: ReleaseBuild, session: Session) -> Actor:
    """Return who asked for the build, in whose name the release is kept."""
    if row.created_by is None:
        return command_actor()
    person = session.get_one(Person, row.created_by)
    # Whether they may build was asked when they did; a build needs no roles of its own.
    return Actor(person.id, person.name, frozenset())


def _running(build_id: int, session: Session) -> ReleaseBuild:
    """Return the row, held; end the build where somebody ended it meanwhile."""
    row = session.get_one(ReleaseBuild, build_id, with_for_update=True)
    if row.status is not BuildStatus.RUNNING:
        raise _Ended(BuildEnd.CANCELLED)
    return row


def _succeed(row: ReleaseBuild, built: BuiltRelease, session: Session, *, now: datetime) -> None:
    row.status, row.finished_at = BuildStatus.DONE, now
    row.release_id = _release_id(row.project_id, built.version, session)
    row.is_new = built.is_new
    session.add(row)
    session.flush()


def _fail(build_id: int, reason: str, session: Session, *, now: datetime) -> None:
    row = session.get_one(ReleaseBuild, build_id, with_for_update=True)
    if row.status is BuildStatus.RUNNING:
        row.status, row.finished_at, row.reason = BuildStatus.FAILED, now, reason[:1000]
        session.add(row)
        session.flush()


def _release_id(project_id: int, version: str, session: Session) -> int:
    query = sa.select(col(Release.id)).where(
        col(Release.project_id) == project_id, col(Release.version) == version
    )
    return int(session.execute(query).scalar_one())
