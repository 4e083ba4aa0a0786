"""Pages on which labs report rows and researchers decide."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.core.releasing.reports import ReportKind
from evalhub.db.engine import Database
from evalhub.db.models import RowReport, RowReportAnswer
from evalhub.services.releasing.kept import FoundRelease
from evalhub.services.releasing.reporting import MAX_REPORTS
from tests.released import built, database_url, released_template
from tests.reported import TEXT, make_report
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill, form_of

__all__ = ["built", "database_url", "released_template"]

OWN = "/releases/tiny/1.0.0/reports"
THEIRS = "/projects/tiny/reports"

Open = Callable[..., FlaskClient]


@pytest.fixture
def enter(app: Flask, sign_in: SignIn) -> Open:
    """Give a function that gives a browser of somebody with a role."""

    def enter(role: Role, name: str = "Lab") -> FlaskClient:
        client = app.test_client()
        sign_in(client, {role}, name=name)
        return client

    return enter


@pytest.fixture
def pair_id(built: FoundRelease) -> str:
    """Give a pair of the release."""
    lines = (built.folder / "pairs" / "train.jsonl").read_text("utf-8").splitlines()
    return str(json.loads(lines[0])["pair_id"])


def send(client: FlaskClient, pair_id: str, **fields: str) -> str:
    data = fill(client.get(OWN), OWN, pair_id=pair_id, kind="wrong_text", text=TEXT, **fields)
    return client.post(OWN, data=data, follow_redirects=True).text


def test_a_row_leads_to_its_report(enter: Open, pair_id: str) -> None:
    lab = enter(Role.LAB)

    release = lab.get("/releases/tiny/1.0.0").text
    link = f"{OWN}?pair_id={pair_id}"

    assert f'href="{link}"' in release
    assert form_of(lab.get(link), OWN).values["pair_id"] == [pair_id]


def test_an_auditor_reads_and_reports_nothing(enter: Open, built: FoundRelease) -> None:
    auditor = enter(Role.AUDITOR)

    assert "Report this row" not in auditor.get("/releases/tiny/1.0.0").text
    assert auditor.get(OWN).status_code == 403
    assert "Nothing is reported." in auditor.get(THEIRS).text


def test_a_report_goes_to_the_researchers_and_its_answer_to_the_lab(
    enter: Open, pair_id: str
) -> None:
    lab, researcher = enter(Role.LAB), enter(Role.RESEARCHER, "Rita")
    assert "Report 1 is with the researchers" in send(lab, pair_id)
    assert "Reported rows (1 open)" in researcher.get("/projects/tiny").text
    page = researcher.get(THEIRS)
    assert TEXT in page.text
    assert "judgments?prompt=" in page.text

    form = f"{THEIRS}/1"
    data = fill(page, form, decision="left_out", reason="It is cut.")
    answered = researcher.post(form, data=data, follow_redirects=True).text

    assert "Report 1 is answered." in answered
    own = lab.get(OWN).text
    assert "<b>left out</b>" in own
    assert "It is cut." in own
    assert "Rita" not in own
    assert "(1 open)" not in researcher.get("/projects/tiny").text
    assert "There is none of these." in researcher.get(f"{THEIRS}?state=open").text


def test_another_lab_sees_nothing_of_it(enter: Open, pair_id: str) -> None:
    send(enter(Role.LAB), pair_id)

    assert TEXT not in enter(Role.LAB, "Other").get(OWN).text


@pytest.mark.parametrize(
    ("answers", "status", "says"),
    [
        ({"pair_id": "zz"}, 404, "has no pair &#39;zz&#39;"),
        ({"pair_id": ""}, 422, "needs 1 to 64 characters"),
        ({"text": ""}, 422, "write something that can be read, at most 2,000 characters"),
        ({"kind": "rude"}, 422, "<b>What is wrong:</b> choose one of the answers below"),
        ({"text": "\u200b" * 9}, 422, "<b>In words:</b> write something that can be read"),
    ],
    ids=["pair", "no pair", "no text", "kind", "nothing to see"],
)
def test_a_bad_report_comes_back_as_it_was_typed(
    enter: Open,
    database: Database,
    pair_id: str,
    answers: dict[str, str],
    status: int,
    says: str,
) -> None:
    lab = enter(Role.LAB)
    given = {"pair_id": pair_id, "kind": "other", "text": "my <b>words</b>", **answers}

    response = lab.post(OWN, data=fill(lab.get(OWN), OWN, **given))

    assert response.status_code == status
    assert says in response.text
    sent = form_of(response, OWN).values
    assert sent["pair_id"] == [answers.get("pair_id", pair_id)]
    assert sent["text"] == [answers.get("text", "my <b>words</b>")]
    with database.transaction(write=False) as session:
        assert session.exec(select(RowReport)).all() == []


def test_a_flood_is_told_to_wait(
    enter: Open, database: Database, clock: Clock, pair_id: str, sign_in: SignIn, app: Flask
) -> None:
    lab = app.test_client()
    person = sign_in(lab, {Role.LAB})
    with database.transaction() as session:
        for number in range(MAX_REPORTS):
            make_report(session, now=clock(), person=person, text=f"{number}")

    given = {"pair_id": pair_id, "kind": "other", "text": "One more."}
    response = lab.post(OWN, data=fill(lab.get(OWN), OWN, **given))

    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 3_500
    assert "You have reported 60 rows within an hour" in response.text


def test_what_labs_write_is_shown_as_text(
    enter: Open, database: Database, clock: Clock, built: FoundRelease
) -> None:
    with database.transaction() as session:
        make_report(session, now=clock(), text="<script>alert(1)</script>", pair_id="<b>")

    page = enter(Role.RESEARCHER).get(THEIRS).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("answers", "status", "says"),
    [
        ({"reason": " "}, 422, "write something that can be read, at most 1,000 characters"),
        ({"decision": "burn"}, 422, "choose one of the answers below"),
        ({"seen": "1"}, 409, "Somebody has answered report 1 meanwhile"),
        ({"seen": "x"}, 422, "is not a whole number"),
    ],
    ids=["no reason", "decision", "overtaken", "seen"],
)
def test_a_bad_decision_comes_back_as_it_was_typed(
    enter: Open,
    database: Database,
    clock: Clock,
    built: FoundRelease,
    answers: dict[str, str],
    status: int,
    says: str,
) -> None:
    with database.transaction() as session:
        make_report(session, now=clock())
    researcher = enter(Role.RESEARCHER)
    form = f"{THEIRS}/1"
    given = {"decision": "kept", "reason": "Because.", **answers}

    response = researcher.post(form, data=fill(researcher.get(THEIRS), form, **given))

    assert response.status_code == status
    assert says in response.text
    assert form_of(response, form).values["reason"] == [given["reason"].strip() or given["reason"]]
    with database.transaction(write=False) as session:
        assert session.exec(select(RowReportAnswer)).all() == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.REVIEWER, Role.AUDITOR])
def test_others_read_and_decide_nothing(
    enter: Open, database: Database, clock: Clock, built: FoundRelease, role: Role
) -> None:
    with database.transaction() as session:
        make_report(session, now=clock(), kind=ReportKind.HARMFUL)
    client = enter(role)

    page = client.get(THEIRS)

    assert TEXT in page.text
    assert f'action="{THEIRS}/1"' not in page.text
    token = fill(client.get("/account"))["csrf_token"]
    data = {"csrf_token": token, "decision": "kept", "reason": "x", "seen": "0"}
    assert client.post(f"{THEIRS}/1", data=data).status_code == 403


def test_what_is_not_there_is_not_found(enter: Open, built: FoundRelease) -> None:
    researcher = enter(Role.RESEARCHER)
    token = fill(researcher.get("/account"))["csrf_token"]
    data = {"csrf_token": token, "decision": "kept", "reason": "x", "seen": "0"}

    assert researcher.post(f"{THEIRS}/7", data=data).status_code == 404
    assert researcher.get("/projects/none/reports").status_code == 404
    assert researcher.get("/releases/tiny/9.0.0/reports").status_code == 404
    assert researcher.get(f"{THEIRS}?state=x").status_code == 422
