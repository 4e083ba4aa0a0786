"""Project pages: set up, staff, open and follow; who may, and what a bad form keeps."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.campaigns import OverlapRule, ProjectStatus, SelectionMode
from evalhub.core.people import Role
from evalhub.core.responses import ResponseStatus
from evalhub.db.engine import Database
from evalhub.db.models import Project, ProjectMember, Prompt
from tests.factories import (
    add_member,
    make_endpoint,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
    make_rubric_version,
)
from tests.web.conftest import SignIn
from tests.web.pages import fill

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FORM: dict[str, str | list[str]] = {
    "slug": "trial",
    "title": "A trial <b>of</b> answers",
    "purpose": "To see.",
    "prompt_set": "questions@1",
    "rubric": "general@1.0.0",
    "endpoints": ["one", "two", "three"],
    "strategy": "all",
    "baseline": "",
    "pairs_per_prompt": "",
    "seed": "7",
    "overlap": "2",
    "overlap_rule": "fixed",
    "selection_mode": "rank",
    "lease_minutes": "60",
    "pay": "14.50",
    "pay_currency": "eur",
    "expected_minutes": "8",
    "terms": "You keep what you write.",
}
EMAIL = "ada@example.org"


@pytest.fixture(autouse=True)
def material(database: Database) -> None:
    """Store a prompt set, a rubric, an annotator, and three endpoints with responses."""
    with database.transaction() as session:
        make_prompt_set_version(session, "First?", slug="questions")
        make_rubric_version(session, rubric_id="general")
        make_person(session, Role.ANNOTATOR, email=EMAIL, name="Ada")
        prompt = session.exec(select(Prompt)).one()
        one = make_endpoint(session, slug="one")
        make_response(session, prompt, one, text="I am One.", names_itself="One")
        make_response(session, prompt, make_endpoint(session, slug="two"), text="Two")
        empty = make_endpoint(session, slug="three", is_simulated=True)
        make_response(session, prompt, empty, text="", status=ResponseStatus.EMPTY)


def create(client: FlaskClient, **changes: str | list[str]) -> int:
    form = fill(client.get("/projects/new"), "/projects", **{**FORM, **changes})
    return client.post("/projects", data=form).status_code


def stored(database: Database) -> Project:
    with database.transaction(write=False) as session:
        return session.exec(select(Project)).one()


def post(client: FlaskClient, path: str, **form: str) -> int:
    action = f"/projects/trial/{path}"
    sent = fill(client.get("/projects/trial"), action, **form)
    return client.post(action, data=sent).status_code


def test_a_researcher_sets_up_a_draft(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client, [Role.RESEARCHER])

    assert create(client) == 303
    project = stored(database)
    assert (project.status, project.overlap, project.seed) == (ProjectStatus.DRAFT, 2, 7)
    assert (project.pay_minor_units, project.pay_currency) == (1450, "EUR")


def test_a_project_may_compare_several_samples(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client, [Role.RESEARCHER])

    assert create(client, samples_per_endpoint="3") == 303

    assert stored(database).samples_per_endpoint == 3
    assert "; 3 samples of each endpoint; seed 7" in client.get("/projects/trial").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"endpoints": ["one"]}, "at least two endpoints"),
        ({"slug": "Not A Slug"}, "lower-case letters"),
        ({"pay": "much"}, "is not an amount"),
        ({"overlap": "x"}, "is not a whole number"),
        ({"strategy": "best"}, "is none of"),
        ({"strategy": "balanced", "pairs_per_prompt": "0"}, "1 or more"),
        ({"samples_per_endpoint": "21"}, "does not lie between 1 and 20"),
        ({"prompt_set": "questions@9"}, "no frozen version"),
    ],
    ids=["one endpoint", "slug", "pay", "overlap", "strategy", "pairs", "samples", "prompt set"],
)
def test_a_bad_form_comes_back_as_typed_with_the_rule(
    client: FlaskClient, sign_in: SignIn, changes: dict[str, str | list[str]], message: str
) -> None:
    sign_in(client, [Role.RESEARCHER])
    form = fill(client.get("/projects/new"), "/projects", **{**FORM, **changes})

    reply = client.post("/projects", data=form)

    assert reply.status_code == 422
    assert message in reply.text
    assert "To see." in reply.text


def test_a_name_in_use_is_refused(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, [Role.RESEARCHER])
    create(client)

    assert create(client) == 409


def test_a_project_is_staffed_opened_paused_and_closed(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client, [Role.RESEARCHER, Role.COORDINATOR])
    create(client)

    statuses = [
        post(client, "members", email=EMAIL, role="annotator"),
        post(client, "status", status="open"),
        post(client, "status", status="paused"),
        post(client, "status", status="closed"),
    ]

    assert statuses == [303] * 4
    assert stored(database).status is ProjectStatus.CLOSED


def test_a_person_is_taken_off_again(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client, [Role.RESEARCHER])
    create(client)
    person = sign_in(client.application.test_client(), [Role.ANNOTATOR])
    with database.transaction() as session:
        add_member(session, session.exec(select(Project)).one(), person)

    assert (
        post(client, "members/remove", person=person.public_id, role="annotator", reason="Away.")
        == 303
    )
    with database.transaction(write=False) as session:
        assert session.exec(select(ProjectMember)).all() == []


def test_the_page_shows_set_up_progress_and_what_is_left_out(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, [Role.RESEARCHER])
    create(client)
    post(client, "status", status="open")

    page = client.get("/projects/trial").text

    assert "A trial &lt;b&gt;of&lt;/b&gt; answers" in page
    assert "0 of 2" in page
    assert "14.50 EUR" in page
    assert "Responses that are left out" in page
    assert "Responses that name their model" in page
    assert "Simulated" in page


def test_a_reader_sees_the_project_but_no_way_to_change_it(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, [Role.RESEARCHER])
    create(client)
    auditor = client.application.test_client()
    sign_in(auditor, [Role.AUDITOR])

    page = auditor.get("/projects/trial").text

    assert "A trial" in page
    assert "Take off" not in page
    assert "Put on the project" not in page


@pytest.mark.parametrize("path", ["/projects", "/projects/trial"])
@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.LAB])
def test_outsiders_never_see_projects_as_they_name_the_models(
    client: FlaskClient, sign_in: SignIn, path: str, role: Role
) -> None:
    sign_in(client, [role])

    assert client.get(path).status_code == 403


def test_a_coordinator_may_not_set_up_projects(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, [Role.COORDINATOR])

    assert client.get("/projects/new").status_code == 403
    assert "There is no project yet" in client.get("/projects").text


def test_the_list_names_every_project(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, [Role.RESEARCHER])
    create(client)

    assert "A trial" in client.get("/projects").text


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("status", {"status": "flying"}),
        ("members", {"email": "nobody@example.org", "role": "annotator"}),
        ("members", {"email": EMAIL, "role": "lab"}),
        ("members", {"email": EMAIL, "role": "dancer"}),
    ],
    ids=["status", "unknown person", "role outside projects", "no role"],
)
def test_a_bad_act_is_refused_with_a_reason(
    client: FlaskClient, sign_in: SignIn, path: str, form: dict[str, str]
) -> None:
    sign_in(client, [Role.RESEARCHER])
    create(client)

    assert post(client, path, **form) == 422


@pytest.mark.parametrize(
    ("email", "role", "message"),
    [
        ("nobody@example.org", "annotator", "nobody@example.org"),
        (EMAIL, "reviewer", "reviewer"),
        (EMAIL, "king", "is none of"),
    ],
    ids=["unknown", "role not held", "no role"],
)
def test_a_person_who_cannot_join_is_refused_at_the_form(
    client: FlaskClient, sign_in: SignIn, email: str, role: str, message: str
) -> None:
    sign_in(client, [Role.RESEARCHER])
    create(client)
    action = "/projects/trial/members"

    page = client.post(
        action, data=fill(client.get("/projects/trial"), action, email=email, role=role)
    )

    assert page.status_code == 422
    assert message in page.text
    assert fill(page, action)["email"] == [email]
    assert "Put on the project" in page.text


@pytest.mark.parametrize(("status", "code"), [("open", 409), ("gone", 422)], ids=["state", "word"])
def test_a_status_that_cannot_be_is_refused_at_the_form(
    client: FlaskClient, sign_in: SignIn, database: Database, status: str, code: int
) -> None:
    sign_in(client, [Role.RESEARCHER])
    create(client)
    action = "/projects/trial/status"
    sent = fill(client.get("/projects/trial"), action, status="closed")
    client.post(action, data=sent)

    page = client.post(action, data={**sent, "status": status})

    assert page.status_code == code
    assert 'id="errors"' in page.text
    assert 'id="progress-h"' in page.text
    assert stored(database).status is ProjectStatus.CLOSED


def test_taking_off_in_no_role_is_refused_at_the_list(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, [Role.RESEARCHER])
    create(client)
    action = "/projects/trial/members"
    sent = fill(client.get("/projects/trial"), action)

    page = client.post(f"{action}/remove", data={**sent, "person": "x", "role": "king"})

    assert page.status_code == 422
    assert 'id="people-h"' in page.text


def test_the_form_says_what_to_ask_for_and_when_a_pair_is_done(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client, [Role.RESEARCHER])

    wanted = {"selection_mode": "uniform", "overlap_rule": "on_conflict", "overlap": "3"}
    assert create(client, **wanted) == 303

    project = stored(database)
    assert project.selection_mode is SelectionMode.UNIFORM
    assert project.overlap_rule is OverlapRule.ON_CONFLICT
    page = client.get("/projects/trial").text
    assert "up to 3 judgments a pair" in page
    assert "uniform: nothing in particular" in page


@pytest.mark.parametrize("field", ["selection_mode", "overlap_rule"])
def test_a_mode_or_rule_that_is_none_is_refused(
    client: FlaskClient, sign_in: SignIn, field: str
) -> None:
    sign_in(client, [Role.RESEARCHER])
    form = {**fill(client.get("/projects/new"), "/projects", **FORM), field: "most"}

    response = client.post("/projects", data=form)

    assert response.status_code == 422
    assert "most" in response.text


def test_a_long_list_of_projects_has_pages(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client, {Role.RESEARCHER})
    with database.transaction() as session:
        rubric, prompts = make_rubric_version(session), make_prompt_set_version(session)
        for number in range(51):
            make_project(session, rubric=rubric, prompts=prompts, slug=f"p-{number:03}")

    first, second = (client.get(f"/projects?page={page}").text for page in (1, 2))

    assert ("/projects/p-000" in first, "/projects/p-050" in first) == (True, False)
    assert ("/projects/p-000" in second, "/projects/p-050" in second) == (False, True)
    assert 'href="/projects?page=2"' in first
