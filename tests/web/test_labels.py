import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.core.scoring.labels import Standing
from evalhub.db.engine import Database
from evalhub.web.labels import STANDINGS
from tests.factories import make_project
from tests.release_project import make_tiny_project
from tests.services.scoring.test_labels import make_lopsided
from tests.web.conftest import SignIn

READERS = [Role.ADMIN, Role.RESEARCHER, Role.COORDINATOR, Role.REVIEWER, Role.AUDITOR]


def test_reviewer_sees_labels_method_and_n(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        slug = make_lopsided(session).slug
    sign_in(client, {Role.REVIEWER})

    text = client.get(f"/projects/{slug}/labels").text

    assert text.count('<th scope="row">') == 14
    assert text.count("against every judgment") == 1
    assert "Item-only graded fit" in text
    assert "27 judgments by 2 experts on 14 pairs" in text
    assert "style=" not in text


def test_only_contradicted_pairs_are_shown_on_request(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        slug = make_lopsided(session).slug
    sign_in(client, {Role.REVIEWER})

    text = client.get(f"/projects/{slug}/labels?show=disputed").text

    assert text.count('<th scope="row">') == 1
    assert '<option value="disputed" selected>' in text


def test_no_judgment_is_said_in_words(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        slug = make_project(session).slug
    sign_in(client, {Role.REVIEWER})

    assert (
        "There is no judgment to make a label of yet."
        in client.get(f"/projects/{slug}/labels").text
    )


@pytest.mark.parametrize("role", list(Role))
def test_only_readers_of_projects_see_labels(
    client: FlaskClient, sign_in: SignIn, database: Database, role: Role
) -> None:
    with database.transaction() as session:
        make_tiny_project(session)
    sign_in(client, {role})

    status = client.get("/projects/tiny/labels").status_code

    assert status == (200 if role in READERS else 403)


def test_an_unknown_project_is_not_found(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.REVIEWER})

    assert client.get("/projects/nowhere/labels").status_code == 404


def test_every_standing_has_words() -> None:
    assert set(STANDINGS) == set(Standing)
