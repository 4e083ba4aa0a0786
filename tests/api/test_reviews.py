import pytest
from flask.testing import FlaskClient

from evalhub.api.reviews import CasesBody
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.services.reviewing.scene import make_scene
from tests.web.conftest import Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def url(database: Database, clock: Clock) -> str:
    with database.transaction() as session:
        scene = make_scene(session, clock.moment)
        scene.decide(scene.disagree(), verdict="split", reason="both_defensible")
        clock.moment = scene.now
        return f"/api/v1/projects/{scene.project.slug}/reviews"


def test_cases_are_as_described(
    client: FlaskClient, url: str, database: Database, clock: Clock
) -> None:
    key = bearer(database, Role.RESEARCHER, Scope.PROJECTS_READ, now=clock())

    response = client.get(url, headers=key)

    body = CasesBody.model_validate(response.json)
    [case] = body.cases
    assert (case.kind, case.trigger, case.state) == ("adjudication", "sign_conflict", "settled")
    assert [(one.step, one.expert, one.verdict) for one in case.steps] == [
        ("decided", None, "split")
    ]
    assert "Rita" not in response.text
    assert '"cases":[]' in client.get(f"{url}?page=2", headers=key).text
    assert client.get(f"{url}?page=0", headers=key).status_code == 422


def test_a_key_with_the_scope_is_needed(
    client: FlaskClient, url: str, database: Database, clock: Clock
) -> None:
    wrong = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())

    assert client.get(url).status_code == 401
    assert client.get(url, headers=wrong).status_code == 403
