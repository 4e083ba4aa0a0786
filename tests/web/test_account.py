"""A person's own account: password, sign-ins, API keys."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.config import Settings
from evalhub.core.people import Role, Scope, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import ApiKey, Person, SignInAttempt, WebSession
from evalhub.services.accounts.passwords import is_password, new_password
from evalhub.services.consenting.answers import answer
from tests.release_project import MOMENT, make_tiny_project
from tests.releases import build_release, build_tiny
from tests.web.conftest import Clock, SignIn
from tests.web.pages import Data, fill

PASSWORD, NEW = "three quiet rivers", "four loud mountains"


@pytest.fixture
def person(client: FlaskClient, sign_in: SignIn, database: Database) -> Person:
    """Give a lab's person who is signed in and has a password."""
    person = sign_in(client, {Role.LAB}, name="Ada")
    with database.transaction() as session:
        row = session.get_one(Person, person.id)
        row.password_hash = new_password(PASSWORD, email=row.email or "").hash
    return person


def password_of(database: Database, person: Person) -> str | None:
    with database.transaction(write=False) as session:
        return session.get_one(Person, person.id).password_hash


def test_the_account_page_is_for_people_who_are_signed_in(client: FlaskClient) -> None:
    assert client.get("/account").location == "/sign-in?next=%2Faccount"


def test_the_account_shows_who_one_is(client: FlaskClient, person: Person) -> None:
    page = client.get("/account").text

    assert "<h1>Ada</h1>" in page
    assert str(person.email) in page
    assert "this one" in page
    assert "You have no API key." in page


def test_people_without_a_scope_are_told_so(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client)

    page = client.get("/account").text

    assert "No role of yours can use the API." in page
    assert "Make key" not in page


def test_the_password_is_changed(client: FlaskClient, person: Person, database: Database) -> None:
    page = client.get("/account")

    data = fill(page, "/account/password", password=PASSWORD, new_password=NEW)
    response = client.post("/account/password", data=data)

    assert response.location == "/account"
    assert is_password(NEW, password_of(database, person))
    assert "Your password is changed" in client.get("/account").text
    with database.transaction(write=False) as session:
        rows = session.exec(select(WebSession).order_by("id")).all()
    assert [row.revoked_at is None for row in rows] == [False, True]


@pytest.mark.parametrize(
    ("present", "new", "says"),
    [
        ("wrong wrong wrong", NEW, "present password:</b> is not right"),
        (PASSWORD, "short", "new password:</b> needs at least 12"),
    ],
    ids=["wrong", "short"],
)
def test_a_bad_change_keeps_the_password(
    client: FlaskClient, person: Person, database: Database, present: str, new: str, says: str
) -> None:
    page = client.get("/account")

    data = fill(page, "/account/password", password=present, new_password=new)
    response = client.post("/account/password", data=data)

    assert response.status_code == 422
    assert says in response.text
    assert is_password(PASSWORD, password_of(database, person))


@pytest.mark.usefixtures("person")
def test_guessing_the_present_password_must_wait_too(
    client: FlaskClient, database: Database, clock: Clock
) -> None:
    page = client.get("/account")
    data = fill(page, "/account/password", password="wrong wrong", new_password=NEW)
    for _ in range(10):
        client.post("/account/password", data=data)

    response = client.post("/account/password", data=data)

    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    with database.transaction(write=False) as session:
        assert len(session.exec(select(SignInAttempt)).all()) == 10


@pytest.mark.usefixtures("person")
def test_another_sign_in_can_be_ended(client: FlaskClient, database: Database) -> None:
    page = client.get("/account")
    action = re.findall(r"/account/sessions/\d+/end", page.text)[0]

    response = client.post(action, data=fill(page, action))

    assert response.location == "/sign-in"
    assert client.get("/account").status_code == 303


def test_ending_an_older_sign_in_keeps_this_one(
    client: FlaskClient, person: Person, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        row = session.exec(select(WebSession)).one()
        older = WebSession(**{**row.model_dump(exclude={"id"}), "token_hash": "0" * 64})
        session.add(older)
        session.flush()
        older_id = older.id
    page = client.get("/account")

    action = f"/account/sessions/{older_id}/end"
    response = client.post(action, data=fill(page, action))

    assert response.location == "/account"
    assert "That sign-in has ended." in client.get("/account").text


def test_the_sign_in_of_another_is_not_there(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client)
    with database.transaction(write=False) as session:
        foreign = session.exec(select(WebSession.id)).one()
    sign_in(client)
    page = client.get("/account")

    token = fill(page)["csrf_token"]
    response = client.post(f"/account/sessions/{foreign}/end", data={"csrf_token": token})

    assert response.status_code == 404


@pytest.mark.usefixtures("person")
def test_signing_out_everywhere_ends_this_sign_in_too(client: FlaskClient) -> None:
    page = client.get("/account")

    response = client.post("/account/sessions/end", data=fill(page, "/account/sessions/end"))

    assert response.location == "/sign-in"
    assert "signed out everywhere" in client.get("/sign-in").text


@pytest.mark.usefixtures("person")
def test_a_key_is_shown_once(client: FlaskClient, database: Database) -> None:
    page = client.get("/account")

    data = fill(page, "/account/keys", name="Nightly", scopes=[Scope.RELEASES_READ.value])
    made = client.post("/account/keys", data=data)

    key = re.search(r"evh_[\w-]{43}", made.text)
    assert made.status_code == 200
    assert key is not None
    assert key[0] not in client.get("/account").text
    assert "Nightly" in client.get("/account").text


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"name": ""}, 422),
        ({"scopes": []}, 422),
        ({"scopes": ["everything"]}, 422),
        ({"days": "366"}, 422),
        ({"days": "soon"}, 422),
        ({"scopes": [Scope.PULLS_WRITE.value]}, 403),
    ],
    ids=["no name", "no scope", "unknown scope", "too long", "no number", "not allowed"],
)
def test_a_bad_key_is_refused(
    client: FlaskClient, database: Database, answers: Data, status: int
) -> None:
    page = client.get("/account")
    good: Data = {"name": "Nightly", "scopes": [Scope.RELEASES_READ.value], "days": "30"}

    response = client.post("/account/keys", data=fill(page, "/account/keys", **{**good, **answers}))

    assert response.status_code == status
    with database.transaction(write=False) as session:
        assert session.exec(select(ApiKey)).all() == []


@pytest.mark.usefixtures("person")
def test_a_key_can_be_revoked(client: FlaskClient, database: Database) -> None:
    page = client.get("/account")
    data = fill(page, "/account/keys", name="Nightly", scopes=[Scope.RELEASES_READ.value])
    page = client.post("/account/keys", data=data)

    action = re.findall(r"/account/keys/\w+/revoke", page.text)[0]
    response = client.post(action, data=fill(page, action))

    assert response.location == "/account#keys"
    assert "You have no API key." in client.get("/account").text
    assert client.post(action, data=fill(page, action)).status_code == 404


@pytest.fixture
def released(database: Database, settings: Settings) -> None:
    """Give a release."""
    with database.transaction() as session:
        make_tiny_project(session)
        build_release("tiny", session=session, settings=settings, actor=command_actor(), now=MOMENT)


@pytest.mark.usefixtures("person", "released")
def test_a_key_is_limited_to_the_releases_that_are_named(
    client: FlaskClient, database: Database
) -> None:
    page = client.get("/account")

    data = fill(page, "/account/keys", name="Nightly", scopes=[Scope.RELEASES_READ.value])
    made = client.post("/account/keys", data={**data, "releases": "tiny@1.0.0, tiny"})

    assert made.status_code == 200
    with database.transaction(write=False) as session:
        assert session.exec(select(ApiKey)).one().releases == ["tiny", "tiny@1.0.0"]
    assert "<code>tiny, tiny@1.0.0</code>" in client.get("/account").text


@pytest.mark.usefixtures("person", "released")
def test_a_limit_that_names_nothing_is_told_beside_what_was_typed(
    client: FlaskClient, database: Database
) -> None:
    page = client.get("/account")

    data = fill(page, "/account/keys", name="Nightly", scopes=[Scope.RELEASES_READ.value])
    response = client.post("/account/keys", data={**data, "releases": "tinny"})

    assert response.status_code == 422
    assert "Releases that a key opens:</b> there is no release &#39;tinny&#39;" in response.text
    sent = fill(response, "/account/keys")
    assert (sent["name"], sent["scopes"], sent["releases"]) == (
        ["Nightly"],
        [Scope.RELEASES_READ.value],
        ["tinny"],
    )


def test_a_lab_sees_what_it_may_read_and_nothing_for_experts(
    client: FlaskClient, person: Person, database: Database, settings: Settings
) -> None:
    assert "there is none yet" in client.get("/account").text
    with database.transaction() as session:
        built = build_tiny(session, settings, now=MOMENT)
    client.get("/releases/tiny/1.0.0/files/README.md", buffered=True)
    before = client.get("/account").text
    client.get("/releases/tiny/1.0.0/files/recipe.json", buffered=True)
    client.get("/releases/tiny/1.0.0/files/recipe.json", buffered=True)

    page = client.get("/account").text

    assert f'<a href="/releases/tiny/{built.version}">tiny {built.version}</a>' in page
    assert "The one release of this instance is open to you." in page
    assert "1 file <small>last on" in before
    assert "2 files <small>last on" in page
    for word in ("/apply", "/consent", "consent:withdraw"):
        assert word not in page


def test_what_others_took_is_not_told(
    client: FlaskClient, sign_in: SignIn, database: Database, settings: Settings
) -> None:
    with database.transaction() as session:
        build_tiny(session, settings, now=MOMENT)
    sign_in(client, {Role.LAB}, name="Other")
    client.get("/releases/tiny/1.0.0/files/README.md", buffered=True)
    sign_in(client, {Role.LAB}, name="Ada")

    assert '<td data-label="Downloaded by you">not yet</td>' in client.get("/account").text


@pytest.mark.parametrize(
    "roles",
    [{Role.ANNOTATOR}, {Role.ANNOTATOR, Role.LAB}, set()],
    ids=["expert", "expert of a lab", "nobody yet"],
)
def test_experts_and_those_who_may_become_one_see_what_is_asked_of_them(
    client: FlaskClient, sign_in: SignIn, roles: set[Role]
) -> None:
    sign_in(client, roles)

    page = client.get("/account").text

    assert 'href="/apply"' in page
    assert 'href="/consent"' in page
    assert ("What you may read" in page) is (Role.LAB in roles)


def test_who_judged_once_keeps_the_way_to_their_consent(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    person = sign_in(client, {Role.LAB})
    with database.transaction() as session:
        answer(person.id, [], session=session, actor=command_actor(), now=MOMENT)

    page = client.get("/account").text

    assert 'href="/consent"' in page
    assert "consent:withdraw" in page
    assert 'href="/apply"' not in page
