"""Nothing that was filled in is lost: not to a second device, a lost network or a killed server."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from evalhub.config import Settings
from evalhub.core.people import Role
from evalhub.db.engine import Database
from tests.browser.conftest import WIDE, Seat, SitDown
from tests.browser.test_judging import claim, desk_of
from tests.web.conftest import SignIn
from tests.web.desk import make_desk

pytestmark = pytest.mark.browser

SERVE = """
import sys
from werkzeug.serving import run_simple
from evalhub.app import create_app
run_simple("127.0.0.1", int(sys.argv[1]), create_app(), threaded=True)
"""


class Server:
    """Serve the application as a process of its own, which can be killed and started anew."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._environ = {
            **os.environ,
            "EVALHUB_DATABASE_URL": settings.database_url,
            "EVALHUB_INSTANCE_DIR": str(settings.instance_dir),
            "EVALHUB_SECRET_KEY": settings.secret_key,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", SERVE, str(self.port)],
            env=self._environ,
            stderr=subprocess.PIPE,
        )
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if b"Running on" in line:
                return
        pytest.fail("The server did not start.")

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """Give a running server over the test's database."""
    server = Server(settings)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def at_work(
    server: Server, browser: Browser, app: Flask, sign_in: SignIn, database: Database
) -> Iterator[Page]:
    """Give the window of somebody who has claimed a comparison at the server."""
    client = app.test_client()
    desk = make_desk(client, database, sign_in(client, {Role.ANNOTATOR}))
    address = desk.open()
    cookie = client.get_cookie("evalhub")
    assert cookie is not None
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]  # a width and a height
    context.add_cookies([{"name": "evalhub", "value": cookie.value, "url": server.address}])
    page = context.new_page()
    page.goto(server.address + address)
    yield page
    context.close()


def test_a_server_that_is_killed_in_the_middle_costs_no_answer(
    at_work: Page, server: Server
) -> None:
    page = at_work
    with page.expect_response("**/draft"):
        page.locator("[name='overall'][value='3']").check()

    page.locator("#why").fill("Typed while the server died.")
    server.kill()
    page.locator("[name='confidence']").first.check()
    expect(page.locator("#saved")).to_contain_text("Kept on this device")
    server.start()
    with page.expect_response(lambda reply: reply.url.endswith("/draft") and reply.ok):
        page.reload()
    page.evaluate("localStorage.clear()")
    page.reload()

    expect(page.locator("#why")).to_have_value("Typed while the server died.")
    expect(page.locator("[name='overall'][value='3']")).to_be_checked()
    expect(page.locator("[name='confidence']").first).to_be_checked()


def test_what_is_filled_in_without_a_network_is_sent_when_it_is_back(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    page = seat.page

    page.context.set_offline(True)
    page.locator("[name='overall'][value='3']").check()
    expect(page.locator("#saved")).to_contain_text("Kept on this device")
    with page.expect_response(lambda reply: reply.url.endswith("/draft") and reply.ok):
        page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Draft saved")

    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('draft:'))") == []


def other_device(seat: Seat) -> Page:
    """Open the seat's comparison in a browser that shares nothing with it but the person."""
    browser = seat.page.context.browser
    assert browser is not None
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]  # a width and a height
    context.add_cookies(seat.page.context.cookies())  # type: ignore[arg-type]  # as they were given
    page = context.new_page()
    page.goto(seat.page.url)
    return page


@pytest.mark.parametrize("has_script", [True, False], ids=["scripts", "plain"])
def test_two_devices_that_say_different_things_are_set_side_by_side(
    sit_down: SitDown, database: Database, *, has_script: bool
) -> None:
    seat = sit_down({Role.ANNOTATOR}, has_script=has_script)
    desk_of(seat, database)
    claim(seat)
    other = other_device(seat)
    with other.expect_response("**/draft"):
        other.locator("[name='overall'][value='3']").check()

    seat.page.locator("[name='overall'][value='-1']").check()
    if not has_script:
        seat.page.get_by_role("button", name="Save draft").last.click()
    row = seat.page.locator(".conflict tr", has_text="Overall")
    expect(row).to_contain_text("A better")
    expect(row).to_contain_text("B much better")
    other.reload()

    expect(other.locator("[name='overall'][value='3']")).to_be_checked()
    expect(seat.page.locator("[name='overall'][value='-1']")).to_be_checked()
    other.context.close()


def test_a_copy_kept_on_a_device_is_not_sent_for_somebody_else(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database)
    claim(seat)
    seat.page.context.set_offline(True)
    seat.page.locator("[name='overall'][value='3']").check()
    expect(seat.page.locator("#saved")).to_contain_text("Kept on this device")
    address = seat.page.url
    somebody = sit_down({Role.ANNOTATOR})
    cookies = somebody.page.context.cookies()

    seat.page.goto("about:blank")
    seat.page.context.set_offline(False)
    seat.page.context.add_cookies(cookies)  # type: ignore[arg-type]  # as they were given
    sent = len(seat.traffic.requests)
    seat.page.goto(address)
    seat.page.goto(seat.base + "/work")

    posts = [one for one in seat.traffic.requests[sent:] if one.method == "POST"]
    assert posts == []


MARKED = "Take **500 mg** now. Rest at [home](https://example.org/). Then rest again, and rest."


def select_words(page: Page, words: str) -> None:
    """Select words of answer A, as a mouse would, across whatever tags they stand in."""
    page.evaluate(
        """words => {
          const prose = document.querySelector("#answer-a .prose"), range = document.createRange();
          const walker = document.createTreeWalker(prose, NodeFilter.SHOW_TEXT);
          const start = prose.textContent.indexOf(words), end = start + words.length;
          for (let at = 0, node; (node = walker.nextNode()); at += node.length) {
            if (at <= start && start < at + node.length) range.setStart(node, start - at);
            if (at < end && end <= at + node.length) range.setEnd(node, end - at);
          }
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        words,
    )


def test_selected_words_become_a_mark_that_is_drawn_and_kept(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database).change_responses(MARKED)
    claim(seat)
    page = seat.page

    select_words(page, "500 mg now")
    page.keyboard.press("m")
    page.locator("[name='marks.1.reason']").fill("twice the dose")
    page.keyboard.press("Tab")
    expect(page.locator("#mark-1")).to_have_text("500 mg")
    page.reload()

    drawn = page.locator("#answer-a mark").all_inner_texts()
    assert "".join(drawn) == "500 mg now"
    expect(page.locator("[name='marks.1.reason']")).to_have_value("twice the dose")
    assert seat.traffic.errors == []


def test_of_words_that_stand_often_the_selected_ones_are_marked(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database).change_responses(MARKED)
    claim(seat)

    select_words(seat.page, "rest again")
    seat.page.evaluate("getSelection().modify('extend', 'backward', 'word')")
    seat.page.locator("#mark-words").click()

    expect(seat.page.locator("#answer-a mark").first).to_be_visible()
    assert seat.page.locator("#answer-a mark").first.inner_text().startswith("rest")


def test_differences_are_shown_when_asked_for_and_hidden_again(
    sit_down: SitDown, database: Database
) -> None:
    seat = sit_down({Role.ANNOTATOR})
    desk_of(seat, database).change_responses("Rest at home for a day or two, please.")
    claim(seat)
    page = seat.page
    page.locator("#why").fill("Typed before.")
    n_drawn = page.locator(".answer .is-shared").count()

    page.get_by_role("button", name="Show differences").click()
    shared = page.locator("#answer-a .is-shared").first
    expect(shared).to_have_text("Rest at home for a day or two, please.")
    page.get_by_role("link", name="Hide differences").click()
    expect(page.locator("#answer-a .is-shared")).to_have_count(0)

    assert n_drawn == 0
    expect(page.locator("#why")).to_have_value("Typed before.")
