"""Campaigns under a small real rubric, and forms that fit it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.assigning import Lease
from evalhub.core.canonical import canonical_json
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.db.models import Pair, Prompt, RubricVersion
from evalhub.services.judging.submitting import Submission, submit
from tests.core.rubrics.small import small
from tests.factories import (
    make_endpoint,
    make_pair,
    make_project,
    make_prompt_set_version,
    make_response,
    make_rubric_version,
)
from tests.services.assigning.conftest import Campaign, make_campaign

Form = list[tuple[str, str]]

FORM: Form = [
    ("csrf_token", "x"),
    ("triage.competence", "in_scope"),
    ("flags.a", "none"),
    ("flags.b", "none"),
    ("criteria.correct.a", "5"),
    ("criteria.correct.b", "3"),
    ("criteria.clear", "0"),
    ("overall", "-1"),
    ("confidence", "2"),
    ("why.text", "A is right and B leaves out half of it."),
]


def changed(**answers: str) -> Form:
    """Return the form with some answers changed; dots are written as two underscores."""
    given = {name.replace("__", "."): value for name, value in answers.items()}
    return [(name, value) for name, value in FORM if name not in given] + list(given.items())


def only(**answers: str) -> Form:
    """Return a form that holds nothing else."""
    return [(name.replace("__", "."), value) for name, value in answers.items()]


def small_rubric(session: Session) -> RubricVersion:
    """Add the small rubric."""
    document = canonical_json(rubric_to_json(small()))
    return make_rubric_version(session, rubric_id="small", document=document)


@dataclass
class Desk:
    """One annotator with one comparison in work."""

    campaign: Campaign
    lease: Lease
    session: Session
    now: datetime

    def submit(
        self,
        fields: Sequence[tuple[str, str]] | None = None,
        *,
        at: datetime | None = None,
        over: int = 0,
    ) -> Submission:
        """Hand in a form that was filled in over revision ``over``."""
        return submit(
            self.lease.token,
            [*(FORM if fields is None else fields), ("revision", str(over))],
            person_id=self.lease.person_id,
            session=self.session,
            now=at or self.now,
        )

    def pair(self) -> Pair:
        """Return the pair as it is stored now."""
        self.session.expire_all()
        return self.session.get_one(Pair, self.lease.pair_id)


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """Give an annotator with one comparison in work, among unrelated campaigns."""
    rubric = small_rubric(session)
    make_campaign(session, n_pairs=2, rubric=rubric)
    campaign = make_campaign(session, rubric=rubric)
    return Desk(campaign, campaign.must_lease(campaign.people[0], now), session, now)


def a_pair(session: Session, first: str = "alpha", second: str = "beta") -> Pair:
    """Add a project with one pair; the endpoint named first answers first."""
    version = make_prompt_set_version(session)
    prompt = session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)).one()
    endpoints = [make_endpoint(session, slug=slug) for slug in (first, second)]
    project = make_project(session, *endpoints, prompts=version, overlap=5)
    return make_pair(
        session, project, *(make_response(session, prompt, endpoint) for endpoint in endpoints)
    )
