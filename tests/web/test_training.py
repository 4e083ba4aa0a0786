"""The pages on which experts take trainings, and on which coordinators write them."""

import io
import json

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Training
from evalhub.services.qualifying.trainings import get_training
from tests.core.qualifying.test_trainings import document
from tests.services.judging.conftest import small_rubric
from tests.services.qualifying.test_trainings import publish
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill, form_of, forms_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WAY = "/training/medicine-intro"
DESK = "/training-desk"


@pytest.fixture
def expert(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> FlaskClient:
    """Sign in an expert, with a training of one page and two pairs published."""
    with database.transaction() as session:
        small_rubric(session)
        publish(session, clock())
    sign_in(client, {Role.ANNOTATOR})
    return client


def start(client: FlaskClient) -> None:
    response = client.post(WAY, data=fill(client.get(WAY), WAY))
    assert response.location == f"{WAY}/1"


def do(client: FlaskClient, number: int, **answers: str) -> str:
    way = f"{WAY}/{number}"
    response = client.post(way, data=fill(client.get(way), way, **answers))
    assert response.status_code == 303
    return response.location or ""


def test_f57_pay_and_terms_stand_before_the_start(expert: FlaskClient) -> None:
    listed, page = expert.get("/training").text, expert.get(WAY).text

    for text in (listed, page):
        assert "10.00 USD" in text
        assert "20.00 USD an hour at the expected minutes" in text
        assert "30&nbsp;min" in text
    assert "Not started." in listed
    assert "Start at this pay" in page


def test_f57_the_key_and_its_reason_follow_the_answer_at_once(expert: FlaskClient) -> None:
    start(expert)
    places = [do(expert, 1)]
    before = expert.get(f"{WAY}/2").text

    places += [do(expert, 2, preference="-1"), do(expert, 3, preference="-1")]

    assert places == [f"{WAY}/2", f"{WAY}/2", f"{WAY}/3"]
    assert "A names the dose." not in before
    right, wrong = expert.get(f"{WAY}/2").text, expert.get(f"{WAY}/3").text
    assert "The experts see it as you do" in right
    assert "The experts see it otherwise" in wrong
    assert "A names the dose." in right
    assert [form.action for form in forms_of(expert.get(f"{WAY}/2"))] == []


def test_a_page_is_markdown_and_its_last_step_ends_the_round(
    expert: FlaskClient, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        publish(session, clock(), items=[])
    start(expert)
    page = expert.get(f"{WAY}/1").text

    assert "<strong>both</strong>" in page
    assert do(expert, 1) == WAY
    assert "Projects that ask for this training let you in." in expert.get(WAY).text
    assert "Passed." in expert.get("/training").text


def test_what_was_not_passed_may_be_taken_again_unpaid(expert: FlaskClient) -> None:
    start(expert)
    running = expert.get("/training").text
    do(expert, 1)
    do(expert, 2, preference="3")
    do(expert, 3, preference="0")

    page = expert.get(WAY).text

    assert "Under way." in running
    assert "0 of 2 pairs right." in page
    assert "below what is asked" in page
    assert "Start unpaid" in page
    assert "Finished, not passed yet." in expert.get("/training").text


@pytest.mark.parametrize("preference", ["", "-", "2", "x"])
def test_no_answer_is_asked_for_again(expert: FlaskClient, preference: str) -> None:
    start(expert)
    do(expert, 1)
    way = f"{WAY}/2"

    refused = expert.post(way, data={**fill(expert.get(way), way), "preference": preference})

    assert refused.status_code == 422
    assert "A names the dose." not in refused.text


def test_steps_are_not_there_before_the_start_or_after_the_last(expert: FlaskClient) -> None:
    before = expert.get(f"{WAY}/1")
    start(expert)

    assert before.status_code == 409
    assert expert.get(f"{WAY}/4").status_code == 404
    assert expert.get("/training/none").status_code == 404


def test_the_steps_have_titles_and_lead_only_as_far_as_one_has_come(expert: FlaskClient) -> None:
    assert "you may take it again" in expert.get(WAY).text
    start(expert)

    begun = expert.get(WAY).text
    ahead = expert.get(f"{WAY}/3", follow_redirects=True)

    assert [title in begun for title in ("How to judge</a>", "Pair 1 <", "Pair 2 <")] == [True] * 3
    assert f'href="{WAY}/2"' not in begun
    assert ahead.request.path == f"{WAY}/1"
    assert "Do the steps before this one first." in ahead.text


def test_who_has_passed_reads_nothing_of_taking_it_again(expert: FlaskClient) -> None:
    start(expert)
    for number, preference in ((1, {}), (2, {"preference": "-1"}), (3, {"preference": "3"})):
        do(expert, number, **preference)

    page = expert.get(WAY).text

    assert "Passed." in page
    assert "again" not in page


def test_a_start_sent_twice_leads_to_the_first_step(expert: FlaskClient) -> None:
    data = fill(expert.get(WAY), WAY)

    twice = [expert.post(WAY, data=data).location for _ in range(2)]

    assert twice == [f"{WAY}/1"] * 2


def test_a_version_that_came_between_is_not_started(
    expert: FlaskClient, database: Database, clock: Clock
) -> None:
    data = fill(expert.get(WAY), WAY)
    with database.transaction() as session:
        publish(session, clock(), pay_minor_units=0)

    refused = expert.post(WAY, data=data)

    assert refused.status_code == 409
    assert "This training pays nothing." in expert.get(WAY).text


# The pages of those who write them.


@pytest.fixture
def desk(expert: FlaskClient, sign_in: SignIn) -> FlaskClient:
    """Sign in a coordinator where a training is published."""
    sign_in(expert, {Role.COORDINATOR})
    return expert


def test_a_training_is_written_on_a_page_and_read_back_into_its_form(
    desk: FlaskClient, database: Database
) -> None:
    new = f"{DESK}/new"
    typed: dict[str, str | list[str]] = {
        "title": "Law <first>",
        "slug": "Law intro",
        "domain": "law",
        "rubric": "small@1.0.0",
        "minutes": "6",
        "pay": "5.00",
        "pages": "# One\r\n\r\nText\r\n\r\n# Two\r\n\r\nMore",
        "pair-1-skill": "Accuracy",
        "pair-1-prompt": "Q",
        "pair-1-a": "a",
        "pair-1-b": "b",
        "pair-1-accepts": ["-1", "0"],
        "pair-1-reason": "So.",
    }

    made = desk.post(new, data=fill(desk.get(new), new, **typed))

    assert made.location == f"{DESK}/law-intro"
    form = form_of(desk.get(f"{DESK}/law-intro"), new).values
    assert form["pair-1-accepts"] == ["-1", "0"]
    assert (form["pay"], form["pass_percent"]) == (["5.00"], ["70"])
    again = desk.post(new, data=fill(desk.get(f"{DESK}/law-intro"), new), follow_redirects=True)
    assert "Nothing was changed, so version 1 stays in force." in again.text
    with database.transaction(write=False) as session:
        rows = session.exec(select(Training).where(Training.slug == "law-intro")).all()
        assert [row.number for row in rows] == [1]
    assert "offers its pay again to everybody" in again.text
    assert "offers its pay again to everybody" not in desk.get(new).text
    assert "Law &lt;first&gt;" in desk.get(DESK).text


def test_a_name_that_is_taken_keeps_what_was_typed(desk: FlaskClient) -> None:
    new = f"{DESK}/new"
    data = fill(desk.get(f"{DESK}/medicine-intro"), new)

    refused = desk.post(new, data={**data, "over": "0", "title": "Mine", "pay": "0"})

    assert refused.status_code == 409
    assert "give yours another short name" in refused.text
    typed = form_of(refused, new).values
    assert (typed["title"], typed["over"]) == (["Mine"], ["0"])


@pytest.mark.parametrize("share", [0.675, 0.29, 1.0, 0.0])
def test_the_share_to_pass_is_kept_to_the_digit(
    desk: FlaskClient, database: Database, clock: Clock, share: float
) -> None:
    with database.transaction() as session:
        publish(session, clock(), pass_share=share)
    new = f"{DESK}/new"

    desk.post(new, data=fill(desk.get(f"{DESK}/medicine-intro"), new, pay="0"))

    with database.transaction(write=False) as session:
        found = get_training("medicine-intro", session=session)
        assert (found.training.price.minor_units, found.training.pass_share) == (0, share)


def test_an_old_page_of_a_round_is_refused(expert: FlaskClient) -> None:
    start(expert)
    do(expert, 1)
    way = f"{WAY}/2"
    old = fill(expert.get(way), way, preference="3")
    for number, preference in ((2, "3"), (3, "0")):
        do(expert, number, preference=preference)
    start(expert)
    do(expert, 1)

    assert expert.post(way, data=old).status_code == 409
    assert "The experts see it" not in expert.get(way).text


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("pass_percent", "many", "is no number"),
        ("pass_percent", "101", "must lie between 0 and 100 per cent"),
        ("pass_percent", "NaN", "is no number"),
        ("minutes", "many", "is not a whole number"),
        ("pay", "1,500", "is not an amount"),
        ("pay", "0.01", "an hour"),
        ("pay_currency", "x", "is no currency"),
        ("pages", "no title", "Page 1, Title"),
        ("pair-3-prompt", "alone", "Pair 3, Skill"),
    ],
)
def test_what_is_refused_stays_in_the_form(
    desk: FlaskClient, field: str, value: str, says: str
) -> None:
    new = f"{DESK}/new"
    data = fill(desk.get(f"{DESK}/medicine-intro"), new)

    refused = desk.post(new, data={**data, field: value})

    assert refused.status_code == 422
    assert says in refused.text
    assert form_of(refused, new).values[field] == [value]


def test_a_file_is_published_or_refused_by_its_name(desk: FlaskClient) -> None:
    def send(text: str, name: str = "t.json") -> tuple[int, str]:
        data = fill(desk.get(DESK), DESK)
        file = (io.BytesIO(text.encode()), name)
        response = desk.post(DESK, data={**data, "file": file})
        return response.status_code, response.text

    assert send(json.dumps(document(slug="other", pay_minor_units=2500)))[0] == 303
    assert "other" in desk.get(DESK).text
    status, page = send("{")
    assert (status, "t.json" in page) == (422, True)
    assert send("{}", name="")[0] == 422


def test_trainings_are_for_experts_and_desks_for_those_who_decide(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, {Role.ANNOTATOR})
    assert client.get(DESK).status_code == 403
    sign_in(client, {Role.COORDINATOR})
    assert client.get("/training").status_code == 403
    assert "There is no training yet." in client.get(DESK).text
