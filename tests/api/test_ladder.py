"""The ladder by key: evidence is read, and a step is decided about once, by a person."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.api.ladder import ClimbersBody, StandingBody
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from evalhub.db.models import Person, RoleGrant
from tests.api.keys import bearer
from tests.factories import make_level, make_person
from tests.web.conftest import Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/api/v1/ladder/medicine"
STEP = {"outcome": "promote", "seen": 1, "days": 365, "reason": "Steady work."}


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    """Give a coordinator's key."""
    return bearer(database, Role.COORDINATOR, Scope.QUALIFICATIONS_WRITE, now=clock())


@pytest.fixture
def expert(database: Database) -> Person:
    """Add an expert of level 2, and one of another domain."""
    with database.transaction() as session:
        make_level(session, make_person(session, Role.ANNOTATOR), 4, domain="law")
        person = make_person(session, Role.ANNOTATOR, name="Ada")
        make_level(session, person, 2)
        return person


def test_f33_what_is_met_and_missing_is_read(
    client: FlaskClient, key: dict[str, str], expert: Person
) -> None:
    listed = ClimbersBody.model_validate(client.get(URL, headers=key).json)
    one = StandingBody.model_validate(client.get(f"{URL}/{expert.public_id}", headers=key).json)

    assert [(found.name, found.standing) for found in listed.items] == [("Ada", one)]
    assert (one.level, one.next_level, one.n_met, one.n_decisions) == (2, 3, 0, 1)
    assert [found.kind.value for found in one.criteria] == [
        *("assessment", "credential", "judgments", "agreement")
    ]
    assert (one.evidence.agreement.value, one.evidence.agreement.n) == (None, 0)


def test_f34_a_step_is_decided_with_a_reason_and_once(
    client: FlaskClient, key: dict[str, str], expert: Person
) -> None:
    way = f"{URL}/{expert.public_id}"

    silent = client.post(way, json={**STEP, "reason": ""}, headers=key)
    made = StandingBody.model_validate(client.post(way, json=STEP, headers=key).json)
    again = client.post(way, json=STEP, headers=key)

    assert [one.status_code for one in (silent, again)] == [422, 409]
    [review] = made.reviews
    assert (made.level, review.level_before, review.level_after) == (3, 2, 3)
    assert review.reason == "Steady work."


@pytest.mark.parametrize(
    ("change", "status"),
    [({"outcome": "king"}, 422), ({"days": 0}, 422), ({"seen": -1}, 422), ({"seen": 7}, 409)],
    ids=["no outcome", "no days", "no number", "somebody else decided"],
)
def test_a_step_that_is_none_moves_nothing(
    client: FlaskClient, key: dict[str, str], expert: Person, change: dict[str, object], status: int
) -> None:
    way = f"{URL}/{expert.public_id}"

    assert client.post(way, json={**STEP, **change}, headers=key).status_code == status
    assert client.get(way, headers=key).get_json()["level"] == 2


def test_nobody_decides_about_themselves_by_a_key_either(
    client: FlaskClient, key: dict[str, str], database: Database, clock: Clock
) -> None:
    own = {**STEP, "seen": 0, "reason": "My own steady work."}
    with database.transaction() as session:
        role = select(RoleGrant.person_id).where(RoleGrant.role == Role.COORDINATOR)
        person = session.get_one(Person, session.exec(role).one())
        session.add(RoleGrant(person_id=person.id, role=Role.ANNOTATOR, granted_at=clock()))
        way = f"{URL}/{person.public_id}"

    refused = client.post(way, json=own, headers=key)

    assert refused.status_code == 403
    assert client.get(way, headers=key).get_json()["level"] == 0
    assert client.post(f"{URL}/{'0' * 8}", json=own, headers=key).status_code == 404
