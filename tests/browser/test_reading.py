"""Reading a comparison in Chromium: linked panes, forced colours, 200 % zoom, German."""

import pytest
from playwright.sync_api import Page, expect

from evalhub.core.people import Role, command_actor
from evalhub.db.engine import Database
from evalhub.services.rubric_translations import store_translation
from tests.browser.conftest import Seat, SitDown
from tests.browser.test_judging import claim, desk_of
from tests.browser.tour import overflow
from tests.core.rubrics.small import SMALL_DE
from tests.factories import MOMENT

pytestmark = pytest.mark.browser

LONG = "\n\n".join(f"## Part {part}\n\n{'Words to read. ' * 60 * part}" for part in (1, 2, 3))
BORDER = "element => getComputedStyle(element).borderLeftColor"
PAPER = "getComputedStyle(document.body).backgroundColor"


def seated(sit_down: SitDown, database: Database, **options: object) -> Seat:
    seat = sit_down({Role.ANNOTATOR}, **options)
    desk_of(seat, database).change_responses(LONG)
    claim(seat)
    return seat


def offset(page: Page, side: str, part: str) -> float:
    """Return how far a heading stands below the top of its pane."""
    return float(
        page.evaluate(
            """([side, part]) => {
              const pane = document.querySelector(`#answer-${side} .prose`);
              const heading = [...pane.querySelectorAll("h4")].find(h => h.textContent === part);
              return heading.getBoundingClientRect().top - pane.getBoundingClientRect().top;
            }""",
            [side, part],
        )
    )


def settle(page: Page) -> None:
    """Wait until what was scrolled is drawn, for its events are sent then, and once more."""
    drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(f"() => {drawn}.then(() => {drawn})")


def test_linked_panes_move_together_heading_by_heading(
    sit_down: SitDown, database: Database
) -> None:
    page = seated(sit_down, database).page
    page.locator("#scroll-apart").check()
    scroll = (
        "pane => { pane.scrollTop = pane.querySelectorAll('h4')[2].offsetTop - pane.offsetTop; }"
    )

    page.locator("#answer-a .prose").evaluate(scroll)
    settle(page)
    alone = page.locator("#answer-b .prose").evaluate("pane => pane.scrollTop")
    page.locator("#scroll-together").check()
    page.locator("#answer-a .prose").evaluate("pane => { pane.scrollTop = 0; }")
    page.locator("#answer-a .prose").evaluate(scroll)

    settle(page)

    assert alone == 0
    assert abs(offset(page, "b", "Part 3") - offset(page, "a", "Part 3")) < 3


def test_forced_colours_show_which_question_is_in_work(
    sit_down: SitDown, database: Database
) -> None:
    page = seated(sit_down, database, forced_colors="active").page
    question = page.locator("#q-confidence")
    paper = page.evaluate(PAPER)

    before = question.evaluate(BORDER)
    question.locator("input").first.focus()

    assert before == paper
    assert question.evaluate(BORDER) != paper


def test_at_200_per_cent_nothing_is_cut_and_the_bar_covers_no_question(
    sit_down: SitDown, database: Database
) -> None:
    # Zoom halves the window in the pixels of the page.
    page = seated(sit_down, database, viewport={"width": 720, "height": 450}).page
    focused = page.locator("[name='confidence']").first

    focused.focus()

    box, bar = focused.bounding_box(), page.locator(".bar").bounding_box()
    assert box is not None
    assert bar is not None
    assert overflow(page) <= 0
    assert box["y"] + box["height"] <= bar["y"] or bar["y"] >= 450
    expect(page.locator("#submit")).to_be_visible()


def test_a_german_page_asks_in_german_and_fits_320_pixels(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR}, locale="de-DE", viewport={"width": 320, "height": 640})
    desk_of(seat, database)
    with database.transaction() as session:
        store_translation(SMALL_DE, where="f", session=session, actor=command_actor(), now=MOMENT)
    seat.go("/work")
    seat.page.get_by_role("button", name="Einen Vergleich übernehmen").click()
    seat.page.wait_for_url("**/work/*")

    assert overflow(seat.page) <= 0
    expect(seat.page.get_by_role("radiogroup", name="Richtig, Antwort A")).to_be_visible()
    assert seat.traffic.errors == []


def test_a_printed_work_list_holds_the_terms_that_are_folded_on_the_screen(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database).change_project(terms="Ten euros each.")
    seat.go("/work")
    terms = seat.page.get_by_text("Ten euros each.")
    seat.page.locator("details.job-details").evaluate("details => { details.open = false; }")

    on_screen = terms.is_visible()
    seat.page.emulate_media(media="print")

    assert not on_screen
    expect(terms).to_be_visible()
