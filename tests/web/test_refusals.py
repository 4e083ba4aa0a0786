"""A form that is refused for what stands in it waits for nobody who writes, and keeps nobody out.

On SQLite there is one writer. A page drawn inside a writing transaction holds its place while it
renders, and cannot be drawn at all while somebody else has it. Here somebody has.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.factories import make_person
from tests.web.conftest import SignIn
from tests.web.pages import token_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FORMS = {
    "/account/keys": {"name": "", "scopes": "no:scope", "days": "30"},
    "/account/password": {"password": "x", "new_password": "short"},
    "/admin/invitations": {"email": "nobody", "name": "Ada", "roles": "admin"},
    "/endpoints": {"slug": "a", "concurrency": "many"},
    "/projects": {"slug": "a", "seed": "some"},
    "/prompt-sets": {"slug": "a", "title": "A"},
    "/rubrics": {},
}
"""What each form is refused for without a look at what is stored."""


@pytest.fixture
def somebody_writes(app: Flask, database: Database) -> Iterator[None]:
    """Hold the writer's place, as a request does that is being served at this moment.

    It is held from this thread, in which a second writer is refused at once and does not wait.
    """
    other: Database = app.extensions["evalhub"].database
    with other.session(write=True) as session:
        make_person(session)
        yield
        session.rollback()


@pytest.mark.parametrize("path", FORMS)
def test_a_refused_form_comes_back_while_somebody_writes(
    app: Flask, client: FlaskClient, sign_in: SignIn, path: str, request: pytest.FixtureRequest
) -> None:
    sign_in(client, Role)
    token = token_of(client.get("/account"))
    request.getfixturevalue("somebody_writes")

    page = client.post(path, data={**FORMS[path], "csrf_token": token})

    assert page.status_code == 422
    assert "<form" in page.text
