"""Find projects and say who may see and run them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import Actor, Role
from evalhub.db.models import Project, RubricVersion
from evalhub.errors import Forbidden, NotFound
from evalhub.services.paging import PAGE_SIZE, Listing, count_rows, offset_of

MANAGERS = (Role.ADMIN, Role.RESEARCHER, Role.COORDINATOR)
"""Who opens, pauses, closes and staffs projects."""

READERS = (*MANAGERS, Role.REVIEWER, Role.AUDITOR)
"""Who sees a project's set-up and progress; annotators do not, as it names the models."""


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """Hold one line of the list of projects."""

    slug: str
    title: str
    domain: str
    rubric: str
    status: ProjectStatus
    is_simulated: bool
    created_at: datetime


def get_project(slug: str, *, session: Session) -> Project:
    """Return the project with this slug, or raise ``NotFound``."""
    project = session.exec(select(Project).where(Project.slug == slug)).first()
    if project is None:
        raise NotFound(f"There is no project {slug[:80]!r}.")
    return project


def get_project_to_manage(slug: str, *, session: Session, actor: Actor) -> Project:
    """Return the project for an actor who may change it; raise ``Forbidden`` otherwise."""
    # Pages guard their addresses as well; one that forgot to would still change nothing.
    if not actor.has(*MANAGERS):
        raise Forbidden("Projects are changed by researchers, coordinators and admins.")
    return get_project(slug, session=session)


def list_projects(*, session: Session) -> list[ProjectLine]:
    """Return every project, the newest first."""
    return _lines(_newest_first(), session)


def browse_projects(*, session: Session, page: int = 1) -> Listing[ProjectLine]:
    """Return one page of the projects, the newest first."""
    query = _newest_first()
    items = _lines(query.limit(PAGE_SIZE).offset(offset_of(page)), session)
    return Listing(items, page, count_rows(query, session=session))


def _newest_first() -> Select[Project, RubricVersion]:
    return (
        select(Project, RubricVersion)
        .join(RubricVersion, col(RubricVersion.id) == col(Project.rubric_version_id))
        .order_by(col(Project.created_at).desc(), col(Project.slug))
    )


def _lines(query: Select[Project, RubricVersion], session: Session) -> list[ProjectLine]:
    return [
        ProjectLine(
            slug=project.slug,
            title=project.title,
            domain=project.domain,
            rubric=f"{rubric.rubric_id}@{rubric.version}",
            status=project.status,
            is_simulated=project.is_simulated,
            created_at=project.created_at,
        )
        for project, rubric in session.exec(query)
    ]
