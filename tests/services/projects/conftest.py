"""What a project is made of: prompts, a rubric, endpoints and somebody who acts."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlmodel import Session

from evalhub.core.people import Actor, Role
from evalhub.core.projects import ProjectPlan
from evalhub.db.models import Endpoint, Person
from tests.factories import (
    make_endpoint,
    make_person,
    make_prompt_set_version,
    make_rubric_version,
)
from tests.services.projects.fairs import Fair, make_fair


def actor_of(person: Person, *roles: Role) -> Actor:
    """Return ``person`` as an actor with ``roles``."""
    return Actor(person_id=person.id, name=person.name, roles=frozenset(roles))


@dataclass
class Parts:
    """The parts of a project that could be created, and who would do it."""

    plan: ProjectPlan
    endpoints: list[Endpoint]
    researcher: Actor


@pytest.fixture
def parts(session: Session) -> Parts:
    """Add the parts and return a plan that fits them."""
    make_prompt_set_version(session, "What is fever?", slug="medicine")
    make_rubric_version(session, rubric_id="medicine")
    endpoints = [make_endpoint(session, slug=slug) for slug in ("alpha", "beta")]
    person = make_person(session, Role.RESEARCHER)
    plan = ProjectPlan(
        slug="acute",
        title="Acute presentations",
        purpose="Trains a reward model for triage.",
        prompt_set="medicine@1",
        rubric="medicine@1.0.0",
        endpoints=("alpha", "beta"),
    )
    return Parts(plan, endpoints, actor_of(person, Role.RESEARCHER))


@pytest.fixture
def fair(session: Session, now: datetime) -> Fair:
    """Give an open project that pays 8.00 USD for ten minutes, among unrelated ones."""
    return make_fair(session, now)
