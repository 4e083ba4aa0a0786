"""A running pull's page keeps its own figures fresh, and works without script."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from evalhub.core.campaigns import PullStatus
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint, Prompt, Pull
from evalhub.services.pulling import PullView, start_pull
from tests.browser.conftest import SitDown
from tests.factories import MOMENT, make_endpoint, make_prompt_set_version, make_response
from tests.pulling import ACTOR

pytestmark = pytest.mark.browser


@pytest.fixture
def pull(database: Database) -> PullView:
    """Give a running pull of two prompts."""
    with database.transaction() as session:
        make_prompt_set_version(session, "A?", "B?", slug="health")
        make_endpoint(session, slug="careful")
        return start_pull(
            "health", ["careful"], session=session, actor=ACTOR, now=MOMENT, is_foreground=True
        )


def answer(database: Database, position: int, *, ends: bool = False) -> None:
    """Store the response to one prompt; end the pull with the last."""
    with database.transaction() as session:
        prompt = session.exec(select(Prompt).where(Prompt.position == position)).one()
        make_response(session, prompt, session.exec(select(Endpoint)).one())
        if ends:
            row = session.exec(select(Pull)).one()
            row.status, row.finished_at = PullStatus.DONE, datetime.now(UTC)


def test_figures_follow_the_pull_and_the_end_shows_the_whole_page(
    database: Database, sit_down: SitDown, pull: PullView
) -> None:
    seat = sit_down({Role.RESEARCHER})
    seat.go(f"/pulls/{pull.public_id}")
    figure = seat.page.locator(".whole-figure")
    expect(figure).to_have_text("0 of 2 settled, of which 0 answered")

    answer(database, 0)
    expect(figure).to_have_text("1 of 2 settled, of which 1 answered", timeout=15_000)
    expect(seat.page.locator("[data-share] progress")).to_have_js_property("value", 1)
    expect(seat.page.locator("tfoot")).to_contain_text("1 of 2")

    answer(database, 1, ends=True)
    expect(seat.page.locator(".state")).to_have_text("done", timeout=15_000)
    expect(seat.page.get_by_role("link", name="Read the responses")).to_be_visible()
    assert seat.traffic.errors == []


def test_without_script_the_page_reloads_itself(sit_down: SitDown, pull: PullView) -> None:
    seat = sit_down({Role.RESEARCHER}, has_script=False)

    seat.go(f"/pulls/{pull.public_id}")

    expect(seat.page.locator(".whole-figure")).to_have_text(re.compile("0 of 2 settled"))
    assert 'http-equiv="refresh"' in seat.page.content()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/endpoints", "/pulls", "/pulls/new", "/pulls/{id}"])
def test_no_page_scrolls_sideways(sit_down: SitDown, pull: PullView, path: str, width: int) -> None:
    seat = sit_down({Role.RESEARCHER}, viewport={"width": width, "height": 800})

    seat.go(path.format(id=pull.public_id))

    assert seat.page.evaluate("document.documentElement.scrollWidth") <= width
