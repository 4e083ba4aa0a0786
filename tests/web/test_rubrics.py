"""The pages of rubrics."""

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from evalhub.core.people import Role, command_actor
from evalhub.core.rubrics.loading import load_rubric
from evalhub.db.engine import Database
from evalhub.db.models import RubricVersion
from evalhub.services.rubrics import store_rubric
from tests.core.rubrics.small import SMALL, SMALL_DE
from tests.factories import MOMENT, make_project
from tests.web.conftest import SignIn
from tests.web.pages import fill

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FILES = sorted((Path(__file__).parents[2] / "rubrics").glob("*.yaml"))
SHIPPED = [path for path in FILES if "." not in path.stem]
GERMAN = {"Accept-Language": "de"}


def store(database: Database, text: str) -> None:
    with database.transaction() as session:
        store_rubric(text, where="f", session=session, actor=command_actor(), now=MOMENT)


def send(client: FlaskClient, text: str, name: str = "small.yaml") -> TestResponse:
    page = client.get("/rubrics")
    answers = {**fill(page, "/rubrics"), "file": (io.BytesIO(text.encode()), name)}
    return client.post("/rubrics", data=answers, content_type="multipart/form-data")


def test_the_list_says_how_to_begin(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.RESEARCHER})

    assert "There is no rubric yet" in client.get("/rubrics").text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_rubric_is_shown_in_full(
    client: FlaskClient, sign_in: SignIn, database: Database, path: Path
) -> None:
    text = path.read_text(encoding="utf-8")
    store(database, text)
    rubric = load_rubric(text, where=path.name)
    sign_in(client, {Role.ANNOTATOR})

    page = client.get(f"/rubrics/{rubric.id}/{rubric.version}")

    shown = page.text.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
    for part in (
        *(flag.label for flag in rubric.flags.items),
        *(criterion.question for criterion in rubric.criteria),
        *(point.anchor for c in rubric.criteria if c.scale for point in c.scale.points),
        *(example.why for example in rubric.worked_examples),
        *(entry.change for entry in rubric.changelog),
    ):
        assert part in shown


def test_conditions_are_said_in_words(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    store(database, SMALL)
    sign_in(client, {Role.ANNOTATOR})

    page = client.get("/rubrics/small/1.0.0")

    assert "Asked when urgency is now or the prompt is tagged “urgent”." in page.text
    assert "the prompt does not come back to you" in page.text


def test_those_who_judge_read_and_do_not_upload(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    store(database, SMALL)
    sign_in(client, {Role.ANNOTATOR})

    assert "Upload a version" not in client.get("/rubrics").text
    assert "Small rubric" in client.get("/rubrics").text


def test_a_researcher_uploads_a_version(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client, {Role.RESEARCHER})

    stored = send(client, SMALL)

    assert stored.headers["Location"] == "/rubrics/small/1.0.0"
    assert "Small rubric 1.0.0 is stored" in client.get("/rubrics/small/1.0.0").text
    again = send(client, SMALL)
    assert "was there already" in client.get(again.headers["Location"]).text


def test_a_broken_rubric_is_refused_with_its_line(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    sign_in(client, {Role.RESEARCHER})

    page = send(client, SMALL.replace("blind: true", "blind: Yes"))

    assert page.status_code == 422
    assert "small.yaml line" in page.text


def test_no_file_is_refused(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.RESEARCHER})

    page = send(client, "", name="")

    assert page.status_code == 422
    assert "choose a rubric file" in page.text


def test_a_version_in_use_is_refused_whoever_sends_another_text(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    store(database, SMALL)
    with database.transaction() as session:
        make_project(session, rubric=session.exec(select(RubricVersion)).one())
    sign_in(client, {Role.RESEARCHER})

    page = send(client, SMALL.replace("Small rubric", "Other rubric"))

    assert page.status_code == 409
    assert "cannot change" in page.text


def test_versions_lead_to_one_another(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    store(database, SMALL)
    store(database, SMALL.replace("version: 1.0.0", "version: 1.0.1").replace("Small r", "A r"))
    sign_in(client, {Role.ANNOTATOR})

    assert client.get("/rubrics/small").headers["Location"] == "/rubrics/small/1.0.1"
    asked = client.get("/rubrics/small?version=1.0.0")
    assert asked.headers["Location"] == "/rubrics/small/1.0.0"
    assert "<option selected>1.0.0" in client.get("/rubrics/small/1.0.0").text


@pytest.mark.parametrize("address", ["/rubrics/none", "/rubrics/none/1.0.0"])
def test_what_is_not_there_is_not_found(client: FlaskClient, sign_in: SignIn, address: str) -> None:
    sign_in(client, {Role.ANNOTATOR})

    assert client.get(address).status_code == 404


def test_an_annotator_cannot_upload(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.RESEARCHER})
    token = fill(client.get("/rubrics"), "/rubrics")
    sign_in(client, {Role.ANNOTATOR})

    assert client.post("/rubrics", data=token).status_code in {400, 403}


def test_a_researcher_uploads_a_translation_that_is_shown_to_its_readers(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    store(database, SMALL)
    sign_in(client, {Role.RESEARCHER})

    stored = send(client, SMALL_DE, name="small.de.yaml")
    english = client.get(stored.headers["Location"]).text
    german = client.get(stored.headers["Location"], headers=GERMAN).text

    assert "Kleines Raster 1.0.0 (de) is stored" in english
    assert "<h1>Small rubric</h1>" in english
    assert "translated: de" in english
    assert "<h1>Kleines Raster</h1>" in german
    assert "EvalHub project (translator)" in german


def test_a_missing_word_is_shown_in_the_original_and_marked(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    store(database, SMALL)
    sign_in(client, {Role.RESEARCHER})
    send(client, SMALL_DE, name="small.de.yaml")

    page = client.get("/rubrics/small/1.0.0", headers=GERMAN).text

    assert '<bdi lang="en">Which answer is better?</bdi>' in page
    assert '<p class="rubric-ask">Warum?</p>' in page


def test_the_original_of_a_translation_can_be_read_and_left_again(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    store(database, SMALL)
    sign_in(client, {Role.RESEARCHER})
    send(client, SMALL_DE, name="small.de.yaml")

    original = client.get("/rubrics/small/1.0.0?words=original", headers=GERMAN).text

    assert '<bdi lang="en">Small rubric</bdi>' in original
    assert '<a href="/rubrics/small/1.0.0">' in original
    assert "EvalHub project (translator)" not in original


def test_a_translation_of_nothing_stored_is_refused(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.RESEARCHER})

    page = send(client, SMALL_DE, name="small.de.yaml")

    assert page.status_code == 422
    assert "load that rubric first" in page.text
