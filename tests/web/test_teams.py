"""Teams on pages: a coordinator forms them, the lead sees theirs, and nobody sees another."""

import pytest
from flask.testing import FlaskClient

from evalhub.core.people import Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Person
from evalhub.services.teams import create_team, put_in_team
from tests.factories import make_person
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill, form_of, forms_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGE, MEMBERS = "/teams/alpha", "/teams/alpha/members"


@pytest.fixture
def expert(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> Person:
    """Add an empty team and an expert, and put a coordinator at the desk."""
    with database.transaction() as session:
        actor, now = command_actor(), clock()
        for slug in ("alpha", "beta"):
            create_team(slug, slug.title(), session=session, actor=actor, now=now)
        expert = make_person(session, Role.ANNOTATOR, name="Emi Expert")
    sign_in(client, {Role.COORDINATOR}, name="Cora Coordinator")
    return expert


def lead(database: Database, person: Person, clock: Clock) -> None:
    with database.transaction() as session:
        put_in_team(
            "alpha",
            email=person.email or "",
            week_hours=12,
            is_lead=True,
            session=session,
            actor=command_actor(),
            now=clock(),
        )


def test_f48_a_team_is_made_and_filled(client: FlaskClient, expert: Person) -> None:
    page = client.get("/teams")

    refused = client.post("/teams", data=fill(page, "/teams", slug="A b", title="Gamma"))
    made = client.post("/teams", data=fill(page, "/teams", slug="gamma", title="Gamma"))

    assert (refused.status_code, made.location) == (422, "/teams/gamma")
    assert form_of(refused, "/teams").values["title"] == ["Gamma"]
    assert "Nobody is in the team yet." in client.get("/teams/gamma").text


def test_f48_somebody_is_put_in_and_taken_out(client: FlaskClient, expert: Person) -> None:
    page = client.get(PAGE)
    given = {"email": expert.email or "", "week_hours": "12", "is_lead": "yes"}

    refused = client.post(MEMBERS, data=fill(page, MEMBERS, **{**given, "week_hours": "99"}))
    client.post(MEMBERS, data=fill(page, MEMBERS, **given))

    assert refused.status_code == 422
    filled = client.get(PAGE)
    assert "leads the team" in filled.text
    assert "told once 5 of its members were paid" in filled.text
    assert "Emi Expert" in client.get("/teams").text
    leave = f"{MEMBERS}/{expert.public_id}/leave"
    assert client.post(leave, data=fill(filled, leave)).status_code == 303
    assert "Emi Expert" not in client.get(PAGE).text


def test_f32_a_lead_is_led_to_their_team_and_changes_nothing(
    client: FlaskClient, expert: Person, database: Database, clock: Clock, sign_in: SignIn
) -> None:
    leader = sign_in(client, {Role.ANNOTATOR}, name="Lea Lead")
    lead(database, leader, clock)

    assert 'href="/teams/mine"' in client.get("/account").text
    assert client.get("/teams/mine").location == PAGE
    page = client.get(PAGE)
    assert "Lea Lead" in page.text
    assert [form for form in forms_of(page) if form.action.startswith("/teams")] == []
    assert client.get("/teams/beta").status_code == 404
    assert client.get("/teams").status_code == 403


def test_f32_who_leads_no_team_sees_none(
    client: FlaskClient, expert: Person, sign_in: SignIn
) -> None:
    sign_in(client, {Role.ANNOTATOR})

    assert client.get("/teams/mine").status_code == 404
    assert client.get(PAGE).status_code == 404
    assert "/teams/mine" not in client.get("/account").text


def test_f32_a_member_reads_what_their_lead_reads_of_them(
    client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock
) -> None:
    member = sign_in(client, {Role.ANNOTATOR})
    before = client.get("/account").text + client.get("/work").text
    with database.transaction() as session:
        create_team("alpha", "Alpha <b>", session=session, actor=command_actor(), now=clock())
        chief = make_person(session, Role.ANNOTATOR, name="Lea Lead")
        for person, is_lead in ((chief, True), (member, False)):
            put_in_team(
                "alpha",
                email=person.email or "",
                week_hours=12,
                is_lead=is_lead,
                session=session,
                actor=command_actor(),
                now=clock(),
            )

    account, work = client.get("/account").text, client.get("/work").text

    assert "Alpha" not in before
    assert "You are in the team Alpha &lt;b&gt;." in work
    assert 'href="/account#team"' in work
    assert "Lea Lead" in account
    assert "12&nbsp;h a week" in account
    assert "Ask a coordinator." in account
    assert "/teams/mine" not in account
