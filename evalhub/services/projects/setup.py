"""Say in names what a project was set up with."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.money import format_money
from evalhub.db import tables as t
from evalhub.db.models import Endpoint, Project, PromptSet, PromptSetVersion, RubricVersion


@dataclass(frozen=True, slots=True)
class ProjectEndpointLine:
    """Name one endpoint revision of a project."""

    label: str
    model: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class ProjectSetup:
    """Hold a project's set-up by name."""

    prompt_set: str
    prompt_set_number: int
    n_prompts: int
    rubric_id: str
    rubric_version: str
    endpoints: tuple[ProjectEndpointLine, ...]
    baseline: str
    pay: str


def setup_of(project: Project, *, session: Session) -> ProjectSetup:
    """Return what ``project`` was set up with."""
    version = session.get_one(PromptSetVersion, project.prompt_set_version_id)
    rubric = session.get_one(RubricVersion, project.rubric_version_id)
    baseline = (
        session.get_one(Endpoint, project.baseline_endpoint_id).slug
        if project.baseline_endpoint_id is not None
        else ""
    )
    return ProjectSetup(
        prompt_set=session.get_one(PromptSet, version.prompt_set_id).slug,
        prompt_set_number=version.number,
        n_prompts=version.n_prompts,
        rubric_id=rubric.rubric_id,
        rubric_version=rubric.version,
        endpoints=_endpoints(project, session),
        baseline=baseline,
        pay=format_money(project.pay_minor_units, project.pay_currency),
    )


def _endpoints(project: Project, session: Session) -> tuple[ProjectEndpointLine, ...]:
    rows = session.connection().execute(
        sa.select(
            t.endpoint.c.slug,
            t.endpoint.c.revision,
            t.endpoint.c.model,
            t.endpoint.c.is_simulated,
        )
        .join(t.project_endpoint, t.project_endpoint.c.endpoint_id == t.endpoint.c.id)
        .where(t.project_endpoint.c.project_id == project.id)
        .order_by(t.endpoint.c.slug, t.endpoint.c.revision)
    )
    return tuple(
        ProjectEndpointLine(f"{row.slug}@{row.revision}", row.model, row.is_simulated)
        for row in rows
    )
