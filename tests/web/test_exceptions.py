"""The page of exceptions: what waits, and one form for what is ticked."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.factories import make_assignment
from tests.services.assigning.conftest import make_campaign
from tests.services.operating.test_exceptions import fail
from tests.web.conftest import Clock, SignIn
from tests.web.pages import form_of, token_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/exceptions"


@pytest.fixture
def keys(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> list[str]:
    """Let a claim run out and an endpoint fail, and put a coordinator at the desk."""
    with database.transaction() as session:
        campaign = make_campaign(session)
        campaign.people[0].name = "Hanna <Holder>"
        claim = make_assignment(
            session, campaign.pairs[0], campaign.people[0], status=AssignmentStatus.EXPIRED
        )
        claim.expires_at = clock() - timedelta(hours=2)
        fail(session, clock())
    sign_in(client, {Role.COORDINATOR}, name="Cora Coordinator")
    return form_keys(client)


def form_keys(client: FlaskClient) -> list[str]:
    text = client.get(PAGE).text
    return [part.split('"')[0] for part in text.split('name="keys" value="')[1:]]


def send(client: FlaskClient, keys: list[str], **fields: str) -> tuple[int, str]:
    token = token_of(client.get("/account"))
    data = {"csrf_token": token, "keys": keys, **fields}
    response = client.post(PAGE, data=data)
    return response.status_code, response.text


def test_f11_what_went_wrong_is_listed_with_where_and_until_when(
    client: FlaskClient, keys: list[str]
) -> None:
    page = client.get(PAGE).text

    assert [key.split(":")[0] for key in keys] == ["expired_claim", "endpoint_failure"]
    assert "Hanna &lt;Holder&gt;" in page
    assert "3 prompts without an answer" in page
    assert 'href="/exceptions"' in client.get("/operations").text


def test_only_who_may_open_the_pull_is_led_to_it(
    client: FlaskClient, keys: list[str], sign_in: SignIn
) -> None:
    as_coordinator = client.get(PAGE).text
    sign_in(client, {Role.ADMIN})

    assert ('href="/pulls/' in as_coordinator, 'href="/pulls/' in client.get(PAGE).text) == (
        False,
        True,
    )


def test_f11_what_is_ticked_is_taken_and_answered(client: FlaskClient, keys: list[str]) -> None:
    taken = send(client, keys[:1], action="take")
    held = client.get(PAGE).text
    answered = send(client, keys, action="answer", reason="Asked both.")

    assert (taken[0], answered[0]) == (303, 303)
    assert "Cora Coordinator</td>" in held
    assert "Nothing waits for an answer." in client.get(PAGE).text
    assert send(client, keys, action="answer", reason="Again.")[0] == 409


def test_what_is_missing_is_said_and_what_was_typed_stays(
    client: FlaskClient, keys: list[str]
) -> None:
    nothing = send(client, [], action="answer", reason="Asked <b>.")
    silent = client.post(
        PAGE, data={"csrf_token": token_of(client.get("/account")), "keys": keys, "reason": " "}
    )

    assert nothing[0] == silent.status_code == 422
    assert "choose at least one" in nothing[1]
    assert "Asked &lt;b&gt;." in nothing[1]
    assert form_of(silent, PAGE).values["keys"] == keys
