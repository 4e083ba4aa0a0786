"""Exceptions by key: listed, taken and answered."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from evalhub.api.exceptions import ExceptionsBody
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.factories import make_assignment
from tests.services.assigning.conftest import make_campaign
from tests.web.conftest import Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/api/v1/exceptions"


def test_f11_an_exception_is_read_taken_and_answered(
    client: FlaskClient, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        campaign = make_campaign(session)
        claim = make_assignment(
            session, campaign.pairs[0], campaign.people[0], status=AssignmentStatus.EXPIRED
        )
        claim.expires_at = clock() - timedelta(days=6)
    key = bearer(database, Role.COORDINATOR, Scope.OPERATIONS_WRITE, now=clock())
    [one] = ExceptionsBody.model_validate(client.get(URL, headers=key).json).exceptions

    taken = client.post(f"{URL}/take", json={"keys": [one.key]}, headers=key)
    silent = client.post(f"{URL}/answer", json={"keys": [one.key], "words": " "}, headers=key)
    said = client.post(f"{URL}/answer", json={"keys": [one.key], "words": "Asked."}, headers=key)

    assert (one.standing.level.value, one.standing.owner) == ("administration", None)
    assert ExceptionsBody.model_validate(taken.json).exceptions[0].standing.owner is not None
    assert (silent.status_code, said.get_json()) == (422, {"exceptions": []})
    again = client.post(f"{URL}/take", json={"keys": [one.key]}, headers=key)
    assert again.status_code == 409
