"""The pages on which people apply, take the assessment and read what was decided."""

import re

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import ApplicationDecision, AttemptAnswer, Person
from evalhub.services.qualifying.attempts import give_extra_time
from tests.factories import make_person
from tests.services.judging.conftest import small_rubric
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.assessed import make_assessment, make_field
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill, form_of, forms_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WAY = "/apply/medicine"
ASSESSMENT = "/apply/medicine/assessment"
ABOUT = {"background": "Ten years\r\nin surgery. <b>", "week_hours": "8"}


@pytest.fixture
def person(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> Person:
    """Sign in somebody without a role, with a field open that has an assessment."""
    with database.transaction() as session:
        small_rubric(session)
        make_field(session, clock())
        make_assessment(session, clock())
    return sign_in(client)


def apply(client: FlaskClient) -> None:
    assert client.post(WAY, data=fill(client.get("/apply"), WAY, **ABOUT)).status_code == 303


def begin(client: FlaskClient) -> None:
    apply(client)
    page = client.get(ASSESSMENT)
    assert client.post(ASSESSMENT, data=fill(page, ASSESSMENT)).location == f"{ASSESSMENT}/1"


def answer(client: FlaskClient, number: int, preference: str) -> str:
    way = f"{ASSESSMENT}/{number}"
    response = client.post(way, data=fill(client.get(way), way, preference=preference))
    assert response.status_code == 303
    return response.location or ""


def test_somebody_applies_and_sees_what_comes_next(client: FlaskClient, person: Person) -> None:
    before = client.get("/apply").text
    apply(client)

    after = client.get("/apply").text

    assert "Come in." in before
    assert "Waits for the assessment" in after
    assert [form.action for form in forms_of(client.get("/apply"))] == [f"{WAY}/withdraw"]


@pytest.mark.parametrize(("field", "value"), [("background", " "), ("week_hours", "many")])
def test_what_is_refused_stays_in_the_form(
    client: FlaskClient, person: Person, field: str, value: str
) -> None:
    refused = client.post(WAY, data={**fill(client.get("/apply"), WAY, **ABOUT), field: value})

    assert refused.status_code == 422
    assert form_of(refused, WAY).values[field] == [value]


def test_a_second_application_is_refused(client: FlaskClient, person: Person) -> None:
    data = fill(client.get("/apply"), WAY, **ABOUT)
    client.post(WAY, data=data)

    again = client.post(WAY, data=data)

    assert again.status_code == 409
    assert client.get("/apply/law/assessment").status_code == 404


def test_f16_another_field_is_403(
    client: FlaskClient, person: Person, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        make_field(session, clock(), domain="law")
    apply(client)
    token = fill(client.get("/apply"))["csrf_token"]

    assert client.get("/apply/law/assessment").status_code == 403
    assert client.get("/apply/law/assessment/1").status_code == 403
    refused = client.post("/apply/law/assessment", data={"csrf_token": token})
    assert refused.status_code == 403


def test_f17_the_rules_stand_before_the_start_and_the_clock_runs_after_it(
    client: FlaskClient, person: Person, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        coordinator = actor_of(make_person(session, Role.COORDINATOR), Role.COORDINATOR)
        give_extra_time(person.id, 30, session=session, actor=coordinator, now=clock())
    apply(client)
    rules = client.get(ASSESSMENT).text
    client.post(ASSESSMENT, data=fill(client.get(ASSESSMENT), ASSESSMENT))
    clock.advance(minutes=20)

    page = client.get(f"{ASSESSMENT}/1").text

    assert "60&nbsp;min from the start" in rules
    assert "and 30&nbsp;min more for you" in rules
    assert "70&nbsp;min" in page
    assert "Pair 1 of 3" in page


def test_a_running_assessment_leads_to_the_first_pair_without_an_answer(
    client: FlaskClient, person: Person
) -> None:
    begin(client)
    answer(client, 1, "-1")
    answer(client, 3, "1")
    going_on = client.get(ASSESSMENT).text
    answer(client, 2, "0")

    done = client.get(ASSESSMENT).text

    assert f'<a class="btn btn-primary" href="{ASSESSMENT}/2">' in going_on
    assert going_on.count(">not answered<") == 1
    assert "Go on with pair" not in done
    assert '<button type="submit" class="btn btn-primary">Hand in' in done


def test_f17_a_second_start_answers_409(client: FlaskClient, person: Person, clock: Clock) -> None:
    begin(client)
    token = fill(client.get(ASSESSMENT))["csrf_token"]

    again = client.post(ASSESSMENT, data={"csrf_token": token})
    clock.advance(minutes=61)
    later = client.post(ASSESSMENT, data={"csrf_token": token})

    assert (again.status_code, later.status_code) == (409, 409)
    assert "one attempt" in again.text


def test_f16_no_key_reaches_the_browser(client: FlaskClient, person: Person) -> None:
    begin(client)
    pages = [client.get(f"{ASSESSMENT}/{number}").text for number in (1, 2, 3)]
    for number in (1, 2, 3):
        answer(client, number, "-3")
    pages.append(client.get(ASSESSMENT).text)
    client.post(f"{ASSESSMENT}/end", data=fill(client.get(ASSESSMENT), f"{ASSESSMENT}/end"))
    pages.append(client.get(ASSESSMENT).text)

    for page in pages:
        assert "names the dose" not in page
        assert not re.search(r"\bkey=|accepts", page)


def test_answers_are_kept_and_can_be_changed_until_the_end(
    client: FlaskClient, person: Person, database: Database
) -> None:
    begin(client)
    places = [answer(client, 1, "3"), answer(client, 1, "-3"), answer(client, 3, "1")]

    shown = client.get(f"{ASSESSMENT}/1")
    overview = client.get(ASSESSMENT).text

    assert places == [f"{ASSESSMENT}/2", f"{ASSESSMENT}/2", ASSESSMENT]
    assert form_of(shown, f"{ASSESSMENT}/1").values["preference"] == ["-3"]
    assert "Answered: 2 of 3." in overview
    with database.transaction(write=False) as session:
        assert session.exec(select(AttemptAnswer.preference)).all() == [3, -3, 1]


@pytest.mark.parametrize("preference", ["", "-", "2", "4", "x", "--1"])
def test_no_answer_is_asked_for_again(client: FlaskClient, person: Person, preference: str) -> None:
    begin(client)
    way = f"{ASSESSMENT}/1"

    refused = client.post(way, data={**fill(client.get(way), way), "preference": preference})

    assert refused.status_code == 422
    assert "Pair 1 of 3" in refused.text


def test_the_report_is_by_skill_once_it_is_handed_in(client: FlaskClient, person: Person) -> None:
    begin(client)
    for number, preference in ((1, "-1"), (2, "1"), (3, "3")):
        answer(client, number, preference)
    end = f"{ASSESSMENT}/end"

    client.post(end, data=fill(client.get(ASSESSMENT), end))

    report = client.get(ASSESSMENT).text
    assert "2 of 3" in report
    assert "reached what is asked" in report
    assert re.search(r"Safety</dt><dd>0 of 1", report)
    assert client.get(f"{ASSESSMENT}/1").status_code == 409
    assert "Waits for a person to decide" in client.get("/apply").text


def test_what_the_clock_ended_is_graded_as_it_stood(
    client: FlaskClient, person: Person, clock: Clock
) -> None:
    begin(client)
    answer(client, 1, "-1")
    token = fill(client.get(ASSESSMENT))["csrf_token"]
    clock.advance(minutes=60)

    late = client.post(f"{ASSESSMENT}/2", data={"csrf_token": token, "preference": "0"})

    assert late.status_code == 409
    report = client.get(ASSESSMENT).text
    assert "1 of 3" in report
    assert "below what is asked" in report


def test_a_pair_that_is_none_is_not_there(client: FlaskClient, person: Person) -> None:
    apply(client)
    before = client.get(f"{ASSESSMENT}/1")
    client.post(ASSESSMENT, data=fill(client.get(ASSESSMENT), ASSESSMENT))

    assert before.status_code == 409
    assert client.get(f"{ASSESSMENT}/4").status_code == 404
    assert client.get(f"{ASSESSMENT}/0").status_code == 404


def test_who_withdraws_has_the_reason_of_nobody(client: FlaskClient, person: Person) -> None:
    apply(client)

    client.post(f"{WAY}/withdraw", data=fill(client.get("/apply"), f"{WAY}/withdraw"))

    page = client.get("/apply")
    assert "Withdrawn." in page.text
    assert forms_of(page) == []


def test_a_field_without_an_assessment_has_no_page_of_one(
    client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        make_field(session, clock())
    sign_in(client)
    apply(client)

    assert client.get(ASSESSMENT).status_code == 404
    assert "Waits for a person to decide" in client.get("/apply").text


# The pages of those who decide.


@pytest.fixture
def waiting(client: FlaskClient, person: Person, sign_in: SignIn) -> str:
    """Let the person hand their assessment in, and a coordinator sit down; return the page."""
    begin(client)
    answer(client, 1, "-1")
    end = f"{ASSESSMENT}/end"
    client.post(end, data=fill(client.get(ASSESSMENT), end))
    sign_in(client, {Role.COORDINATOR}, name="Cora Coordinator")
    found = re.search(r"/applications/[0-9a-f]{16}", client.get("/applications").text)
    assert found
    return found.group()


def test_f20_a_decision_needs_a_reason_and_is_read_by_the_applicant(
    client: FlaskClient, waiting: str, database: Database
) -> None:
    way = f"{waiting}/decision"
    page = client.get(waiting)
    refused = client.post(way, data=fill(page, way, decision="accepted"))
    given = client.post(way, data=fill(page, way, decision="accepted", reason="Knows the field."))
    again = client.post(way, data=fill(page, way, decision="declined", reason="No."))

    assert "in surgery. &lt;b&gt;" in page.text
    assert "1 of 3" in page.text
    assert (refused.status_code, given.status_code, again.status_code) == (422, 303, 409)
    assert "Knows the field." in client.get(waiting).text
    with database.transaction(write=False) as session:
        row = session.exec(select(ApplicationDecision)).one()
        assert (row.reason, row.n_right, row.n_items) == ("Knows the field.", 1, 3)


def test_f17_a_reset_has_a_reason_and_allows_another_attempt(
    client: FlaskClient, waiting: str, database: Database, clock: Clock
) -> None:
    way = f"{waiting}/reset"
    early = client.post(way, data=fill(client.get(waiting), way, reason="Power cut."))
    assert (early.status_code, "another version must come first" in early.text) == (409, True)
    with database.transaction() as session:
        make_assessment(session, clock())
    refused = client.post(way, data=fill(client.get(waiting), way))
    done = client.post(way, data=fill(client.get(waiting), way, reason="Power cut."))

    assert (refused.status_code, done.status_code) == (422, 303)
    assert "set aside" in client.get(waiting).text
    token = fill(client.get("/account"))["csrf_token"]
    again = client.post(way, data={"csrf_token": token, "reason": "Again."})
    assert again.status_code == 409


def test_extra_time_is_given_in_minutes(client: FlaskClient, waiting: str) -> None:
    way = f"{waiting}/extra-time"
    refused = client.post(way, data=fill(client.get(waiting), way, extra_minutes="999"))
    done = client.post(way, data=fill(client.get(waiting), way, extra_minutes="30"))

    assert (refused.status_code, done.status_code) == (422, 303)
    assert form_of(client.get(waiting), way).values["extra_minutes"] == ["30"]


def test_fields_are_opened_and_closed_on_the_page(client: FlaskClient, waiting: str) -> None:
    way = "/applications"

    opened = client.post(
        way, data={**fill(client.get(way), way), "domain": "Patent law", "action": "open"}
    )
    refused = client.post(way, data={**fill(client.get(way), way), "domain": "!", "action": "open"})
    closed = client.post(way, data={**fill(client.get(way), way), "domain": "medicine"})

    assert (opened.status_code, refused.status_code, closed.status_code) == (303, 422, 303)
    page = client.get(way).text
    assert "Patent law" in page
    assert "closed" in page


def test_keys_are_mended_and_items_show_how_they_do(client: FlaskClient, waiting: str) -> None:
    page_of = "/applications/assessments/medicine"
    way = f"{page_of}/2"
    before = client.get(page_of)

    refused = client.post(way, data={**fill(before, way, reason="So."), "accepts": []})
    mended = client.post(way, data=fill(before, way, reason="Both hold.", accepts=["-1", "1"]))

    assert "100 % (95 % interval 21 to 100, n = 1)" in before.text
    assert "fewer than 5 attempts" in before.text
    assert (refused.status_code, mended.status_code) == (422, 303)
    words = "A is slightly better, B is slightly better: <bdi>Both hold.</bdi>"
    assert words in client.get(page_of).text
    assert client.get("/applications/assessments/law").status_code == 404


def test_nobody_decides_about_their_own_application(
    client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        make_field(session, clock())
    sign_in(client, {Role.COORDINATOR})
    apply(client)
    found = re.search(r"/applications/[0-9a-f]{16}", client.get("/applications").text)
    assert found

    page = client.get(found.group())
    data = {"csrf_token": fill(client.get("/account"))["csrf_token"], "decision": "accepted"}
    refused = client.post(f"{found.group()}/decision", data={**data, "reason": "I am good."})

    assert "Somebody else decides" in page.text
    assert 'id="decision-h"' not in page.text, "a heading over nothing"
    assert forms_of(page) == []
    assert refused.status_code == 403


def test_applications_are_for_those_who_decide(client: FlaskClient, person: Person) -> None:

    for path in ("/applications", "/applications/x", "/applications/assessments/medicine"):
        assert client.get(path).status_code == 403
