"""A rubric on the comparison page in its reader's language, and what is kept of that."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from evalhub.core.canonical import canonical_json
from evalhub.core.people import Role, command_actor
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.db.engine import Database
from evalhub.db.models import RubricVersion
from evalhub.services.rubric_translations import store_translation
from tests.core.rubrics.small import SMALL_DE, small_arabic
from tests.factories import MOMENT
from tests.web.conftest import SignIn
from tests.web.desk import Desk, answers, make_desk, partly

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def desk(client: FlaskClient, database: Database, sign_in: SignIn) -> Desk:
    return make_desk(client, database, sign_in(client, {Role.ANNOTATOR}))


def translate(desk: Desk, text: str = SMALL_DE) -> None:
    with desk.database.transaction() as session:
        store_translation(text, where="f", session=session, actor=command_actor(), now=MOMENT)


def speak(desk: Desk, language: str) -> None:
    desk.client.set_cookie("language", language)


def read(desk: Desk, address: str) -> TestResponse:
    return desk.client.get(address)


def test_a_german_expert_is_asked_in_german(desk: Desk) -> None:
    translate(desk)
    speak(desk, "de")

    page = read(desk, desk.open()).text

    for words in ("<legend>Richtig</legend>", "Wie bald?", ">Nichts davon</p>", "Es ist gemischt."):
        assert words in page
    assert "<span>A viel besser</span>" in page
    assert 'data-q="Richtig, Antwort A"' in page
    assert 'name="rubric_language" value="de"' in page


def test_what_is_not_translated_is_marked_as_english(desk: Desk) -> None:
    translate(desk)
    speak(desk, "de")

    page = read(desk, desk.open()).text

    assert '<legend><bdi lang="en">Can you judge this?</bdi></legend>' in page
    assert '<p class="q-ask"><bdi lang="en">Is it right?</bdi></p>' in page


def test_on_a_page_in_its_own_language_a_rubric_bears_no_marks(desk: Desk) -> None:
    translate(desk)

    page = read(desk, desk.open()).text

    assert "<legend>Can you judge this?</legend>" in page
    assert '<bdi lang="' not in page
    assert 'name="rubric_language" value="en"' in page


def test_the_language_that_was_read_is_kept_with_each_version(desk: Desk) -> None:
    translate(desk)
    speak(desk, "de")
    address = desk.open()
    desk.send(address, answers())
    speak(desk, "en")

    desk.send(address, answers(overall="1"))

    assert [one.rubric_language for one in desk.judgments()] == ["de", "en"]


def test_the_page_decides_and_not_the_language_at_the_submission(desk: Desk) -> None:
    translate(desk)
    speak(desk, "de")
    address = desk.open()
    hidden = desk.hidden(address)
    speak(desk, "en")

    desk.post(address, [*hidden, *answers()])

    assert [one.rubric_language for one in desk.judgments()] == ["de"]


@pytest.mark.parametrize("said", ["", "tlh", "DROP TABLE"])
def test_a_language_that_no_page_spoke_is_not_kept(desk: Desk, said: str) -> None:
    address = desk.open()
    fields = [one for one in desk.hidden(address) if one[0] != "rubric_language"]

    desk.post(address, [*fields, ("rubric_language", said), *answers()])

    assert [one.rubric_language for one in desk.judgments()] == [None]


def test_refusals_speak_the_words_of_the_page(desk: Desk) -> None:
    translate(desk)
    speak(desk, "de")

    page = desk.send(desk.open(), answers(flags__a="", overall="")).text

    assert "kreuzen Sie an, was in Antwort A vorliegt, oder „Nichts davon“" in page
    assert "choose one answer" not in page
    assert "tick what is present" not in page


def test_a_judgment_that_stands_is_read_in_the_readers_language(desk: Desk) -> None:
    translate(desk)
    address = desk.open()
    desk.send(address, answers(overall="-3"))
    speak(desk, "de")

    assert "A viel besser" in read(desk, "/work").text
    assert "A viel besser" in read(desk, "/work/history").text


def test_a_change_of_language_keeps_the_draft(desk: Desk) -> None:
    translate(desk)
    speak(desk, "de")
    address = desk.open()
    desk.send(address, partly(why__text="Weil es so ist."), action="save")
    speak(desk, "en")

    page = read(desk, address).text

    assert "Weil es so ist." in page
    assert "Saved elsewhere" not in page


def write_in_arabic(desk: Desk) -> None:
    document = canonical_json(rubric_to_json(small_arabic()))
    with desk.database.transaction() as session:
        for version in session.exec(select(RubricVersion)):
            version.document = document
            session.add(version)


def test_a_rubric_from_right_to_left_says_so_wherever_its_words_stand(desk: Desk) -> None:
    write_in_arabic(desk)

    page = read(desk, desk.open()).text

    for words in (
        "هل يمكنك الحكم على هذا؟",
        "صحيح",
        "أيّ الجوابين أفضل؟",
        "لماذا؟",
        "لا شيء مما سبق",
    ):
        assert f'<bdi lang="ar" dir="rtl">{words}</bdi>' in page
    # It begins with Latin letters, and runs from the right all the same.
    assert '<p class="q-ask"><bdi lang="ar" dir="rtl">CT أم MRI' in page
    assert 'dir="auto">ضارّ</option>' in page
    assert '<html lang="en">' in page


def test_the_page_of_a_rubric_from_right_to_left_says_so_too(desk: Desk) -> None:
    write_in_arabic(desk)

    page = read(desk, "/rubrics/small/1.0.0").text

    assert '<h1><bdi lang="ar" dir="rtl">معيار صغير</bdi></h1>' in page
    assert '<bdi lang="ar" dir="rtl">الجواب خطأ.</bdi>' in page
