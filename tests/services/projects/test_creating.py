"""Projects are stored whole or not at all."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.campaigns import PairingStrategy, ProjectStatus
from evalhub.core.projects import ProjectPlan
from evalhub.db.models import AuditEvent, Project, ProjectEndpoint
from evalhub.errors import BadInput, Conflict
from evalhub.services.projects.creating import create_project
from tests.factories import MOMENT, make_endpoint
from tests.services.projects.conftest import Parts


def create(plan: ProjectPlan, parts: Parts, session: Session) -> Project:
    return create_project(plan, session=session, actor=parts.researcher, now=MOMENT)


def test_a_new_project_is_a_draft_with_its_endpoints(session: Session, parts: Parts) -> None:
    project = create(parts.plan, parts, session)

    linked = session.exec(select(ProjectEndpoint.endpoint_id)).all()
    assert project.status is ProjectStatus.DRAFT
    assert set(linked) == {endpoint.id for endpoint in parts.endpoints}
    assert project.domain == "general"
    assert not project.is_simulated


def test_creating_is_audited(session: Session, parts: Parts) -> None:
    create(parts.plan, parts, session)

    event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.subject) == ("project.create", "project:acute")


def test_the_newest_revision_of_an_endpoint_is_taken(session: Session, parts: Parts) -> None:
    newer = make_endpoint(session, slug="gamma")
    newer.slug, newer.revision = "alpha", 2
    session.flush()

    create(parts.plan, parts, session)
    create(replace(parts.plan, slug="old", endpoints=("alpha@1", "beta")), parts, session)

    linked = set(session.exec(select(ProjectEndpoint.project_id, ProjectEndpoint.endpoint_id)))
    first, second = sorted({project_id for project_id, _ in linked})
    assert (first, newer.id) in linked
    assert (second, parts.endpoints[0].id) in linked


def test_the_baseline_is_kept(session: Session, parts: Parts) -> None:
    plan = replace(parts.plan, strategy=PairingStrategy.BASELINE, baseline="beta")

    assert create(plan, parts, session).baseline_endpoint_id == parts.endpoints[1].id


def test_a_simulated_endpoint_makes_the_project_simulated(session: Session, parts: Parts) -> None:
    make_endpoint(session, slug="scripted", is_simulated=True)

    project = create(replace(parts.plan, endpoints=("alpha", "scripted")), parts, session)

    assert project.is_simulated


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"title": ""}, "title"),
        ({"prompt_set": "medicine@2"}, "prompt_set"),
        ({"prompt_set": "medicine"}, "prompt_set"),
        ({"rubric": "law@1.0.0"}, "rubric"),
        ({"endpoints": ("alpha", "nobody")}, "endpoints"),
        ({"endpoints": ("alpha", "beta@99999999999")}, "endpoints"),
        ({"endpoints": ("alpha", "alpha@1")}, "endpoints"),
    ],
    ids=["rule", "no-version", "no-number", "no-rubric", "no-endpoint", "no-revision", "twice"],
)
def test_what_does_not_fit_is_refused_and_nothing_stored(
    session: Session, parts: Parts, change: dict[str, str], where: str
) -> None:
    with pytest.raises(BadInput) as caught:
        create(replace(parts.plan, **change), parts, session)  # type: ignore[arg-type]  # by name

    assert [problem.where for problem in caught.value.problems] == [where]
    assert session.exec(select(Project)).all() == []


def test_a_slug_is_given_once(session: Session, parts: Parts, now: datetime) -> None:
    create(parts.plan, parts, session)

    with pytest.raises(Conflict, match="'acute'"):
        create(parts.plan, parts, session)
