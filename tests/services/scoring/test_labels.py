import pytest
from sqlmodel import Session

from evalhub.core.judging.answers import Choice
from evalhub.core.scoring.labels import Standing
from evalhub.db.models import Project
from evalhub.errors import NotFound
from evalhub.services.scoring.labels import project_labels
from tests.factories import (
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.services.scoring.pairs import prompts_of

N_PROMPTS = 14


def make_lopsided(session: Session) -> Project:
    """Add a project whose first model always wins clearly, but for one slight judgment."""
    version = make_prompt_set_version(session, *(f"Question {'x' * n}?" for n in range(N_PROMPTS)))
    endpoints = [make_endpoint(session, model=name) for name in ("alder", "birch")]
    project = make_project(session, *endpoints, prompts=version)
    people = [make_person(session) for _ in range(2)]
    for number, prompt in enumerate(prompts_of(version, session)):
        responses = [make_response(session, prompt, one, text=one.slug) for one in endpoints]
        pair = make_pair(session, project, *responses)
        if number == 0:
            add_verdict(session, pair, people[0], Verdict(0, Choice.B, 1))
            continue
        for person in people:
            add_verdict(session, pair, person, Verdict(0, Choice.A, -3))
    session.flush()
    return project


def test_a_pair_whose_pooled_label_contradicts_its_judgment_comes_first(session: Session) -> None:
    make_tiny_project(session)
    project = make_lopsided(session)

    found = project_labels(project.slug, session=session)

    first = found.listing.items[0]
    winner_is_second = (first.model_first, first.model_second) == ("birch", "alder")
    assert first.standing is Standing.AGAINST_ALL
    assert first.pooled is not None
    assert (first.pooled > 0.5) is winner_is_second
    assert first.n_first + first.n_second == 1
    assert (found.n_disputed, found.n_pairs, found.n_judgments) == (1, 14, 27)


def test_contradicted_pairs_can_be_shown_alone(session: Session) -> None:
    project = make_lopsided(session)

    found = project_labels(project.slug, session=session, is_disputed=True)

    assert [one.standing for one in found.listing.items] == [Standing.AGAINST_ALL]
    assert (found.listing.n_found, found.n_pairs) == (1, 14)


def test_own_labels_decide_what_is_contradicted_where_there_are_no_pooled_ones(
    session: Session,
) -> None:
    project = make_lopsided(session)

    found = project_labels(project.slug, session=session, most_pooled=26)

    assert (found.n_pairs, found.n_disputed) == (14, 0)
    assert {one.pooled for one in found.listing.items} == {None}
    assert (found.tau, found.pooled_method) == (None, "")
    assert found.reason == "27 judgments are more than 26; the pooled fit is left out."


def test_methods_and_tau_are_stated(session: Session) -> None:
    make_tiny_project(session)

    found = project_labels("tiny", session=session)

    assert found.item_method.startswith("Item-only graded fit")
    assert found.pooled_method.startswith("Pooled graded fit")
    assert found.tau is not None
    assert found.tau > 0


def test_no_judgment_is_no_error(session: Session) -> None:
    project = make_project(session)

    found = project_labels(project.slug, session=session)

    assert list(found.listing.items) == []
    assert (found.tau, found.reason) == (None, "There is no judgment to fit.")


def test_an_unknown_project_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        project_labels("nowhere", session=session)
