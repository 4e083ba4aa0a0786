"""Projects open, pause and close in a fixed order."""

import pytest
from sqlmodel import Session, select

from evalhub.core.campaigns import ProjectStatus
from evalhub.db.models import AuditEvent, Endpoint, Pair, Project, Prompt
from evalhub.errors import Conflict
from evalhub.services.projects.statuses import change_status
from tests.factories import MOMENT, make_endpoint, make_project, make_response
from tests.services.projects.conftest import Parts


def answered_project(session: Session, status: ProjectStatus) -> Project:
    """Add a project whose only prompt two endpoints have answered."""
    endpoints = [make_endpoint(session), make_endpoint(session)]
    project = make_project(session, *endpoints, status=status)
    for endpoint in endpoints:
        answer(session, project, endpoint)
    return project


def answer(session: Session, project: Project, endpoint: Endpoint) -> None:
    prompt = session.exec(
        select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
    ).one()
    make_response(session, prompt, endpoint, text=f"Answer of {endpoint.slug}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ProjectStatus.DRAFT, ProjectStatus.OPEN),
        (ProjectStatus.OPEN, ProjectStatus.PAUSED),
        (ProjectStatus.PAUSED, ProjectStatus.OPEN),
        (ProjectStatus.PAUSED, ProjectStatus.CLOSED),
        (ProjectStatus.DRAFT, ProjectStatus.CLOSED),
    ],
)
def test_a_project_moves_on_and_the_log_says_so(
    session: Session, parts: Parts, before: ProjectStatus, after: ProjectStatus
) -> None:
    project = answered_project(session, before)

    change_status(project, after, session=session, actor=parts.researcher, now=MOMENT)

    assert project.status is after
    assert session.exec(select(AuditEvent.action)).one() == f"project.{after.value}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ProjectStatus.CLOSED, ProjectStatus.OPEN),
        (ProjectStatus.DRAFT, ProjectStatus.PAUSED),
        (ProjectStatus.OPEN, ProjectStatus.DRAFT),
    ],
)
def test_there_is_no_other_way(
    session: Session, parts: Parts, before: ProjectStatus, after: ProjectStatus
) -> None:
    project = answered_project(session, before)

    with pytest.raises(Conflict, match=before.value):
        change_status(project, after, session=session, actor=parts.researcher, now=MOMENT)


def test_the_status_it_has_changes_nothing(session: Session, parts: Parts) -> None:
    project = answered_project(session, ProjectStatus.OPEN)

    report = change_status(
        project, ProjectStatus.OPEN, session=session, actor=parts.researcher, now=MOMENT
    )

    assert report.n_added == 0
    assert session.exec(select(AuditEvent)).all() == []


def test_opening_makes_the_pairs(session: Session, parts: Parts) -> None:
    project = answered_project(session, ProjectStatus.DRAFT)

    report = change_status(
        project, ProjectStatus.OPEN, session=session, actor=parts.researcher, now=MOMENT
    )

    assert report.n_added == len(session.exec(select(Pair)).all()) == 1


def test_a_project_with_nothing_to_compare_does_not_open(session: Session, parts: Parts) -> None:
    project = make_project(session, *parts.endpoints, status=ProjectStatus.DRAFT)

    with pytest.raises(Conflict, match="Pull responses first"):
        change_status(
            project, ProjectStatus.OPEN, session=session, actor=parts.researcher, now=MOMENT
        )
