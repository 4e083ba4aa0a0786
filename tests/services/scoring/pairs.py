"""Make projects for tests of scoring."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from evalhub.core.judging.answers import Choice
from evalhub.db.models import Pair, Project, Prompt, PromptSetVersion, Response
from tests.factories import (
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)
from tests.release_project import Verdict, add_verdict


def prompts_of(version: PromptSetVersion, session: Session) -> Sequence[Prompt]:
    """Return the prompts of a version in their order."""
    query = select(Prompt).where(Prompt.prompt_set_version_id == version.id)
    return session.exec(query.order_by(col(Prompt.position))).all()


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


def make_islands(session: Session) -> Project:
    """Add a project with two pairs of models that no comparison links."""
    version = make_prompt_set_version(session)
    prompt = session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)).one()
    endpoints = [make_endpoint(session, model=model) for model in ("alder", "birch", "oak", "elm")]
    project = make_project(session, *endpoints, prompts=version, slug="islands", overlap=9)
    responses = [make_response(session, prompt, endpoint) for endpoint in endpoints]
    for first, second in (responses[:2], responses[2:]):
        pair = make_pair(session, project, first, second)
        for choice in (Choice.A, Choice.B):
            add_verdict(session, pair, make_person(session), Verdict(0, choice))
    return project
