import pytest
from flask.testing import FlaskClient

from evalhub.api.asking import AskNextBody
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.services.selecting.test_planning import season
from tests.services.selecting.tournaments import make_tournament
from tests.web.conftest import Clock


@pytest.fixture
def url(database: Database) -> str:
    with database.transaction() as session:
        tournament = make_tournament(session, n_models=4, n_prompts=5)
        season(tournament)
        tournament.plan()
        return f"/api/v1/projects/{tournament.project.slug}/next"


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    return bearer(database, Role.RESEARCHER, Scope.PROJECTS_READ, now=clock())


def test_what_is_asked_next_is_as_described(
    client: FlaskClient, key: dict[str, str], url: str
) -> None:
    response = client.get(url, headers=key)

    body = AskNextBody.model_validate(response.json)
    assert (body.mode, body.policy, body.floor) == ("rank", "rank", 0.3)
    assert (body.n_judgments, body.n_planned_from, body.n_parts) == (24, 24, 1)
    assert sum(pair.probability.rank for pair in body.pairs) == pytest.approx(1)
    assert len(body.foreseen.points) > 1
    assert body.foreseen.time is None
    assert body.foreseen.n_futures == 2_000
    assert body.foreseen.error is not None
    assert 0 < body.foreseen.error.winner < 0.03
    assert response.json is not None
    assert set(response.json) == set(body.model_dump())


def test_a_key_with_the_scope_is_needed(
    client: FlaskClient, url: str, database: Database, clock: Clock
) -> None:
    wrong = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())

    assert client.get(url).status_code == 401
    assert client.get(url, headers=wrong).status_code == 403


def test_an_unknown_project_is_not_found(client: FlaskClient, key: dict[str, str]) -> None:
    assert client.get("/api/v1/projects/nothing/next", headers=key).status_code == 404
