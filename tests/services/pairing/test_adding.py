"""Pairs are made from the responses that are there, once each."""

import pytest
from sqlmodel import Session, col, select

from evalhub.core.campaigns import OverlapRule, PairingStrategy
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import Endpoint, Matchup, Pair, Project, Prompt, Response
from evalhub.services.pairing.adding import PairingReport, add_pairs
from tests.factories import (
    make_endpoint,
    make_pair,
    make_project,
    make_prompt_set_version,
    make_response,
)
from tests.services.assigning.conftest import Campaign, make_campaign


def a_project(session: Session, *slugs: str, n_prompts: int = 2) -> tuple[Project, list[Endpoint]]:
    """Add a project over prompts that nobody has answered yet."""
    version = make_prompt_set_version(session, *(f"Question {i}?" for i in range(n_prompts)))
    endpoints = [make_endpoint(session, slug=slug) for slug in slugs]
    return make_project(session, *endpoints, prompts=version, overlap=2), endpoints


def answer_all(session: Session, project: Project, endpoints: list[Endpoint]) -> list[Response]:
    prompts = session.exec(
        select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
    ).all()
    return [
        make_response(session, prompt, endpoint, text=f"{endpoint.slug} says {prompt.key}")
        for prompt in prompts
        for endpoint in endpoints
    ]


def pairs_of(session: Session, project: Project) -> list[Pair]:
    query = select(Pair).where(Pair.project_id == project.id).order_by(col(Pair.position))
    return list(session.exec(query))


@pytest.fixture
def noise(session: Session) -> Campaign:
    return make_campaign(session, n_pairs=2)


@pytest.mark.parametrize(("n_samples", "n_added"), [(1, 1), (2, 4)])
def test_a_project_compares_the_samples_that_it_asks_for(
    session: Session, noise: Campaign, n_samples: int, n_added: int
) -> None:
    project, endpoints = a_project(session, "a", "b", n_prompts=1)
    project.samples_per_endpoint = n_samples
    prompt = session.exec(
        select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
    ).one()
    for endpoint in endpoints:
        for i in range(3):
            text = f"{endpoint.slug} says {i}"
            make_response(session, prompt, endpoint, text=text, sample_index=i)

    assert add_pairs(project, session=session) == PairingReport(n_added=n_added)


def test_pairs_of_samples_that_a_project_has_stay(session: Session) -> None:
    project, endpoints = a_project(session, "a", "b", n_prompts=1)
    responses = answer_all(session, project, endpoints)
    prompt = session.get_one(Prompt, responses[0].prompt_id)
    later = [
        make_response(session, prompt, one, text=f"{one.slug} later", sample_index=1)
        for one in endpoints
    ]
    make_pair(session, project, *later)

    assert add_pairs(project, session=session).n_added == 1
    assert len(pairs_of(session, project)) == 2


def test_every_two_answers_make_a_pair_with_the_projects_overlap(
    session: Session, noise: Campaign
) -> None:
    project, endpoints = a_project(session, "a", "b", "c")
    answer_all(session, project, endpoints)

    report = add_pairs(project, session=session)

    pairs = pairs_of(session, project)
    assert report == PairingReport(n_added=6)
    assert [pair.position for pair in pairs] == list(range(6))
    assert {pair.overlap for pair in pairs} == {2}
    assert all(pair.response_x_id < pair.response_y_id for pair in pairs)


def test_doing_it_again_adds_nothing(session: Session) -> None:
    project, endpoints = a_project(session, "a", "b")
    answer_all(session, project, endpoints)
    add_pairs(project, session=session)

    assert add_pairs(project, session=session).n_added == 0
    assert len(pairs_of(session, project)) == 2


def test_later_responses_add_only_their_pairs_at_the_end(session: Session) -> None:
    project, endpoints = a_project(session, "a", "b", "c")
    answer_all(session, project, endpoints[:2])
    add_pairs(project, session=session)
    before = [pair.id for pair in pairs_of(session, project)]
    answer_all(session, project, endpoints[2:])

    assert add_pairs(project, session=session).n_added == 4
    assert [pair.id for pair in pairs_of(session, project)][:2] == before


def test_what_is_left_out_is_counted(session: Session) -> None:
    project, endpoints = a_project(session, "a", "b", "c", n_prompts=1)
    first, second, third = answer_all(session, project, endpoints)
    second.text = first.text + "\n"
    third.status = ResponseStatus.TRUNCATED
    session.flush()

    report = add_pairs(project, session=session)

    assert report == PairingReport(n_added=0, n_identical=1, n_not_answered=1)


def test_a_baseline_is_compared_with_all_others(session: Session) -> None:
    project, endpoints = a_project(session, "a", "b", "c", n_prompts=1)
    project.strategy, project.baseline_endpoint_id = PairingStrategy.BASELINE, endpoints[0].id
    baseline, *_others = answer_all(session, project, endpoints)

    add_pairs(project, session=session)

    pairs = pairs_of(session, project)
    assert len(pairs) == 2
    assert all(baseline.id in {pair.response_x_id, pair.response_y_id} for pair in pairs)


def test_a_pair_made_for_imported_judgments_becomes_offered(session: Session) -> None:
    project, endpoints = a_project(session, "a", "b", n_prompts=1)
    pair = make_pair(session, project, *answer_all(session, project, endpoints))
    pair.is_offered, pair.overlap = False, 1
    session.flush()

    assert add_pairs(project, session=session).n_added == 1

    session.refresh(pair)
    assert len(pairs_of(session, project)) == 1
    assert (pair.is_offered, pair.overlap) == (True, 2)


def test_of_two_revisions_of_an_endpoint_only_the_baseline_meets_the_others(
    session: Session, noise: Campaign
) -> None:
    project, endpoints = a_project(session, "a", "b", "c", n_prompts=1)
    _first, second, _other = answer_all(session, project, endpoints)
    endpoints[1].slug, endpoints[1].revision = "a", 2
    project.strategy, project.baseline_endpoint_id = PairingStrategy.BASELINE, endpoints[1].id
    session.flush()

    add_pairs(project, session=session)

    pairs = pairs_of(session, project)
    assert len(pairs) == 2
    assert all(second.id in {pair.response_x_id, pair.response_y_id} for pair in pairs)


def test_pairs_are_made_within_the_projects_own_prompts_and_endpoints(
    session: Session, noise: Campaign
) -> None:
    project, endpoints = a_project(session, "a", "b", n_prompts=1)
    mine = {row.id for row in answer_all(session, project, endpoints)}
    stranger = make_endpoint(session, slug="stranger")
    answer_all(session, project, [stranger])

    add_pairs(project, session=session)

    (pair,) = pairs_of(session, project)
    assert {pair.response_x_id, pair.response_y_id} == mine


def test_pairs_say_which_two_endpoints_meet(session: Session, noise: Campaign) -> None:
    project, endpoints = a_project(session, "one", "two", "three")
    answer_all(session, project, endpoints)

    add_pairs(project, session=session)

    session.expire_all()
    matchups = {
        row.id: {row.endpoint_low_id, row.endpoint_high_id}
        for row in session.exec(select(Matchup).where(Matchup.project_id == project.id))
    }
    assert len(matchups) == 3
    for pair in pairs_of(session, project):
        sides = [session.get_one(Response, i) for i in (pair.response_x_id, pair.response_y_id)]
        assert pair.matchup_id is not None
        assert matchups[pair.matchup_id] == {response.endpoint_id for response in sides}


def test_pairs_added_later_join_the_matchups_there_are(session: Session, noise: Campaign) -> None:
    project, endpoints = a_project(session, "one", "two", n_prompts=2)
    first, _ = session.exec(
        select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
    ).all()
    for endpoint in endpoints:
        make_response(session, first, endpoint, text=f"{endpoint.slug} first")
    add_pairs(project, session=session)

    answer_missing(session, project, endpoints)
    add_pairs(project, session=session)

    session.expire_all()
    assert len({pair.matchup_id for pair in pairs_of(session, project)}) == 1
    assert len(pairs_of(session, project)) == 2


def answer_missing(session: Session, project: Project, endpoints: list[Endpoint]) -> None:
    """Answer the second prompt."""
    _, second = session.exec(
        select(Prompt).where(Prompt.prompt_set_version_id == project.prompt_set_version_id)
    ).all()
    for endpoint in endpoints:
        make_response(session, second, endpoint, text=f"{endpoint.slug} second")


@pytest.mark.parametrize(
    ("rule", "places"), [(OverlapRule.FIXED, 3), (OverlapRule.ON_CONFLICT, 2)], ids=str
)
def test_under_on_conflict_a_pair_begins_with_two_places(
    session: Session, rule: OverlapRule, places: int
) -> None:
    project, endpoints = a_project(session, "one", "two")
    project.overlap, project.overlap_rule = 3, rule
    answer_all(session, project, endpoints)

    add_pairs(project, session=session)

    assert {pair.overlap for pair in pairs_of(session, project)} == {places}
