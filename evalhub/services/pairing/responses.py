"""Select the responses of the models that a project compares."""

from typing import Any

import sqlalchemy as sa

from evalhub.db import tables as t
from evalhub.db.models import Project


def is_compared(project: Project, response: sa.FromClause = t.response) -> sa.ColumnElement[bool]:
    """Return the condition that a response is one of the samples that the project compares."""
    return response.c.sample_index < project.samples_per_endpoint


def project_responses(
    project: Project, *columns: "sa.ColumnElement[Any]"
) -> "sa.Select[*tuple[Any, ...]]":
    """Return a select of ``columns`` over responses, their prompts and their endpoints.

    A prompt set may be pulled by several projects; the rows are those of this project's
    endpoints to the prompts of its version alone, in any order.
    """
    return (
        sa.select(*columns)
        .select_from(t.response)
        .join(t.prompt, t.prompt.c.id == t.response.c.prompt_id)
        .join(t.endpoint, t.endpoint.c.id == t.response.c.endpoint_id)
        .join(t.project_endpoint, t.project_endpoint.c.endpoint_id == t.endpoint.c.id)
        .where(
            t.project_endpoint.c.project_id == project.id,
            t.prompt.c.prompt_set_version_id == project.prompt_set_version_id,
        )
    )
