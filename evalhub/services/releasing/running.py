"""Run the build of a release from claim to ending, and tell its row how far it has come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.config import Settings
from evalhub.core.people import Actor
from evalhub.core.queued_work import ACTIVE, RunEnd, WorkStatus
from evalhub.core.releasing.builds import Say, say_nothing
from evalhub.core.releasing.files import Target
from evalhub.core.releasing.recipe import Recipe
from evalhub.db.claims import claim
from evalhub.db.models import Project, Release, ReleaseBuild
from evalhub.errors import EvalHubError
from evalhub.services.queued_work import (
    Ended,
    Teller,
    WorkTools,
    asker,
    hold_running,
    words_for_defect,
)
from evalhub.services.releasing.builds import BUILDS, RECIPES
from evalhub.services.releasing.cluster.opening import cluster_of
from evalhub.services.releasing.folders import building_folder, folder_target
from evalhub.services.releasing.keeping import BuiltRelease, keep_release, stage_release
from evalhub.services.releasing.preparing import PreparedRelease, prepare_release
from evalhub.services.transaction import Database, is_passing


@dataclass(frozen=True, slots=True)
class BuildTools(WorkTools):
    """Name what a build needs beside a clock and a stop signal: the settings."""

    settings: Settings = field(kw_only=True)


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
        # Before anything is read: a scheduler that is away should not take minutes to be missed.
        with cluster_of(settings) as cluster, database.transaction(write=False) as reading:
            prepared = prepare_release(
                slug,
                session=reading,
                settings=settings,
                folder=folder,
                version=version,
                recipe=recipe,
                target_in=target_in,
                say=say,
                cluster=cluster,
            )
        yield prepared


def run_build(database: Database, build_id: int, *, tools: BuildTools) -> RunEnd:
    """Build what the row of ``build_id`` asks for, and write down how it ended.

    One process works on a build at a time. One that dies leaves its row as running and holds no
    claim, so that whoever takes it over starts anew; the folder it left is removed by the next
    build. What cannot be built fails with its reason; a defect is written down and raised.
    """
    with claim(database, BUILDS.claim_name(build_id)) as is_held:
        if not is_held:
            return RunEnd.HELD
        try:
            with database.transaction() as session:
                work = _begin(build_id, session=session, now=tools.now())
        except Exception as error:
            # What began is rolled back, so the row waits again. Left so, it would wait for ever and
            # refuse every other build of its project.
            if not is_passing(error):
                with database.transaction() as session:
                    _fail(build_id, words_for_defect(error), session, now=tools.now())
            raise
        if work is None:
            return RunEnd.CANCELLED
        return _run(database, work, tools)


def _run(database: Database, work: _Work, tools: BuildTools) -> RunEnd:
    prepared = _prepared(
        work.project,
        database=database,
        settings=tools.settings,
        version=work.version,
        recipe=work.recipe,
        say=Teller(database, BUILDS, work.build_id, tools),
    )
    reason = ""
    try:
        with prepared as release:
            stage_release(release, settings=tools.settings)
            moment = tools.now()
            with database.transaction() as writing:
                row = hold_running(ReleaseBuild, work.build_id, session=writing)
                built = keep_release(
                    release,
                    session=writing,
                    settings=tools.settings,
                    actor=work.actor,
                    now=moment,
                )
                _succeed(row, built, writing, now=moment)
    except Ended as ended:
        return ended.end
    except EvalHubError as error:
        reason = str(error)
    except Exception as error:
        # Where the database may come back the job waits for it, and then starts anew.
        if not is_passing(error):
            reason = words_for_defect(error)
        raise
    finally:
        if reason:
            with database.transaction() as session:
                _fail(work.build_id, reason, session, now=tools.now())
    return RunEnd.FAILED if reason else RunEnd.DONE


def _begin(build_id: int, *, session: Session, now: datetime) -> _Work | None:
    """Mark the build as running and return what it asks for; None where it is over."""
    row = session.get_one(ReleaseBuild, build_id, with_for_update=True)
    if row.status not in ACTIVE:
        return None
    row.status, row.started_at = WorkStatus.RUNNING, now
    session.add(row)
    session.flush()
    project = session.get_one(Project, row.project_id)
    return _Work(
        build_id=row.id,
        project=project.slug,
        version=row.version or None,
        recipe=RECIPES.validate_json(row.recipe),
        actor=asker(row.created_by, session=session),
    )


def _succeed(row: ReleaseBuild, built: BuiltRelease, session: Session, *, now: datetime) -> None:
    row.status, row.finished_at = WorkStatus.DONE, now
    row.release_id = _release_id(row.project_id, built.version, session)
    row.is_new = built.is_new
    session.add(row)
    session.flush()


def _fail(build_id: int, reason: str, session: Session, *, now: datetime) -> None:
    row = session.get_one(ReleaseBuild, build_id, with_for_update=True)
    if row.status in ACTIVE:
        row.status, row.finished_at, row.reason = WorkStatus.FAILED, now, reason[:1000]
        session.add(row)
        session.flush()


def _release_id(project_id: int, version: str, session: Session) -> int:
    query = sa.select(col(Release.id)).where(
        col(Release.project_id) == project_id, col(Release.version) == version
    )
    return int(session.execute(query).scalar_one())
