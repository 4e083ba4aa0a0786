"""A project with pairs to hand out."""

import random
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.assigning import Lease
from evalhub.core.people import Role
from evalhub.db.models import Pair, Person, Project, Prompt, RubricVersion
from evalhub.services.assigning.leasing import lease_next
from tests.factories import (
    add_member,
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)


@dataclass
class Campaign:
    """One project, its pairs and its annotators."""

    project: Project
    pairs: list[Pair]
    people: list[Person]
    session: Session

    def lease(self, person: Person, now: datetime, seed: int = 0) -> Lease | None:
        """Ask for the person's next pair."""
        return lease_next(
            self.project.id,
            person_id=person.id,
            session=self.session,
            now=now,
            rng=random.Random(seed),
        )

    def must_lease(self, person: Person, now: datetime, seed: int = 0) -> Lease:
        """Ask for the person's next pair, which there must be."""
        lease = self.lease(person, now, seed)
        assert lease is not None
        return lease


def make_campaign(
    session: Session,
    *,
    n_pairs: int = 1,
    overlap: int = 1,
    n_people: int = 2,
    rubric: RubricVersion | None = None,
) -> Campaign:
    """Add an open project with ``n_pairs`` pairs and ``n_people`` annotators."""
    version = make_prompt_set_version(session, *(f"Question {i}?" for i in range(n_pairs)))
    prompts = session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)).all()
    endpoints = [make_endpoint(session), make_endpoint(session)]
    project = make_project(session, *endpoints, prompts=version, rubric=rubric, overlap=overlap)
    pairs = [
        make_pair(
            session,
            project,
            *(
                make_response(session, prompt, endpoint, text=f"Answer {n} to {prompt.key}")
                for n, endpoint in enumerate(endpoints)
            ),
            position=position,
        )
        for position, prompt in enumerate(prompts)
    ]
    people = [make_person(session, Role.ANNOTATOR) for _ in range(n_people)]
    for person in people:
        add_member(session, project, person)
    return Campaign(project, pairs, people, session)


@pytest.fixture
def noise(session: Session) -> Campaign:
    """Add another project with pairs and people, which no query may mix in."""
    return make_campaign(session, n_pairs=3, overlap=3)
