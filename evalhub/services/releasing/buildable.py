"""List the projects of which a release can be built."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import Role
from evalhub.core.releasing.versions import parse_version
from evalhub.db.models import Judgment, Project, Release

BUILDERS = (Role.RESEARCHER, Role.ADMIN)
"""Who builds releases."""


@dataclass(frozen=True, slots=True)
class BuildableProject:
    """Hold a project that has judgments; ``newest`` is its newest version, empty before any."""

    slug: str
    title: str
    status: ProjectStatus
    newest: str


def list_buildable(*, session: Session) -> Sequence[BuildableProject]:
    """Return the projects with judgments, the newest project first."""
    has_judgments = sa.exists().where(col(Judgment.project_id) == col(Project.id))
    projects = session.execute(
        sa.select(col(Project.id), col(Project.slug), col(Project.title), col(Project.status))
        .where(has_judgments)
        .order_by(col(Project.created_at).desc(), col(Project.slug))
    )
    versions: defaultdict[int, list[str]] = defaultdict(list)
    for project_id, version in session.execute(
        sa.select(col(Release.project_id), col(Release.version))
    ):
        versions[project_id].append(version)
    return [
        BuildableProject(slug, title, status, max(versions[row_id], key=parse_version, default=""))
        for row_id, slug, title, status in projects
    ]
