"""What is typed while signed out survives the sign-in, and reaches nobody else."""

import json

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Person
from evalhub.services.accounts.passwords import new_password
from evalhub.web.carried import MAX_CHARACTERS, Carried
from tests.factories import make_person
from tests.web.conftest import SignIn
from tests.web.desk import Desk, checked_values, make_desk, partly
from tests.web.pages import fill

PASSWORD = "three quiet rivers"
REASON = "A reason that took ten minutes \u202e to type."
KEPT_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50)
TYPED = partly(overall="-3", why__text=REASON)


@pytest.fixture
def desk(client: FlaskClient, database: Database, sign_in: SignIn) -> Desk:
    """Give an annotator who has a password."""
    desk = make_desk(client, database, sign_in(client, {Role.ANNOTATOR}))
    give_password(database, desk.person, "ada@example.org")
    return desk


def give_password(database: Database, person: Person, email: str) -> None:
    """Let a person sign in with ``PASSWORD``."""
    with database.transaction() as session:
        row = session.get_one(Person, person.id)
        row.email, row.password_hash = email, new_password(PASSWORD, email=email).hash


def send_signed_out(desk: Desk, address: str) -> TestResponse:
    """Send the form of a comparison after the sign-in has ended."""
    hidden = desk.hidden(address)
    desk.client.delete_cookie("evalhub")
    return desk.post(address, [*hidden, *TYPED])


def enter(desk: Desk, page: TestResponse, email: str, password: str = PASSWORD) -> TestResponse:
    """Sign in on ``page``, with all that it holds."""
    return desk.client.post("/sign-in", data=fill(page, email=email, password=password))


def test_it_is_held_by_the_sign_in_page_and_becomes_a_draft(desk: Desk) -> None:
    address = desk.open()
    held = send_signed_out(desk, address)
    mistyped = enter(desk, held, "ada@example.org", "wrong")

    entered = enter(desk, mistyped, "ada@example.org")
    page = desk.client.get(address)

    assert (held.status_code, mistyped.status_code) == (401, 422)
    assert "What you filled in is not lost" in held.text
    assert entered.location == address
    assert "is saved as your draft" in page.text
    assert REASON in page.text
    assert checked_values(page, "overall") == ["-3"]
    assert desk.judgments() == []


def test_a_long_form_is_held_in_any_script(desk: Desk) -> None:
    address, text = desk.open(), "\u8a9e" * 70_000
    hidden = desk.hidden(address)
    desk.client.delete_cookie("evalhub")

    held = desk.post(address, [*hidden, *partly(why__text=text)])
    entered = enter(desk, held, "ada@example.org")

    assert held.status_code == 401
    assert entered.location == address
    assert text in desk.client.get(address).text


def test_another_account_gets_nothing_of_it(desk: Desk, database: Database) -> None:
    with database.transaction() as session:
        other = make_person(session, Role.ANNOTATOR)
    give_password(database, other, "bo@example.org")
    address = desk.open()
    held = send_signed_out(desk, address)

    entered = enter(desk, held, "bo@example.org")
    after = [desk.client.get(path) for path in ("/work", address)]

    assert entered.location == "/"
    assert all(REASON not in page.text for page in [entered, *after])
    assert after[1].status_code == 404


def test_what_meets_a_newer_draft_is_shown_beside_it(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.send(address, partly(overall="3"), action="save")
    desk.client.delete_cookie("evalhub")
    held = desk.post(address, [*hidden, *TYPED])

    asked = enter(desk, held, "ada@example.org")
    shown = desk.client.post(address, data={**fill(asked, address), "action": "save"})
    kept = desk.client.get(address)

    assert REASON in asked.text
    assert shown.status_code == 409
    assert "A newer draft of this comparison was saved" in shown.text
    assert REASON in shown.text
    assert checked_values(kept, "overall") == ["3"]


def test_an_empty_form_or_one_of_another_page_is_not_held(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.client.delete_cookie("evalhub")

    empty = desk.post(address, hidden)
    other = desk.client.post("/account/password", data={"new_password": "x"})

    assert empty.status_code == other.status_code == 303
    assert empty.location == f"/sign-in?next={address.replace('/', '%2F')}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "null",
        "{}",
        '["a"]',
        '["a", 1]',
        '["a", [["b"]]]',
        '["a", [["b", 1]]]',
        "[1, []]",
        '[["a"], "xy"]',
        "[" * 5_000,
        '["a", [["b", "' + "x" * MAX_CHARACTERS + '"]]]',
        r'["\ud800", []]',
        r'["a\u0000", []]',
        r'["a", [["b", "\ud800"]]]',
        r'["a", [["b\u0000", "c"]]]',
    ],
    ids=range(16),
)
def test_what_no_page_of_ours_holds_is_nothing(desk: Desk, text: str) -> None:
    assert Carried.read(text) is None
    page = desk.client.post("/sign-out", data=fill_of_account(desk))
    entry = desk.client.get(page.location)

    entered = desk.client.post(
        "/sign-in",
        data=fill(entry, email="ada@example.org", password=PASSWORD, carried=text[:1000]),
    )

    assert entered.status_code == 303


def fill_of_account(desk: Desk) -> dict[str, str]:
    """Return the form that signs out."""
    page = desk.client.get("/account")
    return {"csrf_token": str(fill(page)["csrf_token"][0])}


@given(st.lists(st.tuples(KEPT_TEXT, KEPT_TEXT), max_size=10))
def test_it_is_read_back_as_it_was_held(fields: list[tuple[str, str]]) -> None:
    carried = Carried("token", tuple(fields))

    assert Carried.read(carried.text) == carried
    assert json.loads(carried.text)[0] == "token"
