"""Every page follows WCAG 2.2 A and AA and the best practice that axe-core can check.

One person with every role is shown one page of each kind over the demo, in light and dark by
turns, at the width of a desk. ``make axe`` takes the tour at the width of a phone and over the
German pages, too, with each page in both schemes.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from sqlmodel import select

from evalhub.app import create_app
from evalhub.config import Settings
from evalhub.core.people import Role, command_actor
from evalhub.db.engine import Database
from evalhub.db.migrate import upgrade
from evalhub.db.models import Project
from evalhub.demo.fill import Demo, fill
from evalhub.rim.state import runtime
from evalhub.services.accounts.sessions import start_session
from tests.browser.conftest import browser, served
from tests.browser.furnishing import furnish
from tests.browser.tour import RULES, Stop, overflow, stops, violations
from tests.factories import add_member, make_person
from tests.web.pages import fill as filled

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("axe")]

STARTS = ("/work", "/projects", "/account", "/admin/people", "/admin/audit", "/releases")
MORE = ("/pulls", "/endpoints", "/prompt-sets", "/rubrics", "/reviews/1")
REFUSED = (Stop("/nowhere", "nothing there"), Stop("/projects/none/scores", "no such project"))
SCHEMES = ("light", "dark")
WIDTH = int(os.environ.get("TOUR_WIDTH", "1440"))
LOCALE = os.environ.get("TOUR_LOCALE", "en-GB")
IS_WHOLE = "TOUR_WIDTH" in os.environ
"""Whether each page is asked in light and dark, and not in one of them by turns."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Give an application over the demo."""
    folder = tmp_path_factory.mktemp("axe")
    database = Database(f"sqlite:///{folder}/evalhub.db")
    upgrade(database)
    settings = Settings(
        instance_dir=folder, database_url=f"sqlite:///{folder}/evalhub.db", secret_key="s" * 40
    )
    now = datetime.now(UTC)
    fill(Demo(database, settings, command_actor("demo"), now=now, say=lambda _text: None))
    app = create_app(settings)
    yield app
    with app.app_context():
        runtime().database.dispose()
    database.dispose()


@pytest.fixture(scope="module")
def visitor(house: Flask) -> FlaskClient:
    """Give the browser of somebody who holds every role and works on every project."""
    with house.app_context():
        database = runtime().database
    with database.transaction() as session:
        person = make_person(session, *Role, email="ada.example@example.org")
        for project in session.exec(select(Project)).all():
            add_member(session, project, person, Role.ANNOTATOR)
        furnish(session, person, datetime.now(UTC))
        token = start_session(
            person, session=session, user_agent="tests", days=1, now=datetime.now(UTC)
        )
    client = house.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client


@pytest.fixture(scope="module")
def window(house: Flask, visitor: FlaskClient, browser: Browser) -> Iterator[tuple[Page, str]]:
    """Give a window of the visitor and the address of the house."""
    cookie = visitor.get_cookie("evalhub")
    assert cookie is not None
    with served(house) as base:
        # Colours that are on their way to others have a contrast that nobody reads.
        context = browser.new_context(
            viewport={"width": WIDTH, "height": 900}, reduced_motion="reduce", locale=LOCALE
        )
        context.add_cookies([{"name": "evalhub", "value": cookie.value, "url": base}])
        yield context.new_page(), base
        context.close()


@pytest.fixture(scope="module")
def tour(house: Flask, visitor: FlaskClient) -> list[Stop]:
    """Give one page of each kind, with a comparison in hand among them."""
    work = visitor.get("/work")
    claim = next(
        rule for rule in ("/work/claim/demo-medicine", "/work/claim/demo-law") if rule in work.text
    )
    taken = visitor.post(claim, data=filled(work, claim, accept="yes"))
    found = stops(house, visitor, [taken.location, *STARTS, *MORE])
    return [*found, *REFUSED]


def test_the_tour_leads_to_every_kind_of_page(tour: list[Stop]) -> None:
    kinds = {stop.kind for stop in tour}

    assert {
        "comparing.show",
        "contesting.show",
        "scores.show_scores",
        "releases.show",
        "account.show_account",
        "applications.show",
        "applications.show_items",
        "applying.show_assessment",
        "applying.show_item",
        "disputes.show_own",
        "earnings.show",
        "qualifications.show",
        "registry.show",
        "reviews.show",
        "teams.show",
        "terms.show",
        "training.show_step",
    } <= kinds
    assert len(kinds) > 40


def test_axe_core_has_nothing_against_any_page(window: tuple[Page, str], tour: list[Stop]) -> None:
    page, base = window
    found = []

    for number, stop in enumerate(tour):
        page.goto(base + stop.path)
        for scheme in SCHEMES if IS_WHOLE else SCHEMES[number % 2 :][:1]:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # two of its words
            found += [f"{stop.path} in {scheme}, {one}" for one in violations(page)]

    assert found == [], f"of {', '.join(RULES)}"


def test_no_page_scrolls_sideways_at_320_pixels(window: tuple[Page, str], tour: list[Stop]) -> None:
    page, base = window
    page.set_viewport_size({"width": 320, "height": 640})

    wide = []
    for stop in tour:
        page.goto(base + stop.path)
        wide += [stop.path] if overflow(page) > 0 else []

    page.set_viewport_size({"width": WIDTH, "height": 900})
    assert wide == []


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere"])
def test_axe_core_has_nothing_against_what_a_stranger_sees(
    window: tuple[Page, str], browser: Browser, path: str
) -> None:
    base = window[1]
    page = browser.new_page()

    page.goto(base + path)

    assert list(violations(page)) == []
    page.close()


def test_a_printed_page_has_neither_navigation_nor_colour(window: tuple[Page, str]) -> None:
    page, base = window
    page.goto(f"{base}/projects/demo-medicine/scores")

    page.emulate_media(media="print", color_scheme="dark")

    assert not page.locator(".site-head").is_visible()
    assert not page.locator(".site-foot").is_visible()
    colours = page.evaluate(
        "() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; }"
    )
    page.emulate_media(media="screen", color_scheme="light")
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
