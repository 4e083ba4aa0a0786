"""Programs report rows with a key of the right scope."""

import json

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.api.reports import ReportBody, ReportsBody
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from evalhub.db.models import ApiKey, Person, RowReport
from evalhub.services.releasing.kept import FoundRelease
from evalhub.services.releasing.reporting import MAX_REPORTS
from tests.api.keys import bearer
from tests.released import built, database_url, released_template
from tests.reported import TEXT, decide, make_report
from tests.web.conftest import Clock

__all__ = ["built", "database_url", "released_template"]

URL = "/api/v1/releases/tiny/1.0.0/reports"


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    """Give the headers of a lab's key that opens the one release."""
    return bearer(database, Role.LAB, Scope.REPORTS_WRITE, now=clock(), releases="tiny@1.0.0")


@pytest.fixture
def wanted(built: FoundRelease) -> dict[str, str]:
    """Give a report of a row that is there."""
    lines = (built.folder / "ties" / "train.jsonl").read_text("utf-8").splitlines()
    return {"pair_id": json.loads(lines[0])["pair_id"], "kind": "duplicate", "text": TEXT}


def test_a_body_that_is_no_object_is_named_as_the_body(
    client: FlaskClient, key: dict[str, str], built: FoundRelease
) -> None:
    whole = {"where": "body", "rule": "must be a JSON object, sent as application/json"}

    # In one test, for a release is built for each.
    for body in ("[]", "null", '"a"', ""):
        refused = client.post(URL, data=body, content_type="application/json", headers=key)
        assert (refused.status_code, refused.get_json()["error"]["problems"]) == (422, [whole])
    other = client.post(URL, data="{}", content_type="text/plain", headers=key)

    assert (other.status_code, other.get_json()["error"]["problems"]) == (422, [whole])


def test_broken_json_is_named_without_advice_for_pages(
    client: FlaskClient, key: dict[str, str], built: FoundRelease
) -> None:
    refused = client.post(URL, data=b"{", content_type="application/json", headers=key)

    error = refused.get_json()["error"]
    assert (refused.status_code, error["message"]) == (400, "The request could not be read.")
    assert error["problems"][0]["where"] == "body"
    assert error["problems"][0]["rule"].startswith("is no JSON at line 1, column 2: ")


def test_a_report_is_filed_once_and_answered(
    client: FlaskClient,
    key: dict[str, str],
    wanted: dict[str, str],
    database: Database,
    clock: Clock,
) -> None:
    first, again = (client.post(URL, json=wanted, headers=key) for _ in range(2))
    with database.transaction() as session:
        row, issued = session.exec(select(RowReport)).one(), session.exec(select(ApiKey)).one()
        assert row.api_key_id == issued.id
        decide(session, now=clock())

    listed = ReportsBody.model_validate(client.get(URL, headers=key).json).reports

    assert [first.status_code, again.status_code] == [201, 200]
    assert first.json == again.json
    body = ReportBody.model_validate(first.json)
    assert (body.number, body.state, body.decision) == (1, "open", None)
    assert [(one.state, one.decision, one.reason) for one in listed] == [
        ("answered", "left_out", "It is cut.")
    ]
    assert "Rita" not in client.get(URL, headers=key).text


@pytest.mark.parametrize(
    ("changes", "status", "where"),
    [
        ({"pair_id": "zz"}, 404, None),
        ({"kind": "rude"}, 422, "kind"),
        ({"text": ""}, 422, "text"),
        ({"text": "  "}, 422, "text"),
        ({"more": "x"}, 422, "more"),
    ],
)
def test_a_bad_report_is_refused_with_its_field(
    client: FlaskClient,
    key: dict[str, str],
    wanted: dict[str, str],
    changes: dict[str, str],
    status: int,
    where: str | None,
) -> None:
    answer = client.post(URL, json=wanted | changes, headers=key)

    assert answer.status_code == status
    problems = [problem["where"] for problem in answer.get_json()["error"]["problems"]]
    assert problems == ([where] if where else [])


def test_a_key_reports_rows_of_what_it_opens(
    client: FlaskClient, wanted: dict[str, str], database: Database, clock: Clock
) -> None:
    reading = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())
    reporting = bearer(database, Role.LAB, Scope.REPORTS_WRITE, now=clock())

    assert client.post(URL, json=wanted).status_code == 401
    assert client.post(URL, json=wanted, headers=reading).status_code == 403
    other = URL.replace("1.0.0", "9.0.0")
    assert client.post(other, json=wanted, headers=reporting).status_code == 404
    assert client.get(other, headers=reporting).status_code == 404


def test_a_flood_is_told_when_to_come_back(
    client: FlaskClient,
    key: dict[str, str],
    wanted: dict[str, str],
    database: Database,
    clock: Clock,
) -> None:
    client.post(URL, json=wanted, headers=key)
    with database.transaction() as session:
        from_key = session.exec(select(RowReport)).one().person_id
        person = session.get_one(Person, from_key)
        for number in range(1, MAX_REPORTS):
            make_report(session, now=clock(), person=person, text=f"{number}")

    answer = client.post(URL, json=wanted | {"text": "One more."}, headers=key)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3601"
    assert client.post(URL, json=wanted, headers=key).status_code == 200
