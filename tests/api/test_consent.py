"""An expert's key reads what judgments may be used for and takes it back; it grants nothing."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.consent import ConsentPurpose, ConsentStanding
from evalhub.core.people import Actor, Role, Scope
from evalhub.db.engine import Database
from evalhub.db.models import ApiKey, AuditEvent
from evalhub.services.consenting.answers import answer, answers_of
from tests.api.keys import bearer
from tests.web.conftest import Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/api/v1/consent"
TRAIN, STUDY = ConsentPurpose.REWARD_MODEL_TRAINING, ConsentPurpose.RESEARCH


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    """Give the headers of an expert's key."""
    return bearer(database, Role.ANNOTATOR, Scope.CONSENT_WITHDRAW, now=clock())


def grant(database: Database, now: datetime, *purposes: ConsentPurpose) -> None:
    """Answer on the page as the owner of the one key."""
    with database.transaction() as session:
        person = session.exec(select(ApiKey.person_id)).one()
        actor = Actor(person, "Expert", frozenset())
        answer(person, purposes, session=session, actor=actor, now=now)


def standings(body: object) -> dict[str, str]:
    assert isinstance(body, dict)
    return {one["purpose"]: one["standing"] for one in body["purposes"]}


def test_who_never_answered_is_told_so(client: FlaskClient, key: dict[str, str]) -> None:
    body = client.get(URL, headers=key).json

    assert body is not None
    assert (body["text_version"], body["answered_version"], body["answered_at"]) == (1, None, None)
    assert set(standings(body).values()) == {ConsentStanding.UNANSWERED}
    assert len(body["purposes"]) == len(ConsentPurpose)


def test_one_purpose_is_taken_back_and_the_others_stay(
    client: FlaskClient, key: dict[str, str], database: Database, clock: Clock
) -> None:
    grant(database, clock() - timedelta(days=2), TRAIN, STUDY)

    answer = client.post(f"{URL}/withdraw", json={"purposes": [TRAIN.value]}, headers=key)

    found = standings(answer.json)
    assert (answer.status_code, found[TRAIN], found[STUDY]) == (200, "withdrawn", "granted")
    assert client.get(URL, headers=key).json == answer.json
    with database.transaction(write=False) as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "consent.answer"))
        assert len(events.all()) == 2


@pytest.mark.parametrize("body", [{}, {"purposes": []}], ids=["left out", "empty"])
def test_nothing_named_takes_everything_back_once(
    client: FlaskClient,
    key: dict[str, str],
    database: Database,
    clock: Clock,
    body: dict[str, object],
) -> None:
    grant(database, clock(), *ConsentPurpose)

    first, again = (client.post(f"{URL}/withdraw", json=body, headers=key) for _ in range(2))

    assert set(standings(first.json).values()) == {ConsentStanding.WITHDRAWN}
    assert first.json == again.json
    with database.transaction(write=False) as session:
        person = session.exec(select(ApiKey.person_id)).one()
        assert len(answers_of(person, session=session)) == 2


@pytest.mark.parametrize(
    "body", [{"purposes": ["sale"]}, {"grant": ["research"]}, {"purposes": "research"}]
)
def test_what_is_no_withdrawal_changes_nothing(
    client: FlaskClient,
    key: dict[str, str],
    database: Database,
    clock: Clock,
    body: dict[str, object],
) -> None:
    grant(database, clock(), STUDY)

    answer = client.post(f"{URL}/withdraw", json=body, headers=key)

    assert answer.status_code == 422
    assert standings(client.get(URL, headers=key).json)[STUDY] == "granted"


def test_a_key_without_the_scope_is_refused(
    client: FlaskClient, database: Database, clock: Clock
) -> None:
    other = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())

    assert client.get(URL, headers=other).status_code == 403
    assert client.post(f"{URL}/withdraw", json={}, headers=other).status_code == 403
    assert client.get(URL).status_code == 401
