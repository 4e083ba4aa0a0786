"""Fixtures for browser tests: a server on loopback over a real database, and Chromium.

The database is SQLite here; what differs between the two is tested below the pages.
"""

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from werkzeug.serving import make_server

from evalhub.core.people import Role
from evalhub.db.models import Person

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

from tests.web.conftest import SignIn, app, client, clock, sign_in

__all__ = ["app", "client", "clock", "sign_in"]

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Give the URL of a fresh, migrated SQLite database."""
    shutil.copyfile(sqlite_template, tmp_path / "evalhub.db")
    return f"sqlite:///{tmp_path}/evalhub.db"


class Wire:
    """Stand between a server and an application and remember every byte that is sent."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        self.sent: list[bytes] = []

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterator[bytes]:
        """Answer a request."""
        sent = self.sent

        def start_and_remember(
            status: str, headers: list[tuple[str, str]], *rest: "OptExcInfo | None"
        ) -> Callable[[bytes], object]:
            sent.append(f"{status} {headers}".encode())
            return start(status, headers, *rest)

        chunks = self._application(environ, start_and_remember)
        try:
            for chunk in chunks:
                sent.append(chunk)
                yield chunk
        finally:
            # The server's own duty, taken over with the iteration: static files are closed here.
            getattr(chunks, "close", list)()

    def text(self) -> str:
        """Return everything that was sent, as one text."""
        return b"\n".join(self.sent).decode("utf-8", "replace")


@pytest.fixture
def wire(app: Flask) -> Wire:
    """Give the record of what the server sends."""
    return Wire(app)


@contextmanager
def served(application: "WSGIApplication") -> Iterator[str]:
    """Serve an application on a free port of loopback; yield its address."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def live_server(wire: Wire) -> Iterator[str]:
    """Serve the application on a free port of loopback; give its address."""
    with served(wire) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run Chromium for one module, or skip where there is none.

    Playwright keeps an event loop running in this thread while it is open, so a browser
    for the whole session would break every later test that runs a loop of its own.
    """
    path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if path is None:
        pytest.skip("Chromium is not on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Traffic:
    """Remember what a page asked for and what went wrong in it."""

    requests: list[Request] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page."""
        page.on("request", self.note_request)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self.errors.append(f"dialog: {dialog.message}"))

    def note_request(self, request: Request) -> None:
        """Remember what was asked."""
        self.requests.append(request)


@dataclass
class Seat:
    """One person before one browser window."""

    page: Page
    person: Person
    client: FlaskClient
    base: str
    traffic: Traffic

    def go(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.base + path)


SitDown = Callable[..., Seat]


@pytest.fixture
def sit_down(live_server: str, browser: Browser, app: Flask, sign_in: SignIn) -> Iterator[SitDown]:
    """Give a function that seats a person with roles before a window, signed in."""
    contexts: list[BrowserContext] = []

    def sit_down(roles: Iterable[Role] = (), *, has_script: bool = True, **options: object) -> Seat:
        client = app.test_client()
        person = sign_in(client, roles)
        cookie = client.get_cookie("evalhub")
        assert cookie is not None
        context = browser.new_context(
            **{"viewport": WIDE, "java_script_enabled": has_script, **options}  # type: ignore[arg-type]  # by name
        )
        contexts.append(context)
        context.add_cookies([{"name": "evalhub", "value": cookie.value, "url": live_server}])
        traffic = Traffic()
        page = context.new_page()
        traffic.watch(page)
        return Seat(page, person, client, live_server, traffic)

    yield sit_down
    for context in contexts:
        context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give an empty window of somebody who is not signed in."""
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]  # a width and a height
    yield context.new_page()
    context.close()
