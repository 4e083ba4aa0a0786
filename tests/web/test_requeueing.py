"""The page that asks pairs again: number and cost first, then the reason."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.services.operating.test_requeueing import Again
from tests.services.projects.fairs import make_fair
from tests.web.conftest import SignIn
from tests.web.pages import fill

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def coordinator(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    """Give the browser of a coordinator."""
    sign_in(client, {Role.COORDINATOR})
    return client


@pytest.fixture
def address(database: Database, now: datetime) -> str:
    """Give the page of a project whose rubric changed after one judgment."""
    with database.transaction() as session:
        again = Again(make_fair(session, now), session, now)
        again.judge(0)
        again.bump()
        return f"/operations/{again.fair.project.slug}/again"


def test_f15_number_and_cost_are_read_before_pairs_are_asked_again(
    coordinator: FlaskClient, address: str
) -> None:
    page = coordinator.get(address)

    done = coordinator.post(
        address, data=fill(page, address, which="all", reason="Judged two ways.")
    )

    assert "8.00 USD" in page.text
    assert "0.2\u00a0h at the expected minutes" in page.text
    assert "Ask 1 pair again" in page.text
    assert done.location == address
    after = coordinator.get(address).text
    assert "1 pair is asked again. Its earlier judgments stay." in after
    assert "all of it is asked again already" in after


def test_an_old_number_comes_back_with_the_reason(coordinator: FlaskClient, address: str) -> None:
    page = coordinator.get(address)

    back = coordinator.post(
        address, data=fill(page, address, which="all", told="7", reason="Judged two ways.")
    )

    assert back.status_code == 409
    assert "The number or the cost has changed" in back.text
    assert 'value="Judged two ways."' in back.text


def test_a_project_leads_to_the_page(coordinator: FlaskClient, address: str) -> None:
    assert f'href="{address}"' in coordinator.get(address.removesuffix("/again")).text
