"""Make projects for tests of scoring."""

from sqlmodel import Session, select

from evalhub.db.models import Pair, Project, Prompt, Response
from tests.factories import (
    make_endpoint,
    make_pair,
    make_project,
    make_prompt_set_version,
    make_response,
)


def make_two_model_pair(session: Session) -> tuple[Project, Pair]:
    """Add a project with one pair of the models alder (x) and birch (y)."""
    version = make_prompt_set_version(session)
    prompt = session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)).one()
    endpoints = [make_endpoint(session, model=model) for model in ("alder", "birch")]
    project = make_project(session, *endpoints, prompts=version, overlap=9)
    responses = [make_response(session, prompt, endpoint) for endpoint in endpoints]
    return project, make_pair(session, project, *responses)


def make_second_sample(session: Session, project: Project, pair: Pair) -> Pair:
    """Add the pair of a response and a second sample of its own endpoint."""
    first = session.get_one(Response, pair.response_x_id)
    second = Response(**first.model_dump(exclude={"id", "sample_index"}), sample_index=1)
    session.add(second)
    session.flush()
    return make_pair(session, project, first, second)
