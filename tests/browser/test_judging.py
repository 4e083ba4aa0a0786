"""Judging in Chromium: with and without scripts, by keyboard alone, blind, and unharmed."""

import json
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from evalhub.core.canonical import canonical_json
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Role
from evalhub.core.rubrics.canonical import rubric_to_json
from evalhub.core.rubrics.loading import load_rubric
from evalhub.db.engine import Database
from evalhub.db.models import Draft, Endpoint, RubricVersion
from tests.browser.conftest import Seat, SitDown, Wire
from tests.web.desk import Desk, answers, make_desk
from tests.web.test_rendering import HOSTILE

pytestmark = pytest.mark.browser

RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"


def desk_of(seat: Seat, database: Database) -> Desk:
    return make_desk(seat.client, database, seat.person)


def use_rubric(database: Database, name: str) -> None:
    """Put one of the shipped rubrics in place of the small one."""
    rubric = load_rubric((RUBRICS / f"{name}.yaml").read_bytes(), where=f"{name}.yaml")
    with database.transaction() as session:
        for row in session.exec(select(RubricVersion)):
            row.document = canonical_json(rubric_to_json(rubric))
            session.add(row)


def claim(seat: Seat) -> None:
    """Claim the first comparison from the list of work."""
    seat.go("/work")
    seat.page.get_by_role("button", name="Claim a comparison").click()
    seat.page.wait_for_url("**/work/*")


def fill_in(seat: Seat) -> None:
    """Fill the small rubric's form with the mouse."""
    page = seat.page
    page.get_by_label("Yes", exact=True).check()
    for side in ("A", "B"):
        page.get_by_label(f"Answer {side}: None of these").check()
        page.get_by_label(f"{side}: 3, Mixed").check()
    page.locator("[name='criteria.clear'][value='1']").check()
    page.locator("[name='overall'][value='1']").check()
    page.get_by_label("Sure", exact=True).check()


@pytest.mark.parametrize("has_script", [True, False], ids=["with-script", "without"])
def test_a_judgment_is_completed(
    sit_down: SitDown, database: Database, *, has_script: bool
) -> None:
    seat = sit_down({Role.ANNOTATOR}, has_script=has_script)
    desk = desk_of(seat, database)
    claim(seat)
    address = seat.page.url

    fill_in(seat)
    seat.page.get_by_role("button", name="Submit and next").click()
    expect(seat.page.get_by_text("Your judgment is stored.")).to_be_visible()

    assert [judgment.choice for judgment in desk.judgments()] == [Choice.B]
    assert seat.page.url != address
    assert seat.traffic.errors == []


def test_enter_in_a_field_keeps_the_comparison_without_scripts(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR}, has_script=False)
    desk = desk_of(seat, database)
    claim(seat)
    address = seat.page.url
    seat.page.locator("[name='flags.a'][value='harmful']").check()

    seat.page.locator("[name='flags.a.harmful.quote']").fill("these words")
    seat.page.keyboard.press("Enter")
    expect(seat.page.get_by_text("Draft saved.")).to_be_visible()

    assert seat.page.url == address
    expect(seat.page.locator("[name='flags.a.harmful.quote']")).to_have_value("these words")
    assert desk.judgments() == []


@pytest.mark.parametrize("has_script", [True, False], ids=["with-script", "without"])
def test_what_is_missing_is_listed_and_leads_to_its_question(
    sit_down: SitDown, database: Database, *, has_script: bool
) -> None:
    seat = sit_down({Role.ANNOTATOR}, has_script=has_script)
    desk = desk_of(seat, database)
    claim(seat)
    seat.page.get_by_label("Yes", exact=True).check()

    seat.page.get_by_role("button", name="Submit and next").click()
    errors = seat.page.locator("#errors")
    expect(errors).to_be_visible()
    errors.get_by_role("link", name="Overall").click()

    expect(seat.page.locator("#q-overall")).to_be_in_viewport()
    expect(seat.page.get_by_label("Yes", exact=True)).to_be_checked()
    assert desk.judgments() == []


def test_a_draft_is_saved_while_one_works_and_survives_the_window(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)

    with seat.page.expect_response("**/draft") as saved:
        seat.page.locator("[name='overall'][value='3']").check()
    seat.page.reload()

    assert saved.value.status == 200
    expect(seat.page.locator("[name='overall'][value='3']")).to_be_checked()


def test_a_judgment_is_undone_and_changed(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk = desk_of(seat, database)
    claim(seat)
    fill_in(seat)
    seat.page.get_by_role("button", name="Submit and next").click()

    seat.page.get_by_role("link", name="Undo or change it").click()
    expect(seat.page.get_by_role("heading", name="Change your judgment")).to_be_visible()
    seat.page.locator("[name='overall'][value='-1']").check()
    seat.page.get_by_role("button", name="Submit change").click()
    expect(seat.page.get_by_text("Your change is stored")).to_be_visible()

    assert [judgment.choice for judgment in desk.judgments()] == [Choice.B, Choice.A]


def test_a_second_device_is_told_what_is_in_force(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk = desk_of(seat, database)
    claim(seat)
    fill_in(seat)
    desk.send(seat.page.url.removeprefix(seat.base), answers(overall="-3"))

    seat.page.get_by_role("button", name="Submit and next").click()
    expect(seat.page.get_by_text("That judgment is in force")).to_be_visible()
    expect(seat.page.locator("[name='overall'][value='1']")).to_be_checked()
    reading = seat.page.locator(".reading").bounding_box()

    # The notice stands above both columns; in one of them it would push the answers aside.
    assert reading is not None
    assert reading["x"] < 100
    assert [judgment.preference for judgment in desk.judgments()] == [-3]


def second_tab(seat: Seat) -> Page:
    """Open the page of the seat's comparison a second time."""
    page = seat.page.context.new_page()
    page.goto(seat.page.url)
    return page


def test_an_idle_tab_sends_nothing_and_overwrites_nothing(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    other, sent = second_tab(seat), len(seat.traffic.requests)
    with other.expect_response("**/draft"):
        other.locator("[name='overall'][value='3']").check()

    seat.page.evaluate("dispatchEvent(new Event('online'))")
    with seat.page.expect_response("**/draft") as refused:
        seat.page.locator("[name='confidence']").first.check()
    expect(seat.page.get_by_text("A newer draft was saved in another tab")).to_be_visible()
    seat.page.get_by_role("button", name="Load it").click()

    expect(seat.page.locator("[name='overall'][value='3']")).to_be_checked()
    assert refused.value.status == 409
    drafts = [r for r in seat.traffic.requests[sent:] if r.url.endswith("/draft")]
    assert len(drafts) == 1


def test_of_two_drafts_the_one_here_can_be_kept(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    other = second_tab(seat)
    with other.expect_response("**/draft"):
        other.locator("[name='overall'][value='3']").check()
    seat.page.locator("[name='overall'][value='-1']").check()

    with seat.page.expect_response(lambda r: r.url.endswith("/draft") and r.ok):
        seat.page.get_by_role("button", name="Keep this one").click()
    seat.page.reload()

    expect(seat.page.locator("[name='overall'][value='-1']")).to_be_checked()


def test_a_refused_form_is_not_saved_as_if_it_were_the_judgment(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk = desk_of(seat, database)
    claim(seat)
    fill_in(seat)
    desk.send(seat.page.url.removeprefix(seat.base), answers(overall="-3"))
    seat.page.get_by_role("button", name="Submit and next").click()
    seat.page.get_by_text("That judgment is in force").wait_for()

    seat.page.wait_for_timeout(1_000)  # A save would start 800 ms after the page.
    seat.page.get_by_role("link", name="see that judgment instead").click()

    expect(seat.page.locator("[name='overall'][value='-3']")).to_be_checked()
    with database.transaction(write=False) as session:
        assert session.exec(select(Draft)).all() == []


@pytest.mark.parametrize(("key", "sheet"), [("s", "#skip"), ("?", "#keys")])
def test_a_dialog_takes_the_focus_keeps_it_and_gives_it_back(
    sit_down: SitDown, database: Database, key: str, sheet: str
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    page = seat.page
    page.locator("[name='confidence']").first.focus()

    press(seat, key)
    where = f"document.querySelector('{sheet}').contains(document.activeElement)"
    inside = [page.evaluate(where)]
    for _ in range(6):
        press(seat, "Tab")
        inside.append(page.evaluate(f"{where} || document.activeElement === document.body"))
    press(seat, "Escape")

    assert all(inside)
    assert page.evaluate("document.activeElement.name") == "confidence"
    expect(page.locator(sheet)).to_be_hidden()


def test_a_signed_out_tab_says_so_and_what_was_typed_comes_back(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    cookies = seat.page.context.cookies()
    seat.page.context.clear_cookies()

    seat.page.locator("[name='overall'][value='3']").check()
    notice = seat.page.get_by_text("You are signed out. Sign in; your text is kept")
    expect(notice).to_be_visible()
    link = seat.page.get_by_role("link", name="Sign in").get_attribute("href")
    seat.page.context.add_cookies(cookies)  # type: ignore[arg-type]  # as they were given
    with seat.page.expect_response(lambda r: r.url.endswith("/draft") and r.ok):
        seat.go(link or "")

    assert "/work/" in seat.page.url
    expect(seat.page.locator("[name='overall'][value='3']")).to_be_checked()


def test_giving_back_asks_first_and_costs_nothing(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk = desk_of(seat, database)
    claim(seat)

    seat.page.get_by_role("button", name="Give back").click()
    seat.page.get_by_label("Conflict of interest").check()
    seat.page.get_by_role("button", name="Give it back").click()
    expect(seat.page.get_by_text("nothing counts against you").first).to_be_visible()

    assert desk.assignments()[0].release_reason == "conflict"


def press(seat: Seat, *keys: str) -> int:
    """Press keys one after the other and return how many."""
    for key in keys:
        seat.page.keyboard.press(key)
    return len(keys)


def test_the_medical_rubric_takes_at_most_twenty_keys(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk = desk_of(seat, database)
    use_rubric(database, "medicine")
    claim(seat)

    n_keys = press(seat, "j", "1", "3")
    while seat.page.locator("#answered").inner_text().split()[0] != total(seat):
        n_keys += press(seat, next_key(seat))
    n_keys += press(seat, "Control+Enter")
    expect(seat.page.get_by_text("Your judgment is stored.")).to_be_visible()

    assert len(desk.judgments()) == 1
    assert n_keys <= 20


def test_sources_that_must_be_checked_count_as_one_answer(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk = desk_of(seat, database)
    use_rubric(database, "law")
    desk.change_responses("See https://example.org/statute.")
    claim(seat)
    asked = int(total(seat))

    seat.page.locator("#cite-b-1").select_option(index=1)

    expect(seat.page.locator("#answered")).to_have_text(f"1 of {asked} answered")
    seat.page.locator("#cite-b-1").select_option(index=0)
    expect(seat.page.locator("#answered")).to_have_text(f"0 of {asked} answered")
    seat.page.get_by_role("button", name="Submit and next").click()
    expect(seat.page.locator("#errors").get_by_text("Sources", exact=True)).to_be_visible()


def total(seat: Seat) -> str:
    """Return how many answers are asked."""
    return seat.page.locator("#answered").inner_text().split()[2]


def next_key(seat: Seat) -> str:
    """Return the key a doctor would press at the question that has the focus."""
    name = str(seat.page.evaluate("document.activeElement.name || ''"))
    if name.startswith("flags."):
        return "0"
    if name.startswith("criteria."):
        return "3"
    return {"overall": "5", "confidence": "2"}.get(name, "j")


def test_native_keys_alone_complete_a_judgment(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR}, has_script=False)
    desk = desk_of(seat, database)
    claim(seat)
    page = seat.page
    wanted = {"triage.competence", "criteria.correct.a", "criteria.correct.b", "criteria.clear"}
    wanted |= {"overall", "confidence"}

    page.locator("[name='triage.competence']").first.focus()
    for _ in range(60):
        name = str(page.evaluate("document.activeElement.name || ''"))
        value = str(page.evaluate("document.activeElement.value || ''"))
        if name in wanted or (name.startswith("flags.") and value == "none"):
            page.keyboard.press("Space")
        if name == "why.text":
            page.keyboard.type("A is right and B is not.")
        if name == "action" and value == "submit":
            page.keyboard.press("Enter")
            break
        page.keyboard.press("Tab")
    expect(page.get_by_text("Your judgment is stored.")).to_be_visible()

    assert len(desk.judgments()) == 1


def test_nothing_that_names_a_model_reaches_the_browser(
    sit_down: SitDown, wire: Wire, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk = desk_of(seat, database)
    with database.transaction() as session:
        for number, endpoint in enumerate(session.exec(select(Endpoint))):
            endpoint.slug, endpoint.model = f"zebra-slug-{number}", f"Okapi-Model-{number}B"
            session.add(endpoint)
    desk.change_responses("I am Okapi-Model-2B, and zebra-slug-3 is my name. Rest.")

    claim(seat)
    seat.page.get_by_role("button", name="Submit and next").click()
    with seat.page.expect_response("**/draft"):
        seat.page.locator("[name='overall'][value='3']").check()
    fill_in(seat)
    seat.page.get_by_role("button", name="Submit and next").click()
    seat.page.wait_for_url("**/work/*")
    for path in ("/work", "/work/history", "/account", "/rubrics"):
        seat.go(path)
    received = wire.text() + cookie_texts(seat)

    assert "the model names itself" in received
    for word in ("zebra", "okapi", "latency_ms", "completion_tokens", "finish_reason"):
        assert word not in received.casefold()


def cookie_texts(seat: Seat) -> str:
    """Return what the signed cookies say; they are readable, though not changeable."""
    texts = []
    for cookie in seat.page.context.cookies():
        body = cookie.get("value", "").lstrip(".").split(".")[0]
        texts.append(urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("latin-1"))
    return json.dumps(texts)


@pytest.mark.parametrize("has_script", [True, False], ids=["with-script", "without"])
def test_hostile_texts_do_nothing(
    sit_down: SitDown, database: Database, *, has_script: bool
) -> None:
    seat = sit_down({Role.ANNOTATOR}, has_script=has_script)
    desk = desk_of(seat, database)
    hostile = "\n\n".join(HOSTILE).replace("alert(1)", "window.hacked=1;alert(1)")
    desk.change_responses(hostile)

    claim(seat)
    expect(seat.page.get_by_role("heading", name="Answer B")).to_be_visible()

    assert seat.traffic.errors == []
    assert all(request.url.startswith(seat.base) for request in seat.traffic.requests)
    if has_script:
        assert seat.page.evaluate("window.hacked") is None


WIDE_TEXT = (
    "See https://example.org/"
    + "w" * 150
    + "\n\n`"
    + "x" * 150
    + "`\n\n"
    + "y" * 200
    + "\n\n```python\n"
    + "z = 1; " * 40
    + "\n```\n\n"
    "$$" + "a+" * 60 + "b$$\n\n|" + "wide heading |" * 9 + "\n|" + "---|" * 9 + "\n"
)


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_no_text_makes_the_page_scroll_sideways(
    sit_down: SitDown, database: Database, width: int
) -> None:
    seat = sit_down({Role.ANNOTATOR}, viewport={"width": width, "height": 800})
    desk_of(seat, database).change_responses(WIDE_TEXT)
    claim(seat)

    assert seat.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_one_answer_shows_at_a_time(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR}, viewport={"width": 390, "height": 844})
    desk_of(seat, database)
    claim(seat)

    seat.page.locator(".pin-tab", has_text="B").click()

    expect(seat.page.locator("#answer-b")).to_be_visible()
    expect(seat.page.locator("#answer-a")).to_be_hidden()


PHONE = {"width": 390, "height": 844}
LONG_TEXT = "\n\n".join(f"Paragraph {n} of an answer that goes on for a while." for n in range(60))


def top_of(seat: Seat, selector: str) -> float:
    """Return how far below the top of the window something begins."""
    box = seat.page.locator(selector).bounding_box()
    assert box is not None
    return box["y"]


def test_on_a_phone_the_other_answer_starts_at_its_start_and_keeps_its_place(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR}, viewport=PHONE)
    desk_of(seat, database).change_responses(LONG_TEXT)
    claim(seat)
    seat.page.locator("#answer-a p").nth(40).scroll_into_view_if_needed()
    read_to = top_of(seat, "#answer-a")

    seat.page.locator(".pin-tab", has_text="B").click()
    start = top_of(seat, "#answer-b h2")
    seat.page.get_by_role("link", name="A", exact=True).click()

    assert 0 <= start < 120
    assert top_of(seat, "#answer-a") == pytest.approx(read_to, abs=2)


def test_on_a_phone_judge_leads_to_the_form_and_back_to_the_question_in_work(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR}, viewport=PHONE)
    desk_of(seat, database).change_responses(LONG_TEXT)
    claim(seat)

    seat.page.locator(".pin-judge").click()
    first = top_of(seat, "#judge-h")
    seat.page.locator("[name='criteria.correct.b']").first.check()
    seat.page.get_by_role("link", name="A", exact=True).click()
    seat.page.locator(".pin-judge").click()

    assert 0 <= first < 150
    assert 0 <= top_of(seat, "[aria-label='Correct, answer B']") < 150


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_bar_keeps_each_of_its_words_on_one_line(
    sit_down: SitDown, database: Database, width: int
) -> None:
    seat = sit_down({Role.ANNOTATOR}, viewport={"width": width, "height": 844}, has_touch=True)
    desk_of(seat, database)
    claim(seat)
    with seat.page.expect_response("**/draft"):
        seat.page.locator("[name='overall'][value='3']").check()
    expect(seat.page.locator("#saved")).to_contain_text("Draft saved")
    # As under a rubric with more questions than the small one has.
    seat.page.locator("#answered").evaluate("e => { e.textContent = '18 of 18 answered'; }")

    heights = [
        box["height"]
        for element in seat.page.locator("#saved, #answered, .bar-actions .btn").all()
        if (box := element.bounding_box())
    ]

    assert max(heights[:2]) < 24
    assert max(heights) < 48
    assert seat.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_strip_keeps_the_mark_beside_its_word_over_a_long_prompt(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    gist, word = seat.page.locator(".pin-gist"), seat.page.locator(".pin-prompt b")
    gist.evaluate("gist => { gist.textContent = 'A prompt that goes on. '.repeat(20); }")

    box = word.bounding_box()

    assert box is not None
    assert box["height"] < 24


@pytest.mark.parametrize(("is_touch", "hint"), [(True, "none"), (False, "counter(key)")])
def test_key_hints_stand_only_where_there_are_keys(
    sit_down: SitDown, database: Database, *, is_touch: bool, hint: str
) -> None:
    seat = sit_down({Role.ANNOTATOR}, viewport=PHONE, has_touch=is_touch, is_mobile=is_touch)
    desk_of(seat, database)
    claim(seat)

    seat.page.locator("[name='confidence']").first.focus()
    shown = seat.page.evaluate(
        "getComputedStyle(document.querySelector('#q-confidence .opt'), '::after').content"
    )

    assert shown.partition(" /")[0] == hint


def test_an_arabic_answer_reads_from_the_right_and_turns_nothing_else(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    words = "\u064a\u062c\u0628 \u0623\u0646 \u064a\u062d\u0635\u0644"
    arabic = f"{words}\n\n- {words}\n\nA \u202e turned line."
    desk_of(seat, database).change_responses(arabic)
    claim(seat)

    read = seat.page.evaluate(
        """() => {
          const prose = document.querySelector("#answer-a .prose"), range = document.createRange();
          range.selectNodeContents(prose.querySelector("p"));
          const words = range.getBoundingClientRect(), box = prose.getBoundingClientRect();
          const style = getComputedStyle(prose);
          return {
            direction: style.direction, isolates: style.unicodeBidi,
            fromRight: box.right - words.right, fromLeft: words.left - box.left,
            list: getComputedStyle(prose.querySelector("ul")).paddingRight,
            form: getComputedStyle(document.querySelector("#judgment")).direction,
          };
        }"""
    )

    assert (read["direction"], read["isolates"], read["form"]) == ("rtl", "isolate", "ltr")
    assert read["fromRight"] < 2 < read["fromLeft"]
    assert read["list"] != "0px"


def test_a_text_outlives_a_new_sign_in_in_another_tab(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    seat.page.evaluate(
        "document.querySelector('#judgment [name=csrf_token]').value = 'of-the-old-sign-in'"
    )

    with seat.page.expect_response("**/draft") as refused:
        seat.page.locator("#why").fill("Ten minutes of typing.")
    seat.page.get_by_role("button", name="Reload").click()
    with seat.page.expect_response("**/draft") as saved:
        expect(seat.page.locator("#why")).to_have_value("Ten minutes of typing.")

    assert (refused.value.status, saved.value.status) == (400, 200)


def test_submitting_from_a_tab_of_the_old_sign_in_loses_nothing(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR}, has_script=False)
    desk = desk_of(seat, database)
    claim(seat)
    cookie = seat.client.get_cookie("evalhub")
    assert cookie is not None
    fill_in(seat)
    seat.page.locator("#why").fill("Ten minutes of typing.")
    # The same person signs in again: the cookie is a new one, without this page's token.
    seat.page.context.add_cookies([{"name": "evalhub", "value": cookie.value, "url": seat.base}])

    seat.page.get_by_role("button", name="Submit and stop").click()
    expect(seat.page.get_by_text("You have signed in again")).to_be_visible()
    expect(seat.page.locator("#why")).to_have_value("Ten minutes of typing.")
    seat.page.get_by_role("button", name="Submit and stop").click()
    expect(seat.page.get_by_text("Your judgment is stored.")).to_be_visible()

    assert len(desk.judgments()) == 1


TWO_TICKS_MS = 2_200
"""Time in which the page's clock, which ticks once a second, must have ticked."""


def test_a_break_is_offered_after_45_minutes_once(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    almost = "JSON.stringify({seconds: 45 * 60 - 1, at: Date.now()})"

    seat.page.evaluate(f"localStorage.setItem('sitting', {almost})")
    offered = seat.page.locator("#choice")
    expect(offered).to_contain_text("You have worked for 45 minutes.")
    offered.get_by_role("button", name="Go on").click()
    seat.page.wait_for_timeout(TWO_TICKS_MS)

    expect(offered).to_be_hidden()
    assert seat.page.evaluate("JSON.parse(localStorage.getItem('sitting')).seconds") < 60


def test_a_pause_ends_the_sitting(sit_down: SitDown, database: Database) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    old = "JSON.stringify({seconds: 45 * 60 - 1, at: Date.now() - 6 * 60 * 1000})"

    seat.page.evaluate(f"localStorage.setItem('sitting', {old})")
    seat.page.wait_for_timeout(TWO_TICKS_MS)

    expect(seat.page.locator("#choice")).to_be_hidden()
    assert seat.page.evaluate("JSON.parse(localStorage.getItem('sitting')).seconds") < 60
