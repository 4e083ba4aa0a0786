"""Set up the demo's projects: real use cases over simulated content."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import Actor, Role
from evalhub.core.projects import ProjectPlan
from evalhub.db.models import Project
from evalhub.demo.endpoints import endpoint_slugs
from evalhub.demo.script import DemoDomain, demo_statement
from evalhub.services.projects.creating import create_project
from evalhub.services.projects.members import join
from evalhub.services.projects.statuses import change_status
from evalhub.services.releasing.statements import write_statement

OVERLAP = 2
SEED = 2026
TERMS = (
    "This is a demonstration: no work is bought and no money is owed. The pay shows how terms "
    "look. Judgments stay in this instance."
)


def project_slug(domain: DemoDomain) -> str:
    """Return the name of a domain's demo project."""
    return f"demo-{domain.name}"


def open_project(
    domain: DemoDomain,
    people: Mapping[str, int],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> Project:
    """Return the domain's project, created and opened on first use."""
    slug = project_slug(domain)
    known = session.exec(select(Project).where(Project.slug == slug)).first()
    if known is not None:
        return known
    plan = ProjectPlan(
        slug=slug,
        title=domain.title,
        purpose=domain.purpose,
        prompt_set=f"{domain.name}@1",
        rubric=f"{domain.name}@1.0.0",
        endpoints=tuple(endpoint_slugs(domain)),
        seed=SEED,
        overlap=OVERLAP,
        pay_minor_units=domain.pay_minor_units,
        expected_minutes=domain.expected_minutes,
        terms=TERMS,
        is_simulated=True,
    )
    project = create_project(plan, session=session, actor=actor, now=now)
    for email, role in _staff(domain):
        join(project, person_id=people[email], role=role, session=session, actor=actor, now=now)
    written = demo_statement(domain.name)
    write_statement(slug, written, over=None, session=session, actor=actor, now=now)
    change_status(project, ProjectStatus.OPEN, session=session, actor=actor, now=now)
    return project


def _staff(domain: DemoDomain) -> list[tuple[str, Role]]:
    return [
        (domain.expert, Role.ANNOTATOR),
        ("researcher@demo.example", Role.RESEARCHER),
        ("coordinator@demo.example", Role.COORDINATOR),
        ("coordinator@demo.example", Role.REVIEWER),
    ]
