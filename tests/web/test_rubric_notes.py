"""The pages by which experts report and propose, and by which others decide."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import RubricTranslation, RubricVersion
from tests.web.conftest import SignIn
from tests.web.desk import Desk, make_desk
from tests.web.pages import fill, form_of

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FORM = "/rubrics/small/1.0.0/note"
WORDS = "Is a half right answer wrong or mixed?"


@pytest.fixture
def desk(client: FlaskClient, sign_in: SignIn, database: Database) -> Desk:
    return make_desk(client, database, sign_in(client, {Role.ANNOTATOR}))


@pytest.fixture
def owner(app: Flask, sign_in: SignIn) -> FlaskClient:
    """Give the browser of somebody who makes rubrics."""
    browser = app.test_client()
    sign_in(browser, {Role.RESEARCHER}, name="Olga Owner")
    return browser


def say(desk: Desk, kind: str = "unclear", **answers: str) -> str:
    """Send the form and return the address of the note."""
    given = {"kind": kind, "criterion": "correct", "words": WORDS, "credit": "Nightowl"}
    data = {**fill(desk.client.get(FORM)), **given, **answers}
    sent = desk.client.post(FORM, data=data)
    assert sent.status_code == 303, sent.text
    found = re.search(r'href="(/rubrics/small/notes/\w+)"', desk.client.get("/work/notes").text)
    assert found is not None
    return found[1]


def decide(owner: FlaskClient, address: str, state: str, words: str = "Mixed it is.") -> None:
    sent = owner.post(address, data=fill(owner.get(address), address, state=state, words=words))
    assert sent.status_code == 303, sent.text


def test_f15_a_comparison_leads_to_the_form_which_names_it(desk: Desk) -> None:
    address = desk.open()
    link = re.search(
        r'href="(/rubrics/small/1.0.0/note\?about=[^"]+)"', desk.client.get(address).text
    )
    assert link is not None

    page = desk.client.get(link[1])

    assert form_of(page, FORM).values["about"] == [address.rpartition("/")[2]]
    assert not any(name in page.text for name in desk.names())


@pytest.mark.parametrize("role", [Role.LAB, Role.AUDITOR])
def test_who_neither_judges_nor_keeps_rubrics_writes_no_note(
    desk: Desk, app: Flask, sign_in: SignIn, role: Role
) -> None:
    reader = app.test_client()
    sign_in(reader, {role})

    assert FORM in desk.client.get("/rubrics/small/1.0.0").text
    assert FORM not in reader.get("/rubrics/small/1.0.0").text
    assert reader.get(FORM).status_code == 403


def test_f15_a_report_stands_at_its_criterion_and_the_answer_for_all(
    desk: Desk, owner: FlaskClient, app: Flask, sign_in: SignIn
) -> None:
    address, colleague = say(desk), app.test_client()
    sign_in(colleague, {Role.ANNOTATOR})
    rubric = "/rubrics/small/1.0.0"
    before = colleague.get(rubric).text
    at_criterion = owner.get(rubric).text.split('id="criterion-correct"')[1].split("<section")[0]

    decide(owner, address, "answered", "A half right answer is mixed.")

    assert WORDS in at_criterion
    assert WORDS not in before
    answered = colleague.get(rubric).text.split('id="faq-h"')[1].split('id="log-h"')[0]
    assert WORDS in answered
    assert "A half right answer is mixed." in answered
    assert "1 thing you said" not in desk.client.get("/work").text
    assert "What you said of a rubric was decided about" in desk.client.get("/work").text


def test_f52_an_accepted_proposal_is_thanked_in_the_change_log(
    desk: Desk, owner: FlaskClient
) -> None:
    address = say(desk, "edge_case")
    draft = owner.get(f"{address}/version")
    text = str(form_of(draft).values["text"][0]).replace("It is mixed.", "It is half right.")

    stored = owner.post(
        f"{address}/version", data=fill(draft, text=text, words="A half is mixed now.")
    )

    assert stored.location == "/rubrics/small/1.1.0"
    log = desk.client.get(stored.location).text.split('id="log-h"')[1].split("</section>")[0]
    assert "by Nightowl" in log
    assert "A half is mixed now." in desk.client.get("/work/notes").text


def test_a_new_version_warns_of_the_translations_it_has_not(
    desk: Desk, owner: FlaskClient, database: Database
) -> None:
    address = say(desk, "edge_case")
    before = owner.get(f"{address}/version").text
    with database.transaction() as session:
        version = session.exec(select(RubricVersion)).one()
        session.add(
            RubricTranslation(
                rubric_version_id=version.id,
                language="de",
                document="{}",
                sha256="0" * 64,
                created_at=version.created_at,
            )
        )

    page = owner.get(f"{address}/version").text

    assert "There is no German from the new one on" in page
    assert "There is no German" not in before


def test_a_note_that_was_decided_about_has_no_draft(desk: Desk, owner: FlaskClient) -> None:
    address = say(desk)
    decide(owner, address, "declined", "It says so already.")

    assert owner.get(f"{address}/version").location == address


def test_f52_a_step_that_is_too_small_comes_back_with_what_was_typed(
    desk: Desk, owner: FlaskClient
) -> None:
    address = say(desk, "criterion")
    draft = owner.get(f"{address}/version")
    text = str(form_of(draft).values["text"][0]).replace("severity: minor", "severity: major")

    back = owner.post(f"{address}/version", data=fill(draft, text=text, words="Rude is worse."))

    assert back.status_code == 422
    assert "make it a major one" in back.text
    assert "severity: major" in back.text
    assert "Rude is worse." in back.text


def test_what_breaks_a_rule_comes_back_with_what_was_typed(desk: Desk) -> None:
    back = desk.client.post(FORM, data=fill(desk.client.get(FORM), kind="scale", words="Why?"))

    assert back.status_code == 422
    assert form_of(back, FORM).values["kind"] == ["scale"]
    assert "Why?" in back.text


def test_a_coordinator_answers_reports_and_leaves_proposals_to_owners(
    desk: Desk, app: Flask, sign_in: SignIn
) -> None:
    coordinator = app.test_client()
    sign_in(coordinator, {Role.COORDINATOR})
    report, listed = say(desk), coordinator.get("/rubrics/small/notes").text
    proposal = say(desk, "wording")

    assert WORDS in listed
    page = coordinator.get(report).text
    assert 'value="answered"' in page
    assert "Turn it into a new version" not in page
    assert 'name="state"' not in coordinator.get(proposal).text


def test_a_second_decision_is_refused_on_its_page(desk: Desk, owner: FlaskClient) -> None:
    address = say(desk)
    page = owner.get(address)
    decide(owner, address, "declined", "It says so already.")

    late = owner.post(address, data=fill(page, address, state="answered", words="It is mixed."))

    assert late.status_code == 409
    assert "decided about already" in late.text


def test_the_author_reads_their_note_and_decides_nothing(
    desk: Desk, app: Flask, sign_in: SignIn
) -> None:
    address, stranger = say(desk), app.test_client()
    sign_in(stranger, {Role.ANNOTATOR})

    own = desk.client.get(address)

    assert WORDS in own.text
    assert 'name="state"' not in own.text
    assert stranger.get(address).status_code == 404
    assert desk.client.get("/rubrics/small/notes").status_code == 403


def test_broken_rules_name_the_fields_as_the_form_does(desk: Desk) -> None:
    page = desk.client.get(FORM)
    given = {"kind": "scale", "words": WORDS, "criterion": "kindness", "credit": "x" * 81}

    back = desk.client.post(FORM, data={**fill(page), **given})

    assert "<b>Name to thank you by:</b>" in back.text
    assert "<b>What it is about:</b>" in back.text
