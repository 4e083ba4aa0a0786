"""The registry: coordinators find experts, verify what they state and give levels."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import CredentialDecision, LevelDecision, Person
from tests.factories import make_credential, make_languages, make_person
from tests.web.conftest import SignIn
from tests.web.pages import fill, form_of, forms_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def expert(client: FlaskClient, sign_in: SignIn, database: Database) -> Person:
    """Add two experts, the second with a credential that waits, and a coordinator at the desk."""
    with database.transaction() as session:
        make_credential(session, make_person(session, Role.ANNOTATOR, name="Vera Verified"))
        expert = make_person(session, Role.ANNOTATOR, name="Willi Waiting")
        make_credential(session, expert, "lawyer", domain="law", decisions=[])
        make_languages(session, expert, "sw")
    sign_in(client, {Role.COORDINATOR}, name="Cora Coordinator")
    return expert


def page_of(person: Person) -> str:
    return f"/registry/{person.public_id}"


def decisions(database: Database) -> list[tuple[str, str]]:
    with database.transaction(write=False) as session:
        rows = session.exec(select(CredentialDecision).order_by(col(CredentialDecision.id)))
        return [(row.decision.value, row.reason) for row in rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Vera", "Willi"}),
        ("?waiting=yes", {"Willi"}),
        ("?domain=medicine&class=Physician", {"Vera"}),
        ("?language=SW", {"Willi"}),
        ("?q=ver", {"Vera"}),
        ("?level=3", set()),
        ("?level=x&page=x", {"Vera", "Willi"}),
    ],
)
def test_the_list_shows_who_fits(
    client: FlaskClient, expert: Person, query: str, found: set[str]
) -> None:
    page = client.get(f"/registry{query}").text

    assert {name for name in ("Vera", "Willi") if f">{name} " in page} == found
    assert ("No expert fits this." in page) is (not found)


def test_a_credential_is_verified_with_a_reason_and_a_name(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    [way] = [
        form.action
        for form in forms_of(client.get(page_of(expert)))
        if "/credentials/" in form.action
    ]
    data = fill(client.get(page_of(expert)), way, reason="Seen at the bar.", decision="verified")

    response = client.post(way, data=data)
    again = client.post(way, data=data)

    page = client.get(page_of(expert)).text
    assert (response.status_code, response.location) == (303, page_of(expert))
    assert again.status_code == 409
    assert "so it cannot be verified" in again.text
    assert "by Cora Coordinator" in page
    assert "Seen at the bar." in page
    assert decisions(database)[-1] == ("verified", "Seen at the bar.")
    assert len(decisions(database)) == 2


def test_deciding_what_was_refused_meanwhile_says_so(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    [way] = [
        form.action
        for form in forms_of(client.get(page_of(expert)))
        if "/credentials/" in form.action
    ]
    data = fill(client.get(page_of(expert)), way, reason="Not on the list.", decision="refused")
    client.post(way, data=data)

    late = client.post(way, data={**data, "decision": "verified"})

    assert late.status_code == 409
    # Nothing can be decided any more, so the form that was sent is not there to stand beside.
    assert way not in {form.action for form in forms_of(late)}
    assert late.text.count('id="errors"') == 1
    assert "so it cannot be verified" in late.text


def test_a_decision_without_a_reason_comes_back(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    [way] = [
        form.action
        for form in forms_of(client.get(page_of(expert)))
        if "/credentials/" in form.action
    ]

    refused = client.post(way, data=fill(client.get(page_of(expert)), way, decision="refused"))
    unknown = client.post(
        way, data=fill(client.get(page_of(expert)), way, decision="x", reason="Seen.")
    )

    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert form_of(unknown, way).values["reason"] == ["Seen."]
    assert len(decisions(database)) == 1


def test_a_credential_of_somebody_else_is_not_decided_here(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    with database.transaction() as session:
        other = make_credential(session, make_person(session, Role.ANNOTATOR), decisions=[])
        public_id = other.public_id
    data = fill(client.get("/account"), decision="verified", reason="Seen.")

    response = client.post(f"{page_of(expert)}/credentials/{public_id}", data=data)

    assert response.status_code == 404
    assert len(decisions(database)) == 1


def test_a_level_is_given_and_what_is_refused_stays(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    way = f"{page_of(expert)}/levels"
    given = {"domain": "Law", "level": "3", "days": "400", "reason": "Passed."}

    refused = client.post(
        way, data={**fill(client.get(page_of(expert)), way, **given), "days": "x"}
    )
    response = client.post(way, data=fill(client.get(page_of(expert)), way, **given))

    assert refused.status_code == 422
    assert form_of(refused, way).values["reason"] == ["Passed."]
    assert response.status_code == 303
    assert "3, professional" in client.get(page_of(expert)).text
    with database.transaction(write=False) as session:
        row = session.exec(select(LevelDecision)).one()
        assert (row.domain, row.level) == ("law", 3)


def test_taking_back_what_nobody_gave_is_refused(client: FlaskClient, expert: Person) -> None:
    way = f"{page_of(expert)}/levels"
    given = {"domain": "law", "level": "0", "days": "1", "reason": "Left."}

    assert client.post(way, data=fill(client.get(page_of(expert)), way, **given)).status_code == 409


def test_a_coordinator_states_a_credential_that_was_shown_elsewhere(
    client: FlaskClient, expert: Person
) -> None:
    way = f"{page_of(expert)}/credentials"
    given = {
        "credential_class": "notary",
        "domain": "law",
        "issuer": "Court",
        "issued_on": "2021-02-03",
    }

    refused = client.post(
        way, data=fill(client.get(page_of(expert)), way, **{**given, "issuer": ""})
    )
    response = client.post(way, data=fill(client.get(page_of(expert)), way, **given))

    assert (refused.status_code, response.status_code) == (422, 303)
    assert "notary" in client.get(page_of(expert)).text


def test_nobody_decides_about_themselves(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    person = sign_in(client, {Role.COORDINATOR, Role.ANNOTATOR})
    with database.transaction() as session:
        row = make_credential(session, person, decisions=[])
        public_id = row.public_id

    page = client.get(page_of(person))
    data = fill(client.get("/account"), decision="verified", reason="I know.")
    refused = client.post(f"{page_of(person)}/credentials/{public_id}", data=data)

    assert "Somebody else decides" in page.text
    assert {form.action for form in forms_of(page)} == {f"{page_of(person)}/credentials"}
    assert refused.status_code == 403
    assert decisions(database) == []


def test_who_is_no_expert_is_not_here(client: FlaskClient, sign_in: SignIn) -> None:
    person = sign_in(client, {Role.ADMIN})

    assert client.get(page_of(person)).status_code == 404
    assert client.get("/registry/nobody").status_code == 404


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.RESEARCHER, Role.AUDITOR, Role.LAB])
def test_f54_who_holds_which_licence_stays_with_the_operator(
    client: FlaskClient, expert: Person, sign_in: SignIn, role: Role
) -> None:
    sign_in(client, {role})

    assert client.get("/registry").status_code == 403
    assert client.get(page_of(expert)).status_code == 403
