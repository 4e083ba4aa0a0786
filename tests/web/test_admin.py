"""Administration: who may enter, and what each form does."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.people import Actor, Origin, Role, Scope
from evalhub.db.engine import Database
from evalhub.db.models import ApiKey, Invitation, Person, RoleGrant
from evalhub.services.api_keys import issue_key
from tests.factories import make_person
from tests.web.conftest import Clock, SignIn
from tests.web.pages import Data, fill, token_of

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGES = ("/admin/people", "/admin/audit")


@pytest.fixture
def admin(client: FlaskClient, sign_in: SignIn) -> Person:
    """Give an admin who is signed in."""
    return sign_in(client, {Role.ADMIN}, name="Ines")


@pytest.fixture
def bo(database: Database) -> Person:
    """Give a person to administer."""
    with database.transaction() as session:
        return make_person(session, Role.LAB, name="Bo Li", email="bo@example.org")


def roles_of(database: Database, person: Person) -> set[str]:
    with database.transaction(write=False) as session:
        query = select(RoleGrant.role).where(RoleGrant.person_id == person.id)
        return set(session.exec(query))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMIN, Role.AUDITOR}])
def test_others_may_not_enter(client: FlaskClient, sign_in: SignIn, path: str, role: Role) -> None:
    sign_in(client, {role})

    response = client.get(path)

    assert response.status_code == 403
    assert "is for the role" in response.text


def test_auditors_read_the_log_and_nothing_else(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.AUDITOR})

    assert client.get("/admin/audit").status_code == 200
    assert client.get("/admin/people").status_code == 403


@pytest.mark.usefixtures("admin")
def test_people_are_listed(client: FlaskClient, bo: Person) -> None:
    page = client.get("/admin/people").text

    assert "Bo Li" in page
    assert "bo@example.org" in page
    assert "2 people" in page


@pytest.mark.usefixtures("admin", "bo")
@pytest.mark.parametrize(
    ("query", "shows"),
    [
        ("q=bo", "1 person"),
        ("q=zz", "Nobody whose name or address holds “zz” is here."),
        ("origin=simulated", "made up by a simulation"),
        ("page=7", "Nobody"),
        ("page=x", "2 people"),
    ],
)
def test_the_list_can_be_narrowed(client: FlaskClient, query: str, shows: str) -> None:
    assert shows in client.get(f"/admin/people?{query}").text


@pytest.mark.usefixtures("admin")
def test_an_unknown_kind_of_people_is_refused(client: FlaskClient) -> None:
    response = client.get("/admin/people?origin=martian")

    assert response.status_code == 422
    assert "is none of account, imported, simulated" in response.text


@pytest.mark.usefixtures("admin")
def test_a_long_list_has_pages(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        for n in range(60):
            make_person(session, name=f"Person {n:02}")

    first, second = (client.get(f"/admin/people?page={page}").text for page in (1, 2))

    assert "Page 1 of 2" in first
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


@pytest.mark.usefixtures("admin")
def test_an_invitation_is_shown_once(client: FlaskClient, database: Database) -> None:
    page = client.get("/admin/people")

    data = fill(page, "/admin/invitations", name="Cy", email="cy@example.org", roles=["lab"])
    made = client.post("/admin/invitations", data=data)

    link = re.search(r"http://127\.0\.0\.1:8000(/invitations/[\w-]{43})", made.text)
    assert link is not None
    assert client.get(link[1]).status_code == 200
    later = client.get("/admin/people").text
    assert link[1] not in later
    assert "cy@example.org" in later


@pytest.mark.usefixtures("admin", "bo")
@pytest.mark.parametrize(
    ("answers", "status", "says"),
    [
        ({"email": "bo"}, 422, "e-mail address"),
        ({"name": ""}, 422, "needs 1 to 200"),
        ({"roles": []}, 422, "choose at least one"),
        ({"roles": ["king"]}, 422, "is none of admin"),
        ({"email": "bo@example.org"}, 409, "has an account already"),
    ],
    ids=["address", "name", "no roles", "unknown role", "known address"],
)
def test_a_bad_invitation_is_refused(
    client: FlaskClient,
    database: Database,
    answers: Data,
    status: int,
    says: str,
) -> None:
    page = client.get("/admin/people")
    good: Data = {"name": "Cy Typed", "email": "cy@example.org", "roles": ["lab"]}

    data = fill(page, "/admin/invitations", **{**good, **answers})
    response = client.post("/admin/invitations", data=data)

    assert response.status_code == status
    assert says in response.text
    assert "Cy Typed" in response.text or answers.get("name") == ""
    with database.transaction(write=False) as session:
        assert session.exec(select(Invitation)).all() == []


@pytest.mark.usefixtures("admin")
def test_an_invitation_is_taken_back(client: FlaskClient) -> None:
    page = client.get("/admin/people")
    data = fill(page, "/admin/invitations", name="Cy", email="cy@example.org", roles=["lab"])
    page = client.post("/admin/invitations", data=data)

    action = re.findall(r"/admin/invitations/\d+/revoke", page.text)[0]
    response = client.post(action, data=fill(page, action))

    assert response.location == "/admin/people"
    assert "no longer works" in client.get("/admin/people").text
    assert client.post(action, data=fill(page, action)).status_code == 404


@pytest.mark.usefixtures("admin")
def test_roles_are_set(client: FlaskClient, bo: Person, database: Database) -> None:
    page = client.get(f"/admin/people/{bo.public_id}")
    action = f"/admin/people/{bo.public_id}/roles"

    response = client.post(action, data=fill(page, action, roles=["auditor", "reviewer"]))

    assert response.location == f"/admin/people/{bo.public_id}"
    assert roles_of(database, bo) == {"auditor", "reviewer"}


def test_the_last_admin_stays(client: FlaskClient, admin: Person, database: Database) -> None:
    page = client.get(f"/admin/people/{admin.public_id}")

    for action in ("roles", "disable"):
        path = f"/admin/people/{admin.public_id}/{action}"
        response = client.post(path, data=fill(page, path, roles=[]))
        assert response.status_code == 409
        assert "the last admin" in response.text

    assert roles_of(database, admin) == {"admin"}


def test_who_changes_their_own_roles_signs_in_again(client: FlaskClient, admin: Person) -> None:
    page = client.get(f"/admin/people/{admin.public_id}")
    action = f"/admin/people/{admin.public_id}/roles"

    response = client.post(action, data=fill(page, action, roles=["admin", "lab"]))

    assert response.location == "/sign-in"
    assert client.get("/admin/people").status_code == 303


@pytest.mark.usefixtures("admin")
def test_an_account_is_closed_and_reopened(client: FlaskClient, bo: Person) -> None:
    path = f"/admin/people/{bo.public_id}"

    client.post(f"{path}/disable", data=fill(client.get(path), f"{path}/disable"))
    closed = client.get(path)
    client.post(f"{path}/enable", data=fill(closed, f"{path}/enable"))

    assert "closed on" in closed.text
    assert "Close account" in client.get(path).text


@pytest.mark.usefixtures("admin")
def test_a_person_is_signed_out_everywhere(client: FlaskClient, sign_in: SignIn) -> None:
    browser = client.application.test_client()
    person = sign_in(browser, {Role.LAB})
    path = f"/admin/people/{person.public_id}"
    page = client.get(path)

    response = client.post(f"{path}/sessions/end", data=fill(page, f"{path}/sessions/end"))

    assert response.location == path
    assert browser.get("/account").status_code == 303
    assert "Nowhere." in client.get(path).text


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    ("origin", "says"),
    [(Origin.SIMULATED, "made up by a simulation"), (Origin.IMPORTED, "imported judgments")],
)
def test_people_without_an_account_have_nothing_to_administer(
    client: FlaskClient, database: Database, origin: Origin, says: str
) -> None:
    with database.transaction() as session:
        person = make_person(session, origin=origin)

    page = client.get(f"/admin/people/{person.public_id}")

    assert says in page.text
    assert "Set roles" not in page.text


@pytest.mark.usefixtures("admin")
def test_an_unknown_person_is_not_found(client: FlaskClient) -> None:
    assert client.get("/admin/people/nobody").status_code == 404


@pytest.mark.usefixtures("admin")
def test_the_audit_log_shows_acts_and_the_head(client: FlaskClient, bo: Person) -> None:
    empty = client.get("/admin/audit").text
    path = f"/admin/people/{bo.public_id}"
    client.post(f"{path}/disable", data=fill(client.get(path), f"{path}/disable"))

    page = client.get("/admin/audit").text

    assert "the log is empty" in empty
    assert "person.disable" in page
    assert re.search(r"1:[0-9a-f]{64}", page)
    assert "No entry holds “zz”." in client.get("/admin/audit?q=zz").text


@pytest.mark.usefixtures("admin")
def test_what_people_typed_is_shown_as_text(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        make_person(session, name="<script>alert(1)</script>", email="<b>@example.org")

    page = client.get("/admin/people").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("action", ["roles", "disable", "enable", "sessions/end", "keys/x/revoke"])
def test_only_admins_send_these_forms(
    client: FlaskClient, sign_in: SignIn, bo: Person, action: str
) -> None:
    outsider = client.application.test_client()
    sign_in(outsider, set(Role) - {Role.ADMIN})
    token = token_of(outsider.get("/account"))

    path = f"/admin/people/{bo.public_id}/{action}"
    response = outsider.post(path, data={"csrf_token": token, "roles": ["admin"]})

    assert response.status_code == 403


@pytest.fixture
def key_of_bo(bo: Person, database: Database, clock: Clock) -> ApiKey:
    """Give a key of Bo's."""
    with database.transaction() as session:
        actor = Actor(bo.id, bo.name, frozenset({Role.LAB}))
        issue_key(
            "Nightly",
            session=session,
            actor=actor,
            scopes=[Scope.RELEASES_READ],
            days=9,
            now=clock(),
        )
        return session.exec(select(ApiKey)).one()


@pytest.mark.usefixtures("admin")
def test_an_admin_sees_and_ends_the_keys_of_a_person(
    client: FlaskClient, bo: Person, key_of_bo: ApiKey
) -> None:
    path = f"/admin/people/{bo.public_id}"
    page = client.get(path)
    assert f"<code>{key_of_bo.prefix}…</code>" in page.text

    form = f"{path}/keys/{key_of_bo.public_id}/revoke"
    ended = client.post(form, data=fill(page, form))

    assert ended.location == path
    assert "None that works." in client.get(path).text
    assert client.post(form, data=fill(page, form)).status_code == 404


@pytest.mark.usefixtures("key_of_bo")
def test_a_key_is_ended_at_its_owner_alone(
    client: FlaskClient, admin: Person, bo: Person, key_of_bo: ApiKey
) -> None:
    page = client.get(f"/admin/people/{bo.public_id}")

    form = f"/admin/people/{admin.public_id}/keys/{key_of_bo.public_id}/revoke"
    response = client.post(form, data={"csrf_token": token_of(page)})

    assert response.status_code == 404
