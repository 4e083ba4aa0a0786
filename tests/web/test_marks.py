"""Marks and differences on the pages, without a script."""

import pytest
from flask.testing import FlaskClient

from evalhub.core.judging.masking import mask
from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.web.conftest import Clock, SignIn
from tests.web.desk import Desk, answers, make_desk, partly

TEXT = "Take **500 mg** now, within 12 hours at the latest. Then rest, and rest again."


@pytest.fixture
def desk(client: FlaskClient, database: Database, sign_in: SignIn) -> Desk:
    desk = make_desk(client, database, sign_in(client, {Role.ANNOTATOR}))
    desk.change_responses(TEXT)
    return desk


def mark(number: int = 1, /, **parts: str) -> list[tuple[str, str]]:
    given = {"side": "a", "words": "Take 500 mg", "reason": "twice the dose", **parts}
    return [(f"marks.{number}.{part}", value) for part, value in given.items()]


def test_typed_words_are_drawn_after_saving(desk: Desk) -> None:
    address = desk.open()

    desk.send(address, mark(), action="save")
    page = desk.client.get(address)

    assert '<mark title="1" id="mark-1">Take </mark><strong><mark title="1">500 mg' in page.text
    assert 'name="marks.1.at" value="0-13"' in page.text
    assert "twice the dose" in page.text
    assert 'name="marks.2.words"' in page.text


def test_words_that_stand_often_are_asked_about_and_chosen(desk: Desk) -> None:
    address = desk.open()
    desk.send(address, mark(words="rest"), action="save")

    asked = desk.client.get(address)
    start = TEXT.rindex("rest")
    desk.send(address, mark(words="rest", at=f"{start}-{start + 4}"), action="save")
    chosen = desk.client.get(address)

    assert "Which is meant?" in asked.text
    assert f'value="{start}-{start + 4}"' in asked.text
    assert "<mark title=" not in asked.text
    assert 'and <mark title="1" id="mark-1">rest</mark> again' in chosen.text


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"words": "400 mg"}, "do not stand in that answer"),
        ({"side": ""}, "say in which answer the words stand"),
        ({"reason": "", "at": "0-13"}, "choose a flag or give a reason"),
    ],
    ids=["elsewhere", "no-side", "no-reason"],
)
def test_a_mark_that_cannot_be_kept_comes_back_with_the_reason(
    desk: Desk, parts: dict[str, str], told: str
) -> None:
    address = desk.open()

    page = desk.send(address, [*answers(), *mark(**parts)])

    assert page.status_code == 422
    assert told in page.text
    assert 'href="#q-marks"' in page.text
    assert desk.judgments() == []


def test_a_mark_is_taken_away_by_its_box(desk: Desk) -> None:
    address = desk.open()

    desk.send(address, [*answers(), *mark(), *mark(2, words="now"), ("marks.1.away", "1")])

    assert '"quote":"now"' in desk.judgments()[0].answer
    assert "500 mg" not in desk.judgments()[0].answer


def test_a_judgment_that_stands_shows_its_marks(desk: Desk, clock: Clock) -> None:
    address = desk.open()
    desk.send(address, [*answers(), *mark()])

    clock.advance(minutes=11)
    page = desk.client.get(address)

    assert '<mark title="1" id="mark-1">Take </mark>' in page.text
    assert "Mark 1" in page.text
    assert "twice the dose" in page.text


def test_a_place_never_tells_how_long_a_masked_name_is(desk: Desk) -> None:
    named = "I am ChatGPT, a large language model. " + TEXT
    desk.change_responses(named)
    address = desk.open()

    desk.send(address, mark(), action="save")
    page = desk.client.get(address)

    start = mask(named).text.index("Take")
    assert start != named.index("Take")
    assert f'name="marks.1.at" value="{start}-{start + 13}"' in page.text


def test_differences_are_shown_on_demand_and_what_was_typed_is_kept(desk: Desk) -> None:
    address = desk.open()
    before = desk.client.get(address)

    sent = desk.send(address, partly(overall="3"), action="differences")
    page = desk.client.get(sent.location or "")

    assert "is-shared" not in before.text
    assert sent.status_code == 303
    assert '<span class="is-shared">' in page.text
    assert '<span class="is-own">' in page.text
    assert "Hide differences" in page.text
    assert 'value="3" checked' in page.text


def test_two_fillings_are_set_side_by_side(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.post(address, [*hidden, *partly(overall="3", why__text="Mine.")], action="save")

    page = desk.post(address, [*hidden, *partly(overall="-1"), *mark()], action="save")

    table = page.text[page.text.index("conflict") :].partition("</table>")[0]
    assert page.status_code == 409
    assert table.index("A better") < table.index("B much better")
    assert "“Mine.”" in table
    assert "Marked words: Mark 1, A" in table
    assert "Confidence" not in table


def test_a_filling_that_no_page_sends_is_not_put_into_words(desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.post(address, [*hidden, *partly(overall="3")], action="save")

    page = desk.post(address, [*hidden, *partly(overall="99")], action="save")

    assert page.status_code == 409
    assert 'class="data conflict"' not in page.text
