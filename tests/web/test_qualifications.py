"""The page on which experts state what they are qualified for and see what counts."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from evalhub.core.people import Role
from evalhub.core.qualifying.requirements import Requirement
from evalhub.db.engine import Database
from evalhub.db.models import Credential, Person, Project
from tests.factories import (
    make_credential,
    make_level,
    make_person,
    make_project,
    make_requirement,
)
from tests.web.conftest import SignIn
from tests.web.desk import Desk, make_desk
from tests.web.pages import fill, form_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "/qualifications"
STATE = "/qualifications/credentials"
OWN_TABS = ("/qualifications", "/apply", "/training", "/ladder", "/how-assessed", "/portfolio")
LICENCE = {
    "credential_class": " In house  Counsel",
    "domain": "Law",
    "issuer": "Bar <of> Berlin",
    "issued_on": "2020-01-31",
    "jurisdiction": "us-ca",
}


@pytest.fixture
def expert(client: FlaskClient, sign_in: SignIn, database: Database) -> Person:
    with database.transaction() as session:
        make_credential(session, make_person(session, Role.ANNOTATOR), "midwife")
    return sign_in(client, {Role.ANNOTATOR})


def test_a_credential_is_stated_in_the_spelling_that_projects_ask_for(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    response = client.post(STATE, data=fill(client.get(PAGE), STATE, **LICENCE))

    assert (response.status_code, response.location) == (303, PAGE)
    page = client.get(PAGE).text
    assert "in house counsel" in page
    assert "waits to be verified" in page
    assert "Bar &lt;of&gt; Berlin" in page
    assert "midwife" not in page
    with database.transaction(write=False) as session:
        row = session.exec(select(Credential).where(Credential.person_id == expert.id)).one()
        assert (row.credential_class, row.domain, row.jurisdiction, row.expires_on) == (
            "in_house_counsel",
            "law",
            "US-CA",
            None,
        )


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("issued_on", "31.1.2020", "is not a date such as"),
        ("issued_on", "20200131", "is not a date such as"),
        ("issued_on", "2999-01-01", "between 1900 and today"),
        ("expires_on", "2019-01-01", "before the day of issue"),
        ("credential_class", "Ärztin", "needs the letters a to z"),
        ("jurisdiction", "the moon", "a country or a part of one"),
        ("jurisdiction", "ZZ", "a country or a part of one"),
        ("jurisdiction", "xy-ab", "a country or a part of one"),
    ],
)
def test_what_is_refused_stays_in_the_form(
    client: FlaskClient, expert: Person, field: str, value: str, says: str
) -> None:
    refused = client.post(STATE, data={**fill(client.get(PAGE), STATE, **LICENCE), field: value})

    assert refused.status_code == 422
    assert says in refused.text
    assert form_of(refused, STATE).values["issuer"] == ["Bar <of> Berlin"]
    assert form_of(refused, STATE).values[field] == [value]


def test_languages_are_kept_by_their_first_part(client: FlaskClient, expert: Person) -> None:
    way = f"{PAGE}/languages"
    client.post(way, data=fill(client.get(PAGE), way, languages="sw-KE, de  en"))

    kept = form_of(client.get(PAGE), way).values["languages"]
    refused = client.post(way, data=fill(client.get(PAGE), way, languages="de, klingon!"))

    assert kept == ["de, en, sw"]
    assert refused.status_code == 422
    assert form_of(refused, way).values["languages"] == ["de, klingon!"]
    assert form_of(client.get(PAGE), way).values["languages"] == kept


def test_levels_are_shown_with_their_reason_and_end(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    with database.transaction() as session:
        make_level(session, expert, 3)
        make_level(session, expert, 2, domain="law", expires_at=expert.created_at)

    page = client.get(PAGE).text

    assert "3, professional" in page
    assert "Passed the examination." in page
    assert page.count(">expired</small>") == 1


@pytest.fixture
def desk(client: FlaskClient, expert: Person, database: Database) -> Desk:
    """Put the expert on a project that asks for a lawyer of level 2."""
    desk = make_desk(client, database, expert)
    with database.transaction() as session:
        project = session.exec(select(Project).order_by(col(Project.id).desc())).first()
        assert project is not None
        wanted = Requirement(domain="law", classes=("lawyer",), min_level=2, matches_language=True)
        make_requirement(session, project, wanted)
    return desk


def test_f03_a_project_that_asks_for_more_is_403_and_not_on_the_list(desk: Desk) -> None:
    refused = desk.claim()

    assert refused.status_code == 403
    assert "verified credential" in refused.text
    assert "A project" not in desk.client.get("/work").text
    assert desk.assignments() == []


def test_f33_the_page_names_what_is_asked_and_what_is_missing(
    desk: Desk, expert: Person, database: Database
) -> None:
    before = desk.client.get(PAGE).text
    with database.transaction() as session:
        make_credential(session, expert, "lawyer", domain="law", decisions=[])
        make_level(session, expert, 2, domain="law")

    after = desk.client.get(PAGE).text

    assert before.count("<b>Missing:</b>") == 3
    for words in ("verified, in law", "2, practised", "the one of each prompt"):
        assert words in before
    assert after.count("<b>Missing:</b>") == 2
    assert "waits for a person to verify it" in after


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.COORDINATOR, Role.LAB])
def test_it_is_for_experts(client: FlaskClient, sign_in: SignIn, role: Role) -> None:
    sign_in(client, {role})

    assert client.get(PAGE).status_code == 403


def test_tabs_lead_only_where_their_reader_may_go(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.COORDINATOR})

    for path in ("/apply", "/how-assessed"):
        tabs = re.findall(r'<a href="(/[^"]*)"', client.get(path).text.partition('class="tabs"')[2])
        shown = [tab for tab in tabs if tab in OWN_TABS]
        assert shown == ["/apply", "/how-assessed"]
        assert [client.get(tab).status_code for tab in shown] == [200, 200]
    sign_in(client, {Role.ANNOTATOR})
    assert all(f'<a href="{tab}"' in client.get("/apply").text for tab in OWN_TABS)


def test_classes_are_chosen_from_those_that_projects_ask_for(
    client: FlaskClient, expert: Person, database: Database
) -> None:
    with database.transaction() as session:
        for classes in (("physician", "nurse_practitioner"), ("physician",)):
            project = make_project(session)
            asked = Requirement(domain="medicine", needs_credential=True, classes=classes)
            make_requirement(session, project, asked)
    page = client.get(PAGE)
    given = {**LICENCE, "credential_class": "other", "other_class": "Tax Adviser"}

    client.post(STATE, data=fill(page, STATE, **{**LICENCE, "credential_class": "physician"}))
    client.post(STATE, data=fill(page, STATE, **given))
    refused = client.post(STATE, data=fill(page, STATE, **{**given, "other_class": "Ärztin"}))

    options = re.findall(r'<option value="([^"]*)"', page.text)
    assert options == ["", "nurse_practitioner", "physician", "other"]
    with database.transaction(write=False) as session:
        query = select(Credential.credential_class).where(Credential.person_id == expert.id)
        assert set(session.exec(query)) == {"physician", "tax_adviser"}
    assert form_of(refused, STATE).values["other_class"] == ["Ärztin"]
    assert form_of(refused, STATE).values["credential_class"] == ["other"]
