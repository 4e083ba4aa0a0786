"""The page of the house's capacity."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role
from evalhub.core.qualifying.requirements import Requirement
from evalhub.db.engine import Database
from tests.factories import make_level, make_person, make_requirement
from tests.services.assigning.conftest import make_campaign
from tests.services.operating.test_capacity import open_case
from tests.web.conftest import Clock, SignIn

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def words_of(text: str) -> str:
    """Return the text of a page without its marks, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&nbsp;", " ").split())


def test_f48_a_house_of_90_30_15_renders_and_warns_of_its_reviews(
    client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock
) -> None:
    sign_in(client, {Role.COORDINATOR})
    with database.transaction() as session:
        for n, role in ((90, Role.ANNOTATOR), (30, Role.REVIEWER), (14, Role.COORDINATOR)):
            people = [make_person(session, role) for _ in range(n)]
        make_level(session, people[0], 4)
        campaign = make_campaign(session, n_pairs=2, overlap=3, n_people=0)
        make_requirement(session, campaign.project, Requirement(domain="medicine", min_level=4))
        opened_at = clock.moment - timedelta(hours=100)
        open_case(session, campaign.pairs[0], opened_at, answered_at=None)

    page = words_of(client.get("/capacity").text)

    assert "Experts : reviewers : operations 3.0 : 1 : 0.5 90 : 30 : 15" in page
    assert "1 case waits for a reviewer, the oldest for 100 h. More than 72 h is too long" in page
    assert "Medicine, level 4, senior 6 1.0 h 1 1" in page
    assert "A project 6 1.0 h" in page


def test_an_empty_house_says_so_and_warns_of_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.ADMIN})

    page = words_of(client.get("/capacity").text)

    assert "no reviewer 0 : 0 : 1" in page
    assert "No open project has a judgment to give out." in page
    assert "is too long here" not in page
    assert 'href="/capacity"' in client.get("/operations").text


def test_minutes_stay_minutes_and_one_reviewer_is_one_ratio(
    client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock
) -> None:
    sign_in(client, {Role.COORDINATOR})
    with database.transaction() as session:
        make_person(session, Role.REVIEWER)
        campaign = make_campaign(session, n_pairs=1, n_people=0)
        opened_at = clock.moment - timedelta(minutes=9)
        open_case(session, campaign.pairs[0], opened_at, answered_at=clock.moment)

    page = words_of(client.get("/capacity").text)

    assert "first answer, last 28 days 9.0 min median, n = 1" in page
    assert "operations 0 : 1 : 1 Cases" in page
