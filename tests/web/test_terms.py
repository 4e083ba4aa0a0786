"""The page on which a project's offer changes, and the notice that follows."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Project, RubricTranslation, RubricVersion
from tests.factories import make_person, make_rubric_version
from tests.web.conftest import SignIn
from tests.web.desk import Desk, answers, make_desk
from tests.web.pages import fill

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(client: FlaskClient, database: Database, sign_in: SignIn) -> Desk:
    """Give an annotator's desk in a project that pays, signed in as a coordinator too."""
    person = sign_in(client, {Role.ANNOTATOR, Role.COORDINATOR})
    desk = make_desk(client, database, person)
    desk.change_project(pay_tier="coding_stem", pay_minor_units=800)
    return desk


def change(desk: Desk, **fields: str) -> int:
    """Send the form of the offer and return the status."""
    page = f"/projects/{desk.slug}/terms"
    data = fill(desk.client.get(page), page, reason="It takes longer.", **fields)
    return desk.client.post(page, data=data).status_code


def stored(database: Database, slug: str) -> Project:
    with database.transaction(write=False) as session:
        return session.exec(select(Project).where(Project.slug == slug)).one()


def test_a_changed_offer_is_kept_with_its_history(desk: Desk, database: Database) -> None:
    status = change(desk, pay="9.50", expected_minutes="12")

    page = desk.client.get(f"/projects/{desk.slug}/terms").text
    assert status == 303
    assert stored(database, desk.slug).pay_minor_units == 950
    assert "8.00 USD" in page
    assert "as set up" in page
    assert "It takes longer." in page


def test_f18_an_offer_under_the_floor_comes_back_with_the_rule(
    desk: Desk, database: Database
) -> None:
    page = f"/projects/{desk.slug}/terms"
    data = fill(desk.client.get(page), page, reason="Cheaper.", pay="1.00")

    refused = desk.client.post(page, data=data)

    assert refused.status_code == 422
    assert "40.00 USD or more" in refused.text
    assert 'value="1.00"' in refused.text
    assert stored(database, desk.slug).pay_minor_units == 800


def test_f23_the_notice_stands_before_the_next_claim(desk: Desk) -> None:
    address = desk.open()
    change(desk, pay="9.50", expected_minutes="12", terms="You own *it*.")

    held = desk.client.get("/work").text
    assert "The comparison you hold stays on the old one." in held
    assert "8.00 USD" in desk.client.get(address).text

    done = desk.send(address, answers())
    refused = desk.claim(terms_number="1")
    page = desk.client.get("/work").text
    assert done.location == "/work"
    assert refused.status_code == 422
    assert "8.00 USD before, now 9.50 USD" in page
    assert "10 before, now 12" in page
    assert "It takes longer." in page
    assert desk.claim(accept="yes", terms_number="1").status_code == 303


def test_agreeing_to_what_is_no_number_is_refused(desk: Desk) -> None:
    assert desk.claim(terms_number="x").status_code == 422


def test_two_coordinators_do_not_overwrite_each_other(desk: Desk) -> None:
    page = f"/projects/{desk.slug}/terms"
    old = fill(desk.client.get(page), page, reason="Mine.", pay="9.00")
    change(desk, pay="9.50")

    overtaken = desk.client.post(page, data=old)

    assert overtaken.status_code == 409
    assert "Look again" in overtaken.text


def test_reviewers_read_the_offer_and_cannot_change_it(
    desk: Desk, client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        make_person(session, Role.REVIEWER)
    sign_in(client, {Role.REVIEWER})

    page = client.get(f"/projects/{desk.slug}/terms").text

    assert "8.00 USD" in page
    assert "Change the offer" not in page


def test_versions_without_a_language_of_now_are_named(desk: Desk, database: Database) -> None:
    page = f"/projects/{desk.slug}/terms"
    with database.transaction() as session:
        own = session.exec(select(RubricVersion)).one()
        make_rubric_version(session, rubric_id=own.rubric_id, version="1.1.0")
        for row in session.exec(select(RubricVersion)):
            languages = ("de", "fr") if row.version == "1.0.0" else ("fr",)
            session.add_all(
                RubricTranslation(
                    rubric_version_id=row.id,
                    language=language,
                    document="{}",
                    sha256="0" * 64,
                    created_at=own.created_at,
                )
                for language in languages
            )

    text = desk.client.get(page).text

    assert "No German under version 1.1.0" in text
    assert "No French" not in text
    assert "under version 1.0.0" not in text
