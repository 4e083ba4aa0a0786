"""A day of an expert in Chromium, from the invitation to a portfolio that a stranger verifies.

``DAY_PICTURES=FOLDER`` keeps a picture of each page on the way, ``DAY_WIDTH`` sets its width and
``DAY_SCHEME=dark`` its colours, for people who look at them.
"""

import csv
import io
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlmodel import select

from evalhub.core.people import Role, command_actor
from evalhub.core.qualifying.requirements import Requirement
from evalhub.db.engine import Database
from evalhub.db.models import Person, Project
from evalhub.services.accounts.invitations import invite
from evalhub.services.reviewing.opening import look_through
from evalhub.services.reviewing.rules import write_share
from evalhub.services.teams import create_team, put_in_team
from tests.browser.conftest import Seat, SitDown
from tests.browser.test_judging import use_rubric
from tests.browser.test_keyboard import Keys, with_shortcuts
from tests.factories import make_requirement
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import small_rubric
from tests.services.qualifying.assessed import RIGHT, make_assessment, make_field
from tests.web.conftest import Clock

pytestmark = pytest.mark.browser

SLUG, NAME, EMAIL = "heart-day", "Noor Applicant", "noor@example.org"
PASSWORD = "a long pass phrase of theirs"
WHY = "The dose is missing from answer B, which a reader would need."


@dataclass
class Day:
    """The window of the applicant, and what the others need to join in."""

    page: Page
    base: str
    database: Database
    clock: Clock
    person_id: str = ""
    pictures: list[str] = field(default_factory=list)

    def go(self, path: str, page: Page | None = None) -> Page:
        """Open a page, and keep its picture where somebody wants to see it."""
        window = page or self.page
        window.goto(self.base + path)
        self.keep(path, window)
        return window

    def keep(self, path: str, page: Page | None = None) -> None:
        """Keep a picture of the window as it is."""
        folder = os.environ.get("DAY_PICTURES")
        if folder:
            self.pictures.append(path)
            name = re.sub(r"\W+", "-", path).strip("-") or "home"
            shot = Path(folder) / f"{len(self.pictures):02}-{name[:60]}.png"
            (page or self.page).screenshot(path=shot, full_page=True)

    def press(self, name: str, page: Page | None = None) -> None:
        """Press the first button of this name, and wait for the page that follows."""
        window = page or self.page
        with window.expect_navigation():
            window.get_by_role("button", name=name, exact=True).first.click()

    def says(self, text: str, page: Page | None = None) -> None:
        """Expect a text that somebody can see."""
        expect((page or self.page).get_by_text(text).first).to_be_visible()


@pytest.fixture
def day(browser: Browser, live_server: str, database: Database, clock: Clock) -> Day:
    """Prepare a house: a field with an assessment, and a project under the medical rubric."""
    # In the middle of a month: what is earned on one day must stand on one statement.
    clock.moment = clock.moment.replace(day=15, hour=9, minute=0)
    with database.transaction() as session:
        rubric, now = small_rubric(session), clock()
        make_field(session, now)
        make_assessment(session, now)
        campaign = make_campaign(session, n_pairs=2, n_people=0, rubric=rubric)
        project = campaign.project
        project.slug, project.title, project.domain = SLUG, "Heart questions", "medicine"
        project.is_joinable, project.pay_minor_units, project.expected_minutes = True, 1_000, 10
        asked = Requirement(domain="medicine", min_level=1, accepted_only=True)
        make_requirement(session, project, asked)
        write_share(SLUG, 1, actor=command_actor(), session=session, now=now)
        create_team("alpha", "Alpha", session=session, actor=command_actor(), now=now)
    use_rubric(database, "medicine")
    options = {
        "viewport": {"width": int(os.environ.get("DAY_WIDTH", "1440")), "height": 900},
        "color_scheme": os.environ.get("DAY_SCHEME", "light"),
    }
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]  # by name
    return Day(page, live_server, database, clock)


def come_in(day: Day) -> None:
    """Accept an invitation, which signs in."""
    with day.database.transaction() as session:
        issued = invite(
            EMAIL,
            session=session,
            actor=command_actor(),
            name=NAME,
            roles=[Role.ANNOTATOR],
            days=7,
            now=day.clock(),
        )
    day.go(f"/invitations/{issued.token}")
    day.page.get_by_label("Password", exact=True).fill(PASSWORD)
    day.press("Open my account")
    with day.database.transaction(write=False) as session:
        found = session.exec(select(Person).where(Person.email == EMAIL)).one()
        day.person_id = found.public_id


def apply_and_sit(day: Day) -> None:
    """Apply for medicine, and take the assessment with every answer right."""
    page = day.go("/apply")
    page.get_by_label("Your background").fill("Eight years in cardiology.")
    page.get_by_label("Hours a week you could give").fill("6")
    day.press("Apply")
    day.go("/apply/medicine/assessment")
    with page.expect_navigation():
        page.locator("form[action='/apply/medicine/assessment'] button").click()
    for number, preference in RIGHT.items():
        day.keep(f"pair-{number}")
        page.locator(f"[name='preference'][value='{preference}']").check()
        day.press("Keep and go on")
    day.keep("all answered")
    with page.expect_navigation():
        page.locator("form[action$='/end'] button").click()
    day.keep("handed in")


def let_in(day: Day, cora: Seat) -> None:
    """Accept the application as the coordinator, and give the first level, each with a reason."""
    page = day.go("/applications", cora.page)
    with page.expect_navigation():
        page.get_by_role("link", name=NAME).first.click()
    day.keep("the application", page)
    day.says("3 of 3", page)
    page.get_by_label("Reason").last.fill("All three right.")
    day.press("Accept", page)
    day.go(f"/registry/{day.person_id}", page)
    page.locator("[name='level'][value='1']").check()
    page.locator("#level-domain").fill("medicine")
    page.locator("#level-reason").fill("Accepted today.")
    day.press("Keep this decision", page)
    day.keep("level given", page)


def consent_and_join(day: Day) -> None:
    """Answer about consent, see what is asked for, and choose the project."""
    page = day.go("/ladder")
    day.go("/consent")
    for box in page.locator("[name='purpose']").all():
        box.check()
    day.press("Keep this answer")
    day.go("/work/projects")
    day.says("Heart questions")
    day.says("10.00 USD")
    with page.expect_navigation():
        page.locator(f"form[action$='/{SLUG}/join'] button").click()
    day.go("/work")


def judge(day: Day) -> None:
    """Judge one comparison under the medical rubric by keyboard, six minutes after the claim."""
    day.press("Claim a comparison")
    day.keep("comparison")
    day.clock.advance(minutes=6)
    with day.page.expect_navigation():
        with_shortcuts(Keys(day.page))
    day.says("Your judgment is stored.")
    day.clock.advance(minutes=11)
    with day.database.transaction() as session:
        project = session.exec(select(Project).where(Project.slug == SLUG)).one()
        assert look_through(project.id, session=session, now=day.clock()).n_opened == 1


def send_back(day: Day, rita: Seat) -> None:
    """Return the judgment as a reviewer, with a reason."""
    page = day.go("/reviews", rita.page)
    with page.expect_navigation():
        page.locator("main a[href^='/reviews/']").first.click()
    day.press("Take it in hand", page)
    page.get_by_label("Reason, for the expert to read").fill(WHY)
    page.locator("[name='reason']").first.check()
    day.keep("case", page)
    day.press("Return the judgment", page)


def appeal(day: Day) -> None:
    """Read why it came back, and ask somebody else to look."""
    day.clock.advance(hours=1)
    page = day.go("/work/reviews")
    with page.expect_navigation():
        page.locator("main a[href^='/work/reviews/']:not([href$='feedback'])").first.click()
    day.says(WHY)
    day.keep("returned")
    form = page.locator("form:has([name='step'][value='appeal'])")
    form.get_by_role("textbox").fill("The dose stands in the second paragraph.")
    form.locator("[name='minutes']").fill("5")
    with page.expect_navigation():
        form.get_by_role("button").click()


def uphold(day: Day, otto: Seat) -> None:
    """Answer the appeal as somebody who did not decide before."""
    page = day.go("/reviews", otto.page)
    with page.expect_navigation():
        page.locator("main a[href^='/reviews/']").first.click()
    day.keep("appealed", page)
    page.get_by_label("Why the return was a mistake").fill("It does stand there.")
    day.keep("appeal", page)
    day.press("Uphold the appeal", page)


def read_outcome_and_statement(day: Day) -> None:
    """Read the outcome, and find the page's figures in the files of the month."""
    page = day.go("/work/reviews")
    with page.expect_navigation():
        page.locator("main a[href^='/work/reviews/']:not([href$='feedback'])").first.click()
    day.says("It does stand there.")
    day.keep("outcome")
    day.go("/work/earnings")
    base = f"/work/earnings/{day.clock():%Y-%m}"
    table = page.request.get(f"{day.base}{base}.csv").text()
    rows = list(csv.DictReader(io.StringIO(table)))
    cents = sum(round(100 * float(row["amount"])) for row in rows)
    assert cents > 1_000
    day.says(f"{cents / 100:.2f} USD")
    sheet = PdfReader(io.BytesIO(page.request.get(f"{day.base}{base}.pdf").body()))
    told = " ".join(one.extract_text() for one in sheet.pages).replace("\xa0", " ")
    assert f"{cents / 100:.2f}" in told
    assert NAME in told


def show_portfolio(day: Day, stranger: Page) -> None:
    """Sign a portfolio, and let somebody without an account verify it."""
    page = day.go("/portfolio")
    page.locator("[name='named']").check()
    day.press("Sign what I can show now")
    address = page.locator("main a[href^='/verify/']").first.get_attribute("href")
    assert address is not None
    day.go(address, stranger)
    day.says("This portfolio was signed here, as it stands.", stranger)
    day.says(NAME, stranger)
    expect(stranger.locator("main")).not_to_contain_text("Question")


def look_around(day: Day, cora: Seat, lead: Seat) -> None:
    """Open what coordinator and lead see of the same day."""
    page = day.go("/operations", cora.page)
    day.go(f"/operations/{SLUG}", page)
    day.says("Heart questions", page)
    with day.database.transaction() as session:
        for email, hours, is_lead in ((EMAIL, 6, False), (lead.person.email or "", 4, True)):
            put_in_team(
                "alpha",
                email=email,
                week_hours=hours,
                is_lead=is_lead,
                session=session,
                actor=command_actor(),
                now=day.clock(),
            )
    day.go("/teams/mine", lead.page)
    day.says(NAME, lead.page)


def test_f20_a_day_from_the_invitation_to_a_verified_portfolio(
    day: Day, sit_down: SitDown, app: Flask, page: Page
) -> None:
    come_in(day)
    apply_and_sit(day)
    cora = sit_down({Role.COORDINATOR})
    let_in(day, cora)
    consent_and_join(day)
    judge(day)
    send_back(day, sit_down({Role.REVIEWER}))
    appeal(day)
    uphold(day, cora)
    read_outcome_and_statement(day)
    show_portfolio(day, page)
    look_around(day, cora, sit_down({Role.ANNOTATOR}))

    assert cora.traffic.errors == []
