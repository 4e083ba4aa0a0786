import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.factories import make_project
from tests.services.scoring.test_criteria import make_judged
from tests.web.conftest import SignIn

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

READERS = [Role.ADMIN, Role.RESEARCHER, Role.COORDINATOR, Role.REVIEWER, Role.AUDITOR]


@pytest.fixture
def slug(database: Database) -> str:
    with database.transaction() as session:
        return make_judged(session).slug


def test_each_criterion_has_plot_table_and_method(
    client: FlaskClient, sign_in: SignIn, slug: str
) -> None:
    sign_in(client, {Role.RESEARCHER})

    text = client.get(f"/projects/{slug}/scores/criteria").text

    assert text.count('<svg class="plot"') == 2
    assert text.count("Method: Bradley-Terry, ties as half wins") == 2
    assert text.index(">Correctness</h2>") < text.index(">Clarity</h2>")
    assert "Weighted sum" not in text
    assert "style=" not in text


def test_named_criteria_are_added_up_with_their_weights(
    client: FlaskClient, sign_in: SignIn, slug: str
) -> None:
    sign_in(client, {Role.RESEARCHER})

    text = client.get(f"/projects/{slug}/scores/criteria?add=clear&add=correct").text

    assert "Weights: Clarity 25&nbsp;%, Correctness 75&nbsp;%." in text
    assert text.count(" checked>") == 2
    assert "joint sandwich of the stacked scores" in text


def test_an_unknown_criterion_is_not_added(client: FlaskClient, sign_in: SignIn, slug: str) -> None:
    sign_in(client, {Role.RESEARCHER})

    text = client.get(f"/projects/{slug}/scores/criteria?add=<script>").text

    assert "Weighted sum" not in text
    assert "add=<script>" not in text


def test_why_criteria_cannot_be_added_up_is_said(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        few = make_judged(session, n_prompts=3).slug
    sign_in(client, {Role.RESEARCHER})

    text = client.get(f"/projects/{few}/scores/criteria?add=clear").text

    assert "These criteria cannot be added up. An interval needs at least 5" in text


def test_no_criterion_is_said_in_words(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        empty = make_project(session).slug
    sign_in(client, {Role.RESEARCHER})

    text = client.get(f"/projects/{empty}/scores/criteria").text

    assert "No judgment answers a criterion yet." in text


@pytest.mark.parametrize("role", list(Role))
def test_only_readers_of_projects_see_scores(
    client: FlaskClient, sign_in: SignIn, slug: str, role: Role
) -> None:
    sign_in(client, {role})

    status = client.get(f"/projects/{slug}/scores/criteria").status_code

    assert status == (200 if role in READERS else 403)


def test_the_page_is_a_tab_of_the_scores(client: FlaskClient, sign_in: SignIn, slug: str) -> None:
    sign_in(client, {Role.RESEARCHER})

    text = client.get(f"/projects/{slug}/scores/criteria").text

    assert f'<a href="/projects/{slug}/scores/criteria" aria-current="page">Criteria</a>' in text
