"""Ask for builds of releases, follow them, and stop or repeat them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from evalhub.core.people import Actor
from evalhub.core.queued_work import ACTIVE, Attendance, WorkStatus
from evalhub.core.releasing.builds import BuildStage
from evalhub.core.releasing.recipe import Recipe
from evalhub.core.releasing.versions import check_rises, parse_version
from evalhub.db import tables as t
from evalhub.db.models import Judgment, Project, Release, ReleaseBuild
from evalhub.errors import Conflict, NotFound
from evalhub.services import audit
from evalhub.services.projects.finding import get_project
from evalhub.services.queued_work import Kind, askers

BUILDS = Kind("release-build", t.release_build, ("n_done", "n_wanted"))
RECIPES = TypeAdapter(Recipe)
LISTED = 50


@dataclass(frozen=True, slots=True)
class BuildView:
    """Show one build; ``release`` is the version that came of it, empty before."""

    public_id: str
    project: str
    title: str
    wanted: str
    status: WorkStatus
    stage: BuildStage
    n_done: int
    n_wanted: int
    reason: str
    release: str
    is_new: bool
    created_at: datetime
    created_by: str
    started_at: datetime | None
    finished_at: datetime | None
    attendance: Attendance

    @property
    def is_active(self) -> bool:
        """Tell whether the build waits or works."""
        return self.status in ACTIVE


def start_build(
    slug: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    version: str | None = None,
    recipe: Recipe | None = None,
) -> BuildView:
    """Ask for a release of the project ``slug``, which a worker then builds.

    Raise ``NotFound`` for an unknown project, ``BadInput`` for a malformed version, and
    ``Conflict`` where there is nothing to release, one is being built already or ``version`` would
    be a new one below the newest.
    """
    if version is not None:
        parse_version(version)
    recipe = recipe or Recipe()
    # Before it waits for a worker: whoever asked is still there to answer.
    recipe.check()
    project = get_project(slug, session=session)
    if not session.scalar(sa.select(sa.exists().where(col(Judgment.project_id) == project.id))):
        raise Conflict(f"Project {slug!r} has no judgments to release.")
    if version is not None:
        taken = session.exec(select(Release.version).where(Release.project_id == project.id)).all()
        check_rises(version, taken)
    _refuse_second(project, session=session)
    row = ReleaseBuild(
        public_id=uuid.uuid4().hex,
        project_id=project.id,
        version=version or "",
        recipe=RECIPES.dump_json(recipe).decode(),
        status=WorkStatus.QUEUED,
        stage=BuildStage.INDEXING,
        created_at=now,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    _record("release.start_build", row, session=session, actor=actor, now=now)
    return _views([row], session)[0]


def _refuse_second(project: Project, *, session: Session, but: int | None = None) -> None:
    """Raise ``Conflict`` where a build of the project, other than ``but``, waits or works."""
    # Held until the end, so that two who ask at once do not both find no other build.
    session.refresh(project, with_for_update={"key_share": True})
    active = session.exec(
        select(ReleaseBuild).where(
            ReleaseBuild.project_id == project.id,
            ReleaseBuild.id != (but or 0),
            col(ReleaseBuild.status).in_(ACTIVE),
        )
    ).first()
    if active is not None:
        # A second one would read the same rows for the same files.
        raise Conflict(
            f"A release of {project.slug} is being built already: build {active.public_id}. "
            "Wait for it or cancel it."
        )


def get_build(public_id: str, *, session: Session) -> BuildView:
    """Return one build; raise ``NotFound``."""
    return _views([get_row(public_id, session=session)], session)[0]


def list_builds(*, session: Session, limit: int = LISTED, offset: int = 0) -> Sequence[BuildView]:
    """Return builds, the newest first."""
    query = select(ReleaseBuild).order_by(col(ReleaseBuild.id).desc()).limit(limit).offset(offset)
    return _views(session.exec(query).all(), session)


def cancel_build(public_id: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Stop a build; what works on it notices within seconds and removes what it wrote.

    Raise ``Conflict`` when it is over already.
    """
    row = get_row(public_id, session=session, is_locked=True)
    if row.status not in ACTIVE:
        raise Conflict("The build has ended already; there is nothing to cancel.")
    row.status, row.finished_at = WorkStatus.CANCELLED, now
    session.add(row)
    session.flush()
    _record("release.cancel_build", row, session=session, actor=actor, now=now)


def retry_build(public_id: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Queue a build again that ended without a release, or whose process is gone.

    It starts anew: half a release is never kept. Raise ``Conflict`` for one that is done, or that
    waits or works.
    """
    row = get_row(public_id, session=session, is_locked=True)
    if row.status is WorkStatus.DONE:
        raise Conflict("The build is done; build again to release a later state.")
    if row.status is WorkStatus.QUEUED or BUILDS.is_held(row.id, session=session):
        raise Conflict("The build is waiting or working already.")
    _refuse_second(session.get_one(Project, row.project_id), session=session, but=row.id)
    row.status, row.stage = WorkStatus.QUEUED, BuildStage.INDEXING
    row.run_number += 1
    row.n_done, row.n_wanted, row.reason, row.finished_at = 0, 0, "", None
    session.add(row)
    session.flush()
    _record("release.retry_build", row, session=session, actor=actor, now=now)


def get_row(public_id: str, *, session: Session, is_locked: bool = False) -> ReleaseBuild:
    """Return the row of a build; raise ``NotFound``.

    With ``is_locked`` it is read anew and locked to the end of the transaction, for whoever
    decides by its status what to write.
    """
    query = select(ReleaseBuild).where(ReleaseBuild.public_id == public_id)
    if is_locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.exec(query).first()
    if row is None:
        raise NotFound(f"There is no build {public_id[:40]!r}.")
    return row


def _views(rows: Sequence[ReleaseBuild], session: Session) -> list[BuildView]:
    """Return views of ``rows`` with a few queries, however many there are."""
    projects = {
        one.id: one
        for one in session.exec(
            select(Project).where(col(Project.id).in_({row.project_id for row in rows}))
        )
    }
    people = askers([row.created_by for row in rows], session=session)
    versions = dict(
        session.exec(
            select(Release.id, Release.version).where(
                col(Release.id).in_({row.release_id for row in rows})
            )
        ).all()
    )
    attendances = BUILDS.attendances(rows, session=session)
    return [
        BuildView(
            public_id=row.public_id,
            project=projects[row.project_id].slug,
            title=projects[row.project_id].title,
            wanted=row.version,
            status=row.status,
            stage=row.stage,
            n_done=row.n_done,
            n_wanted=row.n_wanted,
            reason=row.reason,
            release=versions.get(row.release_id or 0, ""),
            is_new=row.is_new,
            created_at=row.created_at,
            created_by=people[row.created_by],
            started_at=row.started_at,
            finished_at=row.finished_at,
            attendance=attendances[row.id],
        )
        for row in rows
    ]


def _record(
    action: str, row: ReleaseBuild, *, session: Session, actor: Actor, now: datetime
) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"build:{row.public_id}",
        details={"run": row.run_number, "version": row.version},
        now=now,
    )
