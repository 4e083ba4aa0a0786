"""The pages on which a project checks quality, and on which experts contest a key."""

import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select

from evalhub.core.campaigns import ProjectStatus, Purpose
from evalhub.core.people import Role
from evalhub.core.quality import TOLD_AFTER, QualityShares
from evalhub.db.engine import Database
from evalhub.db.models import Assignment, ControlContest, ControlKey, Pair, Project
from tests.factories import MOMENT, add_member, make_assignment
from tests.services.controls.scene import give_shares, make_scene
from tests.web.conftest import SignIn
from tests.web.pages import fill, form_of, token_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def page(database: Database, now: datetime) -> str:
    """Return the page of a project in which somebody answered a control otherwise."""
    with database.transaction() as session:
        scene = make_scene(session, now - TOLD_AFTER)
        scene.judge(Purpose.CONTROL, preference=1)
        return f"/projects/{scene.project.slug}/quality"


@pytest.fixture
def coordinator(client: FlaskClient, sign_in: SignIn, page: str) -> FlaskClient:
    sign_in(client, {Role.COORDINATOR})
    return client


def project(database: Database, page: str) -> Project:
    with database.transaction(write=False) as session:
        return session.exec(select(Project).where(Project.slug == page.split("/")[2])).one()


def test_shares_are_changed_with_a_reason_and_told(
    coordinator: FlaskClient, page: str, database: Database
) -> None:
    form = form_of(coordinator.get(page), page)
    assert form.values["control"] == ["20"]

    data = fill(coordinator.get(page), page, control="5", repeat="5", reason="Less of it.")
    answer = coordinator.post(page, data=data, follow_redirects=True)

    assert "The shares hold from the next claim on." in answer.text
    found = project(database, page)
    assert (found.control_percent, found.repeat_percent, found.anchor_percent) == (5, 5, 10)


def test_shares_out_of_bounds_come_back_as_they_were_typed(
    coordinator: FlaskClient, page: str
) -> None:
    data = fill(coordinator.get(page), page, control="50", reason="Much more.")

    answer = coordinator.post(page, data=data)

    assert answer.status_code == 422
    assert form_of(answer, page).values["control"] == ["50"]
    assert "does not lie between 0 and 20" in answer.text


def test_the_page_tells_what_controls_tell(coordinator: FlaskClient, page: str) -> None:
    text = coordinator.get(page).text

    assert "Controls answered right" in text
    assert "n = 1" in text
    assert "The other answer names a wrong dose." in text


def test_a_pair_is_added_and_its_key_mended(
    coordinator: FlaskClient, page: str, database: Database
) -> None:
    shown = coordinator.get(page)
    first, second = re.findall(r'<option value="([^"]+@\d+)"', shown.text)[:2]
    data = fill(
        shown,
        f"{page}/controls",
        prompt="p2",
        first=first,
        second=second,
        accepted="x",
        reason="Two physicians agree.",
    )
    added = coordinator.post(f"{page}/controls", data=data, follow_redirects=True)
    assert "The pair is a control" in added.text
    with database.transaction(write=False) as session:
        newest = session.exec(select(ControlKey).order_by(col(ControlKey.id).desc())).first()
    assert newest is not None

    place = f"{page}/controls/{newest.pair_id}"
    data = fill(coordinator.get(page), place, accepted="tie", reason="Both are right.")
    mended = coordinator.post(place, data=data, follow_redirects=True)

    assert "The key is written." in mended.text
    assert "version 2" in mended.text


@pytest.mark.parametrize(
    ("place", "fields", "status"),
    [
        ("/controls", {"prompt": "none", "accepted": "x", "reason": "So."}, 404),
        ("/controls", {"prompt": "p2", "reason": "So."}, 422),
    ],
    ids=["no such pair", "no right answer"],
)
def test_what_is_no_control_is_said_beside_the_form(
    coordinator: FlaskClient, page: str, place: str, fields: dict[str, str], status: int
) -> None:
    data = fill(coordinator.get(page), page + place, **fields)

    answer = coordinator.post(page + place, data=data)

    assert answer.status_code == status
    assert form_of(answer, page + place).values["prompt"] == [fields["prompt"]]


def test_an_answer_that_there_is_not_leaves_no_half_a_key(
    coordinator: FlaskClient, page: str, database: Database
) -> None:
    shown = coordinator.get(page)
    with database.transaction(write=False) as session:
        pair_id = session.exec(select(ControlKey.pair_id)).first()
    place = f"{page}/controls/{pair_id}"
    data = fill(shown, place, accepted="tie", reason="Both.") | {"accepted": ["tie", "both"]}

    answer = coordinator.post(place, data=data)

    assert answer.status_code == 422
    assert "none of x, tie, y" in answer.text


def test_the_form_of_a_new_control_begins_with_two_endpoints(
    coordinator: FlaskClient, page: str
) -> None:
    begun = form_of(coordinator.get(page), f"{page}/controls").values

    assert begun["first"] != begun["second"]


def test_a_key_that_changes_nothing_is_refused(
    coordinator: FlaskClient, page: str, database: Database
) -> None:
    with database.transaction(write=False) as session:
        pair_id = session.exec(select(ControlKey.pair_id)).first()
    place = f"{page}/controls/{pair_id}"

    data = fill(coordinator.get(page), place, reason="Again.")
    answer = coordinator.post(place, data=data)

    assert answer.status_code == 409
    assert "holds already" in answer.text


def test_a_contested_key_is_answered_and_its_author_reads_it(
    client: FlaskClient, sign_in: SignIn, page: str, database: Database
) -> None:
    person = sign_in(client, {Role.ANNOTATOR})
    with database.transaction() as session:
        judged = session.exec(select(Assignment).where(Assignment.purpose == Purpose.CONTROL)).one()
        judged.person_id, token = person.id, judged.token
    told = client.get("/work/controls")
    assert "Known as right" in told.text
    assert "Question 0?" in told.text or "Question 1?" in told.text
    refused = client.post(
        f"/work/controls/{token}", data=fill(told, f"/work/controls/{token}", reason=" ")
    )
    assert refused.status_code == 422
    data = fill(told, f"/work/controls/{token}", reason="For adults only.")
    kept = client.post(f"/work/controls/{token}", data=data, follow_redirects=True)
    assert "Your objection is kept." in kept.text

    sign_in(client, {Role.COORDINATOR})
    with database.transaction(write=False) as session:
        place = f"{page}/contests/{session.exec(select(ControlContest.public_id)).one()}"
    data = fill(client.get(page), place, outcome="upheld", reason="The leaflet says so.")
    answered = client.post(place, data=data, follow_redirects=True)

    assert "The contest is answered." in answered.text
    assert client.post(place, data=data).status_code == 409


def test_readers_see_it_and_change_nothing(client: FlaskClient, sign_in: SignIn, page: str) -> None:
    sign_in(client, {Role.AUDITOR})

    text = client.get(page).text

    assert "Controls answered right" in text
    assert f'action="{page}' not in text


@pytest.mark.parametrize("way", ["member", "could join"])
def test_who_may_be_given_a_control_reads_no_key_whatever_else_they_do(
    client: FlaskClient, sign_in: SignIn, page: str, database: Database, way: str
) -> None:
    person = sign_in(client, {Role.ANNOTATOR, Role.REVIEWER, Role.COORDINATOR})
    with database.transaction() as session:
        given = session.exec(select(Project).where(Project.slug == page.split("/")[2])).one()
        given.is_joinable = way == "could join"
        if way == "member":
            add_member(session, given, person)

    told = client.get(page)

    assert told.status_code == 403
    assert "names a wrong dose" not in told.text
    shown = client.get(page.removesuffix("/quality"))
    assert f'href="{page}"' not in shown.text
    for place in ("", "/controls", "/controls/1", "/contests/none"):
        sent = client.post(page + place, data={"csrf_token": token_of(shown)})
        assert sent.status_code == 403


def test_the_keys_of_a_closed_project_come_to_nobody_and_are_shown(
    client: FlaskClient, sign_in: SignIn, page: str, database: Database
) -> None:
    person = sign_in(client, {Role.ANNOTATOR, Role.REVIEWER})
    with database.transaction() as session:
        given = session.exec(select(Project).where(Project.slug == page.split("/")[2])).one()
        given.status = ProjectStatus.CLOSED
        add_member(session, given, person)

    assert "names a wrong dose" in client.get(page).text


def test_nothing_to_contest_is_said(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.ANNOTATOR})

    assert "You answered every comparison as it was known" in client.get("/work/controls").text


def test_no_byte_of_a_comparison_tells_what_it_is_given_out_for(
    client: FlaskClient, sign_in: SignIn, database: Database, page: str
) -> None:
    person = sign_in(client, {Role.ANNOTATOR})
    with database.transaction() as session:
        given = session.exec(select(Project).where(Project.slug == page.split("/")[2])).one()
        add_member(session, given, person)
        # One pair stands for all purposes here, which the number of pairs left would notice; that
        # it falls alike is tested where it is counted.
        give_shares(given, QualityShares(), session)
        pair = session.exec(select(Pair).where(Pair.project_id == given.id)).first()
        assert pair is not None
        held = make_assignment(session, pair, person, purpose=Purpose.CONTROL)
        held.expires_at = held.leased_at = MOMENT + timedelta(days=900)
        token = held.token
    # The first page of a session sets its cookie.
    client.get("/work")
    told = set()
    for purpose in Purpose:
        with database.transaction() as session:
            row = session.exec(select(Assignment).where(Assignment.token == token)).one()
            row.purpose, row.occasion = purpose, int(purpose is Purpose.ANCHOR)
        answer = client.get(f"/work/{token}")
        assert answer.status_code == 200
        body = re.sub(r'name="csrf_token" value="[^"]*"|nonce="[^"]*"', "", answer.text)
        headers = sorted(name for name, _ in answer.headers)
        told.add((body, tuple(headers), len(client.get("/work").text)))

    assert len(told) == 1
