"""A large file is handed to a worker; its page follows it, without scripts too."""

import io

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from evalhub.core.people import Role
from evalhub.core.queued_work import WorkStatus
from evalhub.db.engine import Database
from evalhub.db.models import PromptImport
from evalhub.services.prompt_sets.imports import list_imports
from evalhub.services.workers import beat
from tests.prompt_imports import ask, lines_of, look, many_rows, padded, row_id, run, run_newest
from tests.web.conftest import SignIn
from tests.web.pages import fill

# What differs between the databases is tested with the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def researcher(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, {Role.RESEARCHER})
    return client


def send(client: FlaskClient, data: bytes, name: str = "f.jsonl") -> TestResponse:
    """Upload a file with the form."""
    fields = {**fill(client.get("/prompt-sets/new")), "slug": "fevers", "title": "On fever"}
    answers = {**fields, "file": FileStorage(io.BytesIO(data), name)}
    # Encoded here: the test client would put a body of this size into a file and leave it open.
    boundary, body = encode_multipart(answers)
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post("/prompt-sets", data=body, content_type=kind)


def press(client: FlaskClient, address: str, button: str) -> TestResponse:
    action = f"{address}/{button}"
    return client.post(action, data=fill(client.get(address), action))


def test_a_large_file_is_read_by_a_worker_and_decided_on_as_any(
    researcher: FlaskClient, database: Database
) -> None:
    sent = send(researcher, padded(lines_of()))
    assert sent.location.startswith("/prompt-imports/")
    assert "Waiting for a worker" in researcher.get(sent.location).text

    run_newest(database)

    page = researcher.get(sent.location).text
    (address,) = (
        part.split('"')[0] for part in page.split('href="')[1:] if "/uploads/" in part[:9]
    )
    assert press(researcher, address, "confirm").location == "/prompt-sets/fevers?version=1"
    assert "/prompt-sets/fevers?version=1" in researcher.get(sent.location).text


def test_a_small_file_is_read_at_once(researcher: FlaskClient) -> None:
    assert send(researcher, lines_of()).location.startswith("/uploads/")


def test_many_rows_are_frozen_by_a_worker(researcher: FlaskClient, database: Database) -> None:
    send(researcher, many_rows())
    run_newest(database)
    with database.transaction(write=False) as session:
        upload = list_imports(session=session, limit=1)[0].upload

    confirmed = press(researcher, f"/uploads/{upload}", "confirm")
    run_newest(database)

    assert confirmed.location.startswith("/prompt-imports/")
    assert "fevers@1 holds the 6 prompts." in researcher.get(confirmed.location).text


def test_a_broken_rule_of_the_form_is_said_at_once(researcher: FlaskClient) -> None:
    answer = send(researcher, padded(lines_of()), name="f.docx")

    assert answer.status_code == 422
    assert "none of the formats" in answer.text


def test_what_was_refused_is_told_with_every_problem(
    researcher: FlaskClient, database: Database
) -> None:
    asked = ask(database, b"\n")
    run(database, asked)

    page = researcher.get(f"/prompt-imports/{asked.public_id}").text

    assert "Nothing was imported." in page
    assert "holds no rows" in page
    assert 'href="/prompt-sets/new?set=fevers"' in page


def test_an_import_without_a_worker_says_how_to_start_one(
    researcher: FlaskClient, database: Database
) -> None:
    address = f"/prompt-imports/{ask(database).public_id}"
    alone = researcher.get(address).text
    with database.transaction() as session:
        beat("a-worker", session=session)

    assert "No worker is running. Start one with" in alone
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in alone
    assert "No worker is running" not in researcher.get(address).text


def test_an_import_is_cancelled_once(researcher: FlaskClient, database: Database) -> None:
    asked = ask(database)
    address = f"/prompt-imports/{asked.public_id}"
    data = fill(researcher.get(address), f"{address}/cancel")

    first = researcher.post(f"{address}/cancel", data=data)
    again = researcher.post(f"{address}/cancel", data=data)

    assert (first.location, again.status_code) == (address, 409)
    assert "Nothing was changed." in again.text
    assert look(database, asked).status is WorkStatus.CANCELLED


def test_one_that_nobody_works_on_is_tried_again_once(
    researcher: FlaskClient, database: Database
) -> None:
    asked = ask(database)
    address = f"/prompt-imports/{asked.public_id}"
    with database.transaction() as session:
        session.get_one(PromptImport, row_id(database, asked)).status = WorkStatus.RUNNING
    data = fill(researcher.get(address), f"{address}/retry")

    first = researcher.post(f"{address}/retry", data=data)
    again = researcher.post(f"{address}/retry", data=data)

    assert (first.location, again.status_code) == (address, 409)


def test_the_figures_are_given_to_the_script(researcher: FlaskClient, database: Database) -> None:
    asked = ask(database)
    address = f"/prompt-imports/{asked.public_id}"

    told = researcher.get(f"{address}/progress.json").json

    assert told == {"n_done": 0, "n_wanted": 0, "state": "queued reading unattended"}
    assert f'data-build="{told["state"]}"' in researcher.get(address).text


def test_imports_are_listed_with_what_came_of_them(
    researcher: FlaskClient, database: Database
) -> None:
    empty = researcher.get("/prompt-imports").text
    run(database, ask(database, freezes=True))
    run(database, ask(database, filename="g.jsonl"))

    page = researcher.get("/prompt-imports").text

    assert "Every file so far was read at once." in empty
    assert '<a href="/prompt-sets/fevers?version=1">fevers@1</a>' in page
    assert "g.jsonl" in page
    assert "no imports this far back" in researcher.get("/prompt-imports?page=2").text


def test_the_file_that_a_defect_left_is_tried_again_or_deleted(
    researcher: FlaskClient, database: Database
) -> None:
    asked = ask(database)
    address = f"/prompt-imports/{asked.public_id}"
    with database.transaction() as session:
        session.get_one(PromptImport, row_id(database, asked)).status = WorkStatus.FAILED
    page = researcher.get(address).text
    data = fill(researcher.get(address), f"{address}/cancel")

    deleted = researcher.post(f"{address}/cancel", data=data, follow_redirects=True).text

    assert f'action="{address}/retry"' in page
    assert "The file is kept." in page
    assert "The file is deleted." in deleted
    assert "send the file again" in deleted
    assert (f"{address}/retry" in deleted, f"{address}/cancel" in deleted) == (False, False)
