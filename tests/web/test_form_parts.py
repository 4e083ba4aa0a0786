"""The empty form is kept as HTML: nobody's own in it, and never a word that is out of date."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import UndefinedError
from sqlmodel import select

from evalhub.core.canonical import canonical_json
from evalhub.core.people import Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.models import Project, Prompt, RubricVersion
from evalhub.services.judging.matter import get_matter
from evalhub.services.rubric_translations import store_translation
from evalhub.web.filled import Filled
from evalhub.web.form_parts import KEPT, form_parts
from tests.core.rubrics.small import SMALL_DE
from tests.factories import MOMENT, add_member
from tests.web.conftest import SignIn
from tests.web.desk import Desk, checked_values, make_desk, partly
from tests.web.pages import form_of

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    KEPT.clear()
    yield
    KEPT.clear()


@pytest.fixture
def desk(client: FlaskClient, database: Database, sign_in: SignIn) -> Desk:
    return make_desk(client, database, sign_in(client, {Role.ANNOTATOR}, name="Zora Quillfeather"))


def kept(page: str) -> str:
    """Return what is kept of a page: the parts of its form, and the sheets after it."""
    return page.partition('class="judge-body"')[2].replace(citations(page), "")


def citations(page: str) -> str:
    """Return the part that asks about the sources of the two answers."""
    return page.partition('id="s-citations"')[2].partition("</section>")[0]


def test_the_form_is_written_once_and_reads_the_same_again(desk: Desk) -> None:
    address = desk.open()
    first = desk.client.get(address).text
    before = KEPT.n_bytes

    again = desk.client.get(address).text

    assert before > 10_000
    assert KEPT.n_bytes == before
    assert again == first


def test_what_is_kept_names_neither_reader_nor_pair_nor_sign_in(desk: Desk) -> None:
    address = desk.open()
    desk.change_responses("A telling answer.")
    page = desk.client.get(address)
    own = {desk.person.name, desk.person.public_id, desk.slug, "A telling answer", "Question "}
    own |= {address.removeprefix("/work/"), *form_of(page).values["csrf_token"]}

    found = kept(page.text).partition('class="bar"')[0]

    assert len(found) > 5_000
    assert {one for one in own if one in found} == set()


def test_a_part_that_asks_for_more_than_the_rubric_fails(app: Flask, desk: Desk) -> None:
    token = desk.open().removeprefix("/work/")
    with desk.database.transaction(write=False) as session:
        matter = get_matter(token, person_id=desk.person.id, session=session)

    with app.test_request_context("/"), pytest.raises(UndefinedError, match="sheet"):
        form_parts(matter, Filled({}), ())("work/_prompt.html")


def join(desk: Desk) -> None:
    """Let somebody else work on the same project."""
    with desk.database.transaction() as session:
        project = session.exec(select(Project).where(Project.slug == desk.slug)).one()
        add_member(session, project, desk.person, Role.ANNOTATOR)


def test_a_draft_is_in_no_form_but_its_own(
    desk: Desk, app: Flask, database: Database, sign_in: SignIn
) -> None:
    address = desk.open()
    desk.send(address, partly(overall="3", why__text="Private words."), action="save")
    drafted = desk.client.get(address)
    client = app.test_client()
    theirs = Desk(client, database, sign_in(client, {Role.ANNOTATOR}, name="Bo"), desk.slug)
    join(theirs)

    page = theirs.client.get(theirs.open())

    assert checked_values(drafted, "overall") == ["3"]
    assert "Private words." in drafted.text
    assert checked_values(page, "overall") == []
    assert "Private words." not in page.text


def test_a_refused_form_marks_what_is_wrong_and_leaves_no_mark_behind(desk: Desk) -> None:
    address = desk.open()
    desk.client.get(address)

    refused = desk.send(address, partly())
    after = desk.client.get(address).text

    assert 'class="q-error"' in refused.text
    assert 'class="q-error"' not in after


def test_each_language_has_a_form_of_its_own(desk: Desk) -> None:
    with desk.database.transaction() as session:
        store_translation(SMALL_DE, where="f", session=session, actor=command_actor(), now=MOMENT)
    address = desk.open()
    english = desk.client.get(address).text
    desk.client.set_cookie("language", "de")

    german = desk.client.get(address).text

    assert "<legend>Correct</legend>" in english
    assert "<legend>Richtig</legend>" in german
    assert "<legend>Correct</legend>" not in german


def test_a_prompt_with_other_tags_is_asked_its_own_questions(desk: Desk) -> None:
    address = desk.open()
    plain = desk.client.get(address).text
    with desk.database.transaction() as session:
        for prompt in session.exec(select(Prompt)):
            document = {**json.loads(prompt.document), "tags": ["urgent"]}
            prompt.document = canonical_json(document)
            session.add(prompt)

    tagged = desk.client.get(address).text

    # Its tag decides what the answer on urgency decided for the other prompt.
    assert ("Needed when" in plain, "Needed when" in tagged) == (True, False)


def test_a_rubric_that_is_corrected_is_asked_as_corrected(desk: Desk) -> None:
    address = desk.open()
    desk.client.get(address)
    with desk.database.transaction() as session:
        for version in session.exec(select(RubricVersion)):
            version.document = version.document.replace("Which is clearer?", "Which reads better?")
            session.add(version)

    page = desk.client.get(address).text

    assert ("Which reads better?" in page, "Which is clearer?" in page) == (True, False)
