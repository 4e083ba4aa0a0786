"""Change what a project asks of those who judge in it: every version stays."""

from datetime import datetime

from sqlmodel import Session

from evalhub.core.canonical import canonical_json
from evalhub.core.people import Actor
from evalhub.core.qualifying.requirements import (
    Requirement,
    check_requirement,
    requirement_to_json,
)
from evalhub.db.models import ProjectRequirement
from evalhub.errors import BadInput, StaleForm
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.projects.finding import get_project_to_manage
from evalhub.services.qualifying.requirements import StandingRequirement, requirement_in_force


def write_requirement(
    slug: str,
    requirement: Requirement,
    *,
    over: int | None,
    session: Session,
    actor: Actor,
    now: datetime,
) -> StandingRequirement:
    """Append a version of what a project asks for and return the one in force.

    It holds for every claim from now on; who holds a comparison may finish it. ``over`` is the
    number that the author had before them, None for a command. The same again adds nothing. Raise
    ``BadInput`` with every broken rule, ``Forbidden`` and ``NotFound`` as for other changes of a
    project, and ``StaleForm`` where another version came between.
    """
    project = get_project_to_manage(slug, session=session, actor=actor)
    problems = check_requirement(requirement)
    if problems:
        raise BadInput(problems)
    lock(f"requirement of {project.id}", session=session)
    current = requirement_in_force(project.id, session=session)
    if over is not None and over != current.number:
        raise StaleForm(
            f"Version {current.number} of what the project asks for was written meanwhile; you "
            f"wrote over {over}."
        )
    if current.requirement == requirement:
        return current
    written = StandingRequirement(current.number + 1, requirement)
    told = requirement_to_json(requirement)
    session.add(
        ProjectRequirement(
            project_id=project.id,
            number=written.number,
            document=canonical_json(told),
            written_at=now,
            written_by=actor.person_id,
        )
    )
    session.flush()
    audit.record(
        "project.require",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"number": written.number, **told},
        now=now,
    )
    return written
