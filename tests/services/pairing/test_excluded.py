"""What is not compared is listed with its reason."""

import pytest
from sqlmodel import Session, select

from evalhub.core.responses import ResponseStatus
from evalhub.db.models import Project, ProjectEndpoint, Prompt, PromptSetVersion
from evalhub.services.pairing.excluded import (
    list_excluded,
    list_identical,
    list_self_naming,
    n_responses_by_status,
)
from tests.factories import make_endpoint, make_project, make_response


@pytest.fixture
def project(session: Session) -> Project:
    """Add a project with one answer, which names its model, and three that are none."""
    slugs = ("answers", "empty", "fails", "stops")
    endpoints = {slug: make_endpoint(session, slug=slug) for slug in slugs}
    project = make_project(session, *endpoints.values())
    prompt = session.exec(select(Prompt)).one()
    make_response(session, prompt, endpoints["answers"], names_itself="As Model X")
    make_response(session, prompt, endpoints["empty"], text="", status=ResponseStatus.EMPTY)
    failed = make_response(
        session, prompt, endpoints["fails"], text="", status=ResponseStatus.ERROR
    )
    failed.error_message = "503 after 5 attempts"
    stopped = make_response(session, prompt, endpoints["stops"], status=ResponseStatus.TRUNCATED)
    stopped.finish_reason = "length"
    make_response(session, prompt, make_endpoint(session), status=ResponseStatus.ERROR)
    session.flush()
    return project


def test_responses_are_counted_by_status(session: Session, project: Project) -> None:
    assert n_responses_by_status(project, session=session) == {
        ResponseStatus.ANSWERED: 1,
        ResponseStatus.EMPTY: 1,
        ResponseStatus.TRUNCATED: 1,
        ResponseStatus.ERROR: 1,
    }


def test_samples_that_are_not_compared_are_not_listed(session: Session, project: Project) -> None:
    before = n_responses_by_status(project, session=session)
    prompt, *_ = session.exec(select(Prompt)).all()
    one, other = (make_endpoint(session) for _ in range(2))
    for endpoint in (one, other):
        session.add(ProjectEndpoint(project_id=project.id, endpoint_id=endpoint.id))
        make_response(session, prompt, endpoint, names_itself="As Model Y", sample_index=1)
    make_response(session, prompt, one, status=ResponseStatus.ERROR, sample_index=2)

    assert n_responses_by_status(project, session=session) == before
    assert len(list_excluded(project, session=session)) == 3
    assert list_identical(project, session=session) == []
    assert [one.words for one in list_self_naming(project, session=session)] == ["As Model X"]
    project.samples_per_endpoint = 3
    assert len(list_excluded(project, session=session)) == 4
    assert len(list_identical(project, session=session)) == 1
    assert len(list_self_naming(project, session=session)) == 3


def test_what_is_no_answer_is_listed_with_its_reason(session: Session, project: Project) -> None:
    excluded = list_excluded(project, session=session)

    assert [(item.endpoint, item.reason) for item in excluded] == [
        ("empty", "The endpoint answered without any text."),
        ("fails", "No answer was received. 503 after 5 attempts"),
        ("stops", "The answer stopped at a length limit. Finish reason: length."),
    ]


def test_answers_that_name_their_model_are_listed(session: Session, project: Project) -> None:
    found = list_self_naming(project, session=session)

    assert [(item.endpoint, item.words) for item in found] == [("answers", "As Model X")]


def test_answers_in_the_same_words_are_listed_once_each_two(
    session: Session, project: Project
) -> None:
    """What an outsider, another prompt or a failed call says does not count."""
    prompt = session.exec(select(Prompt)).one()
    twins = [make_endpoint(session, slug=slug) for slug in ("first", "second", "third")]
    twin_project = make_project(session, *twins, prompts=version_of(session, project))
    for endpoint, text in zip(twins, ("The same.", "The same.", "Another."), strict=True):
        make_response(session, prompt, endpoint, text=text)
    make_response(session, prompt, make_endpoint(session, slug="outsider"), text="The same.")

    found = list_identical(twin_project, session=session)

    assert [(item.endpoint, item.other) for item in found] == [("first", "second")]
    assert list_identical(project, session=session) == []


def version_of(session: Session, project: Project) -> PromptSetVersion:
    """Return the prompt-set version of a project."""
    return session.get_one(PromptSetVersion, project.prompt_set_version_id)
