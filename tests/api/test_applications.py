"""Applications by key: read with their result, and decided about by the key's owner."""

import pytest
from flask.testing import FlaskClient

from evalhub.api.applications import ApplicationBody, ApplicationsBody
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from evalhub.services.qualifying.applying import begin_assessment
from evalhub.services.qualifying.attempts import hand_in, save_answer
from tests.api.keys import bearer
from tests.services.qualifying.assessed import RIGHT, make_all
from tests.services.qualifying.people import Both, make_both
from tests.web.conftest import Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/api/v1/applications"


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    """Give a coordinator's key."""
    return bearer(database, Role.COORDINATOR, Scope.QUALIFICATIONS_WRITE, now=clock())


@pytest.fixture
def both(database: Database) -> Both:
    with database.transaction() as session:
        return make_both(session)


@pytest.fixture
def way(database: Database, clock: Clock, both: Both) -> str:
    """Let an expert apply, and return the address of the application."""
    with database.transaction() as session:
        return f"{URL}/{make_all(session, both, clock())}"


def sit(database: Database, clock: Clock, both: Both) -> None:
    """Let the expert take the whole assessment with one answer wrong."""
    person, domain, now = both.expert.id, "medicine", clock()
    with database.transaction() as session:
        begin_assessment(person, domain, session=session, actor=both.as_expert, now=now)
        for position, preference in {**RIGHT, 2: -3}.items():
            save_answer(person, domain, position, preference, session=session, now=now)
        hand_in(person, domain, session=session, actor=both.as_expert, now=now)


def test_f16_a_result_is_read_in_all_and_by_skill(
    client: FlaskClient, key: dict[str, str], way: str, both: Both, database: Database, clock: Clock
) -> None:
    before = ApplicationBody.model_validate(client.get(way, headers=key).json)
    sit(database, clock, both)

    after = ApplicationBody.model_validate(client.get(way, headers=key).json)

    assert (before.attempt, before.is_assessed, before.week_hours) == (None, False, 8)
    assert after.attempt is not None
    assert after.attempt.total is not None
    assert (after.attempt.total.n_right, after.attempt.total.n) == (2, 3)
    assert sum(one.n for one in after.attempt.by_skill.values()) == 3
    listed = ApplicationsBody.model_validate(client.get(URL, headers=key).json)
    assert [(one.domain, one.is_assessed) for one in listed.applications] == [("medicine", True)]


def test_f20_a_decision_has_a_reason_and_the_owner_of_the_key_answers_for_it(
    client: FlaskClient, key: dict[str, str], way: str, both: Both, database: Database, clock: Clock
) -> None:
    accept = {"decision": "accepted", "reason": "Two of three."}
    early = client.post(f"{way}/decision", json=accept, headers=key)
    sit(database, clock, both)

    silent = client.post(f"{way}/decision", json={**accept, "reason": " "}, headers=key)
    decided = ApplicationBody.model_validate(
        client.post(f"{way}/decision", json=accept, headers=key).json
    )
    again = client.post(f"{way}/decision", json=accept, headers=key)

    assert [one.status_code for one in (early, silent, again)] == [409, 422, 409]
    [one] = decided.decisions
    assert (one.reason, one.n_right, one.n_items) == ("Two of three.", 2, 3)


@pytest.mark.parametrize("decision", ["withdrawn", "perhaps", None])
def test_no_other_decision_is_taken(
    client: FlaskClient, key: dict[str, str], way: str, decision: str | None
) -> None:
    body = {"decision": decision, "reason": "So."}

    assert client.post(f"{way}/decision", json=body, headers=key).status_code == 422
    assert client.get(f"{URL}/none", headers=key).status_code == 404
