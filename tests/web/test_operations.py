"""The coordinator's console shows what is stuck, and every button there asks for a reason."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.operating.backlog import Stuck, StuckReason
from evalhub.core.people import Role
from evalhub.core.qualifying.requirements import Requirement
from evalhub.core.qualifying.routes import Route
from evalhub.db.engine import Database
from evalhub.db.models import Assignment, AuditEvent, Pair, Project, Prompt
from evalhub.web.operating_words import hours, stuck_words
from tests.factories import make_assignment, make_requirement, route_prompt
from tests.services.assigning.conftest import make_campaign
from tests.web.conftest import Clock, SignIn
from tests.web.pages import fill, form_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def slug(client: FlaskClient, sign_in: SignIn, database: Database, clock: Clock) -> str:
    """Add a project with a claim in hand, and put a coordinator at the desk."""
    with database.transaction() as session:
        campaign = make_campaign(session, n_pairs=2)
        campaign.people[0].name = "Hanna Holder"
        claim = make_assignment(session, campaign.pairs[0], campaign.people[0])
        claim.leased_at, claim.expires_at = clock(), clock() + timedelta(hours=1)
        campaign.pairs[0].n_taken = 1
        prompt = session.get_one(Prompt, campaign.pairs[1].prompt_id)
        route_prompt(session, prompt, language="sw", jurisdiction="KE", specialty="tax_law")
        make_requirement(session, campaign.project, Requirement(matches_language=True))
        name = campaign.project.slug
    sign_in(client, {Role.COORDINATOR}, name="Cora Coordinator")
    return name


def row(database: Database, slug: str) -> Project:
    with database.transaction(write=False) as session:
        return session.exec(select(Project).where(Project.slug == slug)).one()


def acts(database: Database) -> list[tuple[str, bool]]:
    """Return the acts in the log and whether each names the reason ``Because.``."""
    with database.transaction(write=False) as session:
        rows = session.exec(select(AuditEvent)).all()
        return [(one.action, "Because." in one.details) for one in rows]


def test_f53_the_console_names_what_is_stuck_and_what_helps(client: FlaskClient, slug: str) -> None:
    listed, page = client.get("/operations").text, client.get(f"/operations/{slug}").text

    words = "1 judgment is wanted where nobody on the project may judge: general, sw, KE, tax law."
    assert words in listed
    assert words in page
    assert "verify a credential" in page
    assert "Hanna Holder" in page
    assert "Week by week" in page


def test_f10_a_project_is_paused_and_opened_with_a_reason(
    client: FlaskClient, slug: str, database: Database
) -> None:
    page, action = client.get(f"/operations/{slug}"), f"/operations/{slug}/status"

    refused = client.post(action, data=fill(page, action, status="paused", reason=" "))
    paused = client.post(action, data=fill(page, action, status="paused", reason="Because."))

    assert (refused.status_code, paused.status_code) == (422, 303)
    assert row(database, slug).status is ProjectStatus.PAUSED
    assert acts(database) == [("project.paused", True)]
    again = client.get(f"/operations/{slug}")
    client.post(action, data=fill(again, action, status="open", reason="Because."))
    assert row(database, slug).status is ProjectStatus.OPEN
    closed = client.post(action, data=fill(again, action, status="closed", reason="Because."))
    assert closed.status_code == 422


def test_each_form_of_the_console_says_what_it_is_for(client: FlaskClient, slug: str) -> None:
    page = client.get(f"/operations/{slug}").text

    headings = re.findall(r'<h3 class="sub-h">([^<]+)</h3>', page)
    assert headings == ["Pause the project", "Judgments a pair"]
    assert ">Reason</label>" not in page, "two fields of one name on one page"


def test_f10_the_overlap_is_changed_with_a_reason(
    client: FlaskClient, slug: str, database: Database
) -> None:
    page, action = client.get(f"/operations/{slug}"), f"/operations/{slug}/overlap"

    refused = client.post(action, data=fill(page, action, overlap="x", reason="Because."))
    changed = client.post(action, data=fill(page, action, overlap="3", reason="Because."))

    assert (refused.status_code, changed.status_code) == (422, 303)
    assert form_of(refused, action).values["overlap"] == ["x"]
    assert row(database, slug).overlap == 3
    assert acts(database) == [("project.overlap", True)]


def test_f10_a_claim_is_taken_back_with_a_reason(
    client: FlaskClient, slug: str, database: Database
) -> None:
    with database.transaction(write=False) as session:
        claim = session.exec(select(Assignment.id)).one()
    page, action = client.get(f"/operations/{slug}"), f"/operations/{slug}/claims/{claim}"

    refused = client.post(action, data=fill(page, action, reason=""))
    taken = client.post(action, data=fill(page, action, reason="Because."))

    assert (refused.status_code, taken.status_code) == (422, 303)
    with database.transaction(write=False) as session:
        assert max(session.exec(select(Pair.n_taken)).all()) == 0
    assert acts(database) == [("project.take_back", True)]
    assert "Nobody holds a comparison" in client.get(f"/operations/{slug}").text


def test_an_idle_house_says_so(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, {Role.ADMIN})

    assert "No project is open or paused." in client.get("/operations").text


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.ANNOTATOR, Role.AUDITOR])
def test_others_do_not_run_projects_here(
    client: FlaskClient, slug: str, sign_in: SignIn, role: Role
) -> None:
    sign_in(client, {role})

    assert client.get(f"/operations/{slug}").status_code == 403


@pytest.mark.parametrize(
    ("stuck", "words"),
    [
        (Stuck(StuckReason.NO_EXPERTS, 2), "2 judgments are wanted, and no expert"),
        (Stuck(StuckReason.STANDS_STILL, 1), "nobody has judged for a week"),
        (Stuck(StuckReason.LAPSED_CLAIMS, 3), "The time of 3 claims ran out."),
        (
            Stuck(StuckReason.TOO_FEW_EXPERTS, 5, "law", Route("de")),
            "5 judgments are wanted of more experts than may judge: law, de.",
        ),
    ],
)
def test_each_reason_has_its_words(client: FlaskClient, stuck: Stuck, words: str) -> None:
    with client.application.test_request_context():
        assert words in stuck_words(stuck)
        assert hours(90) == "1.5\u00a0h"
