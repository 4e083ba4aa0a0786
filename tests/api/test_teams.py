"""Teams by key: the same rules as on their pages."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from evalhub.api.teams import TeamBody
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Person
from tests.api.keys import bearer
from tests.factories import make_person
from tests.web.conftest import Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/api/v1/teams"
Send = Callable[..., TestResponse]


@pytest.fixture
def send(client: FlaskClient, database: Database, clock: Clock) -> Send:
    """Give the calls of a coordinator's key."""
    key = bearer(database, Role.COORDINATOR, Scope.OPERATIONS_WRITE, now=clock())

    def call(path: str = "", body: dict[str, object] | None = None) -> TestResponse:
        if body is None:
            return client.get(f"{URL}{path}", headers=key)
        return client.post(f"{URL}{path}", json=body, headers=key)

    return call


@pytest.fixture
def expert(database: Database, send: Send) -> Person:
    """Add an expert, and an empty team."""
    with database.transaction() as session:
        person = make_person(session, Role.ANNOTATOR, name="Emi", email="emi@example.org")
    assert send("", {"slug": "alpha", "title": "Alpha"}).status_code == 201
    return person


def test_f32_a_team_is_filled_and_read_with_its_hours(send: Send, expert: Person) -> None:
    stay = {"email": "emi@example.org", "week_hours": 7, "is_lead": True}

    filled = TeamBody.model_validate(send("/alpha/members", stay).json)

    [member] = filled.members
    assert (member.name, member.is_lead, member.pledged_minutes) == ("Emi", True, 1680)
    assert (filled.controls.value, filled.controls.n, filled.paid) == (None, 0, None)
    assert send("/alpha").json == filled.model_dump(mode="json") | {
        "members": [send("/alpha").get_json()["members"][0]]
    }
    assert send().get_json()["teams"] == [
        {"slug": "alpha", "title": "Alpha", "leads": ["Emi"], "n_members": 1, "week_hours": 7}
    ]


def test_somebody_leaves_and_every_act_names_the_owner_of_the_key(
    send: Send, expert: Person, database: Database
) -> None:
    send("/alpha/members", {"email": "emi@example.org", "week_hours": 7})

    left = send(f"/alpha/members/{expert.public_id}/leave", {})

    assert (left.status_code, left.get_json()["members"]) == (200, [])
    assert send(f"/alpha/members/{expert.public_id}/leave", {}).status_code == 404
    with database.transaction(write=False) as session:
        rows = session.exec(select(AuditEvent).where(AuditEvent.action.startswith("team.")))
        acts = [(row.action, row.actor_id is not None) for row in rows]
    assert acts == [("team.create", True), ("team.put_in", True), ("team.leave", True)]


@pytest.mark.parametrize(
    ("path", "body", "status", "where"),
    [
        ("", {"slug": "A b", "title": "Beta"}, 422, "slug"),
        ("", {"slug": "alpha", "title": "Beta"}, 409, None),
        ("", {"slug": "beta", "title": "Beta", "lead": "x"}, 422, "lead"),
        ("/alpha/members", {"email": "emi@example.org", "week_hours": 99}, 422, "week_hours"),
        ("/alpha/members", {"email": "no@example.org", "week_hours": 9}, 422, "email"),
        ("/none/members", {"email": "emi@example.org", "week_hours": 9}, 404, None),
    ],
    ids=["name", "taken", "unknown field", "hours", "nobody", "no team"],
)
def test_what_breaks_a_rule_is_refused_with_its_place(
    send: Send, expert: Person, path: str, body: dict[str, object], status: int, where: str | None
) -> None:
    refused = send(path, body)

    problems = [one["where"] for one in refused.get_json()["error"]["problems"]]
    assert (refused.status_code, problems) == (status, [where] if where else [])


@pytest.mark.parametrize("hours", [True, "10"])
def test_hours_are_a_number_and_nothing_like_one(send: Send, expert: Person, hours: object) -> None:
    assert expert.email is not None

    refused = send("/alpha/members", {"email": expert.email, "week_hours": hours})

    assert refused.status_code == 422
    assert refused.get_json()["error"]["problems"][0]["where"] == "week_hours"
