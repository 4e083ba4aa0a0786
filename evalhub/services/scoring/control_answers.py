"""Tell which judgments of control items are right."""

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.records import JudgedResponse
from evalhub.core.scoring.annotators.controls import is_right
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.services.judging.on_prompts import judgments_on
from evalhub.services.pairing.known import project_controls


def right_by_assignment(project: Project, *, session: Session) -> dict[int, bool]:
    """Return whether each judgment of a control item is right, by its assignment."""
    controls = project_controls(project, session=session)
    connection = session.connection()
    prompt, response, endpoint = t.prompt.c, t.response.c, t.endpoint.c
    with_keys = (
        sa.select(t.pair.c.prompt_id)
        .join(t.control_item, t.control_item.c.pair_id == t.pair.c.id)
        .where(
            t.control_item.c.project_id == project.id, t.control_item.c.purpose == Purpose.CONTROL
        )
    )
    of_controls = (
        prompt.prompt_set_version_id == project.prompt_set_version_id,
        sa.or_(prompt.key.in_(controls), prompt.id.in_(with_keys)),
    )
    prompt_ids = connection.execute(sa.select(prompt.id).where(*of_controls)).scalars().all()
    if not prompt_ids:
        return {}
    rows = connection.execute(
        sa.select(
            response.id,
            endpoint.slug,
            endpoint.revision,
            response.sample_index,
            endpoint.model,
            response.sha256,
            response.status,
        )
        .join(t.endpoint, endpoint.id == response.endpoint_id)
        .where(response.prompt_id.in_(prompt_ids))
    )
    responses = {row_id: JudgedResponse(*told) for row_id, *told in rows}
    records = judgments_on(
        prompt_ids,
        project_id=project.id,
        responses=responses,
        session=session,
        purposes=(Purpose.WORK, Purpose.CONTROL),
    )
    by_judgment = {
        record.public_id: right
        for record in records
        if (right := is_right(record, controls)) is not None
    }
    judgment = t.judgment.c
    query = sa.select(judgment.assignment_id, judgment.public_id).where(
        judgment.public_id.in_(by_judgment), judgment.assignment_id.is_not(None)
    )
    return {row.assignment_id: by_judgment[row.public_id] for row in connection.execute(query)}
