import pytest
from sqlmodel import Session, select

from evalhub.core.releasing.vocabulary import Split
from evalhub.db.models import Prompt
from evalhub.services.releasing.gathering import Source, gather
from evalhub.services.releasing.streaming import PROMPTS_PER_BATCH, judged_pairs
from tests.core.releasing.material import LABEL
from tests.factories import (
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)
from tests.release_project import A, Verdict, add_verdict


def make_source(session: Session, n_prompts: int) -> Source:
    """Add a project with one judged pair on each of many prompts, and gather it."""
    version = make_prompt_set_version(session, *(f"Question {'x' * n}?" for n in range(n_prompts)))
    endpoints = [make_endpoint(session) for _ in range(2)]
    project = make_project(session, *endpoints, prompts=version)
    person = make_person(session)
    query = select(Prompt).where(Prompt.prompt_set_version_id == version.id)
    for prompt in session.exec(query).all():
        responses = [
            make_response(session, prompt, endpoint, text=f"{endpoint.slug} on {prompt.key}")
            for endpoint in endpoints
        ]
        add_verdict(session, make_pair(session, project, *responses), person, Verdict(0, A))
    return gather(project, secret="s" * 32, session=session)


@pytest.mark.parametrize("n_prompts", [1, PROMPTS_PER_BATCH, PROMPTS_PER_BATCH + 1])
def test_every_pair_comes_with_its_own_texts(session: Session, n_prompts: int) -> None:
    source = make_source(session, n_prompts)
    splits = {prompt.group: Split.TRAIN for prompt in source.prompts.values()}

    labels = {item.pair_id: LABEL for item in source.released}
    pairs = list(judged_pairs(source, splits, labels=labels, session=session))

    assert [pair.prompt.key for pair in pairs] == sorted(source.prompts)
    assert {pair.label for pair in pairs} == {LABEL}
    for pair in pairs:
        assert pair.x_text == f"{pair.x.endpoint} on {pair.prompt.key}"
        assert pair.y_text == f"{pair.y.endpoint} on {pair.prompt.key}"
