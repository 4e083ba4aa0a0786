"""Checks on pages: pressed, read with their figures, and answered."""

import pytest
from flask.testing import FlaskClient

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.factories import make_assignment, make_judgment
from tests.services.assigning.conftest import make_campaign
from tests.web.conftest import SignIn
from tests.web.pages import fill

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def address(client: FlaskClient, sign_in: SignIn, database: Database) -> str:
    with database.transaction() as session:
        campaign = make_campaign(session, n_pairs=25)
        for pair in campaign.pairs:
            person = campaign.people[0]
            given = make_assignment(session, pair, person, status=AssignmentStatus.SUBMITTED)
            make_judgment(session, pair, person, assignment=given)
        slug = campaign.project.slug
    sign_in(client, {Role.COORDINATOR})
    return f"/projects/{slug}/checks"


def test_f49_an_alert_is_read_with_its_test_and_answered(client: FlaskClient, address: str) -> None:
    page = client.get(address)
    assert "The checks have found nothing in this project." in page.text

    client.post(address, data=fill(page, address))
    page = client.get(address)
    assert "100&nbsp;%</b> against 50&nbsp;%, n 25" in page.text
    assert "z 5.0, p 6.0e-08" in page.text
    form = fill(page, f"{address}/1", outcome="talked", words="A <b>mouse</b>.")
    done = client.post(f"{address}/1", data=form)

    assert done.status_code == 303
    assert "A &lt;b&gt;mouse&lt;/b&gt;." in client.get(address).text
    assert client.post(f"{address}/1", data=form).status_code == 409


def test_an_answer_without_words_comes_back(client: FlaskClient, address: str) -> None:
    client.post(address, data=fill(client.get(address), address))
    form = fill(client.get(address), f"{address}/1", outcome="project", words=" ")

    refused = client.post(f"{address}/1", data=form)

    assert refused.status_code == 422
    assert 'value="project" required checked' in refused.text
