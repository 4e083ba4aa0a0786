"""The coordinator's console by key: what is stuck, and every act with its reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from evalhub.api.operations import ConsoleBody, OverviewsBody
from evalhub.core.operating.backlog import StuckReason
from evalhub.core.people import Role, Scope
from evalhub.core.qualifying.requirements import Requirement
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Prompt
from tests.api.keys import bearer
from tests.factories import make_assignment, make_requirement, route_prompt
from tests.services.assigning.conftest import make_campaign
from tests.web.conftest import Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
URL = "/api/v1/operations"
Send = Callable[..., TestResponse]


@pytest.fixture
def send(client: FlaskClient, database: Database, clock: Clock) -> Send:
    """Add a project with a claim in hand, and give the calls of a coordinator's key on it."""
    with database.transaction() as session:
        campaign = make_campaign(session, n_pairs=2)
        campaign.people[0].name = "Hanna Holder"
        claim = make_assignment(session, campaign.pairs[0], campaign.people[0])
        claim.leased_at, claim.expires_at = clock(), clock() + timedelta(hours=1)
        campaign.pairs[0].n_taken = 1
        prompt = session.get_one(Prompt, campaign.pairs[1].prompt_id)
        route_prompt(session, prompt, language="sw", jurisdiction="KE")
        make_requirement(session, campaign.project, Requirement(matches_language=True))
        slug = campaign.project.slug
    key = bearer(database, Role.COORDINATOR, Scope.OPERATIONS_WRITE, now=clock())

    def call(path: str = "", body: dict[str, object] | None = None) -> TestResponse:
        if body is None:
            return client.get(f"{URL}/{slug}{path}", headers=key)
        return client.post(f"{URL}/{slug}{path}", json=body, headers=key)

    return call


def console(response: TestResponse) -> ConsoleBody:
    assert response.status_code == 200, response.text
    return ConsoleBody.model_validate(response.json)


def test_f53_what_is_stuck_is_told_with_its_kind(
    send: Send, client: FlaskClient, database: Database, clock: Clock
) -> None:
    one = console(send())
    admin = bearer(database, Role.ADMIN, Scope.OPERATIONS_WRITE, now=clock())
    listed = client.get(URL, headers=admin)

    stuck = {found.reason: found for found in one.overview.stuck}
    assert stuck[StuckReason.NOBODY_QUALIFIED].n == 1
    route = stuck[StuckReason.NOBODY_QUALIFIED].route
    assert route is not None
    assert (route.language, route.jurisdiction) == ("sw", "KE")
    assert [claim.expert for claim in one.claims] == ["Hanna Holder"]
    assert len(one.weeks) == 8
    assert OverviewsBody.model_validate(listed.json).projects == [one.overview]


def test_f10_pause_overlap_and_take_back_are_kept_with_their_reason(
    send: Send, database: Database
) -> None:
    [claim] = console(send()).claims
    because = {"reason": "Because."}

    taken = console(send(f"/claims/{claim.id}/take-back", because))
    wider = console(send("/overlap", {"overlap": 3, **because}))
    paused = console(send("/status", {"status": "paused", **because}))
    again = console(send("/status", {"status": "open", **because}))

    assert taken.claims == []
    assert wider.overview.progress.n_places == 6
    assert [one.overview.status.value for one in (paused, again)] == ["paused", "open"]
    with database.transaction(write=False) as session:
        rows = session.exec(select(AuditEvent).where(AuditEvent.action.startswith("project.")))
        acts = [(row.action, "Because." in row.details, row.actor_id is not None) for row in rows]
    names = ("project.take_back", "project.overlap", "project.paused", "project.open")
    assert acts == [(name, True, True) for name in names]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/status", {"status": "paused", "reason": " "}, 422),
        ("/status", {"status": "closed", "reason": "Because."}, 422),
        ("/status", {"status": "open", "reason": "Because."}, 200),
        ("/overlap", {"overlap": 0, "reason": "Because."}, 422),
        ("/overlap", {"overlap": True, "reason": "Because."}, 422),
        ("/overlap", {"overlap": 3}, 422),
        ("/claims/999/take-back", {"reason": "Because."}, 404),
        ("/claims/0/take-back", {"reason": "Because."}, 422),
    ],
    ids=[
        "no reason",
        "close",
        "open already",
        "no overlap",
        "no whole number",
        "left out",
        "no claim",
        "no number",
    ],
)
def test_what_makes_no_sense_changes_nothing(
    send: Send, path: str, body: dict[str, object], status: int
) -> None:
    before = send().get_json()

    assert send(path, body).status_code == status
    assert send().get_json() == before


def test_a_rule_names_the_words_that_can_be_sent(send: Send) -> None:
    refused = send("/status", {"status": "closed", "reason": "Because."})

    [problem] = refused.get_json()["error"]["problems"]
    assert problem == {"where": "status", "rule": "Input should be 'open' or 'paused'"}
