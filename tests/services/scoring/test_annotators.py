import json

import pytest
from sqlmodel import Session

from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.scoring.annotators.figures import NO_CONTROLS
from evalhub.db.models import ProjectEndpoint
from evalhub.errors import NotFound
from evalhub.services.scoring.annotators import annotators_document, project_annotators
from tests.factories import make_endpoint, make_person, make_project
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.services.scoring.audited import SLUG, TIE, A, B, make_audited_project
from tests.services.scoring.pairs import make_two_model_pair

COMMAND = command_actor()


def acting(role: Role) -> Actor:
    return Actor(1, "Someone", frozenset({role}))


def test_people_have_figures_and_models_do_not(session: Session) -> None:
    make_tiny_project(session)
    make_audited_project(session)

    found = project_annotators(SLUG, session=session, actor=COMMAND)

    assert len(found.figures) == 2
    assert sorted(one.n_judgments for one in found.figures) == [12, 12]
    assert sorted(one.ties.value or 0 for one in found.figures) == [0, pytest.approx(1 / 3)]


def test_control_prompts_are_read_and_kept_out_of_the_fit(session: Session) -> None:
    make_audited_project(session)

    found = project_annotators(SLUG, session=session, actor=COMMAND)

    assert found.n_control_prompts == 1
    assert [(one.control.value, one.control.n) for one in found.figures] == [(1.0, 1), (1.0, 1)]
    assert found.crowd is not None
    assert found.crowd.n_judgments == 11 + 7
    assert {one.n_controls_right for one in found.crowd.reliabilities} == {1}


def test_without_control_items_it_says_so(session: Session) -> None:
    make_audited_project(session, with_controls=False)

    found = project_annotators(SLUG, session=session, actor=COMMAND)

    assert {one.control.reason for one in found.figures} == {NO_CONTROLS}


@pytest.mark.parametrize(
    ("role", "n_names"),
    [(Role.COORDINATOR, 2), (Role.ADMIN, 2), (Role.RESEARCHER, 0), (Role.AUDITOR, 0)],
)
def test_names_are_for_those_who_staff_projects(session: Session, role: Role, n_names: int) -> None:
    make_audited_project(session)

    found = project_annotators(SLUG, session=session, actor=acting(role))

    assert len(found.names) == n_names
    assert "Ann" not in json.dumps(annotators_document(found))


def test_board_and_weighed_fit_stand_side_by_side(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    for choice in (A, A, B):
        add_verdict(session, pair, make_person(session), Verdict(0, choice))

    found = project_annotators(project.slug, session=session, actor=COMMAND)

    assert [(row.model, row.place, row.weighed_place) for row in found.beside] == [
        ("alder", 1, 1),
        ("birch", 2, 2),
    ]
    assert all(row.n == 3 for row in found.beside)


def test_only_ties_have_no_weighed_fit_and_say_why(session: Session) -> None:
    project, pair = make_two_model_pair(session)
    add_verdict(session, pair, make_person(session), Verdict(0, TIE))

    found = project_annotators(project.slug, session=session, actor=COMMAND)

    assert (found.crowd, found.beside) == (None, ())
    assert found.crowd_reason == ("Crowd-BT needs at least one judgment that prefers a response.")


def test_document_is_plain_json(session: Session) -> None:
    make_audited_project(session)

    found = project_annotators(SLUG, session=session, actor=COMMAND)

    document = json.loads(json.dumps(annotators_document(found), allow_nan=False))
    assert document["schema"] == "evalhub.annotators/1"
    assert len(document["annotators"]) == len(document["reliability"]["reliabilities"]) == 2


def test_project_without_judgments_has_nobody(session: Session) -> None:
    slug = make_project(session, make_endpoint(session)).slug

    assert project_annotators(slug, session=session, actor=COMMAND).figures == ()


def test_unknown_project_is_named(session: Session) -> None:
    with pytest.raises(NotFound, match="no project 'nothing'"):
        project_annotators("nothing", session=session, actor=COMMAND)


def test_two_endpoints_of_one_model_have_the_names_of_the_board(session: Session) -> None:
    """Only one of the two is judged; its name is the longer one on both sides all the same."""
    project, pair = make_two_model_pair(session)
    other = make_endpoint(session, slug="cold", model="alder")
    session.add(ProjectEndpoint(project_id=project.id, endpoint_id=other.id))
    for choice in (A, B):
        add_verdict(session, pair, make_person(session), Verdict(0, choice))

    found = project_annotators(project.slug, session=session, actor=COMMAND)

    assert len(found.beside) == 2
    assert any(row.model.startswith("alder (endpoint-") for row in found.beside)
