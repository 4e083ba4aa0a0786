"""Agreement, annotators and judges as JSON: every field described, nobody named."""

import pytest
from flask.testing import FlaskClient
from pydantic import BaseModel

from evalhub.api.agreement import ProjectAgreementBody
from evalhub.api.annotators import AnnotatorsBody
from evalhub.api.judges import JudgesBody
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.services.scoring.audited import SLUG, make_audited_project
from tests.web.conftest import Clock

BODIES: dict[str, type[BaseModel]] = {
    "agreement": ProjectAgreementBody,
    "annotators": AnnotatorsBody,
    "judges": JudgesBody,
}


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    with database.transaction() as session:
        make_audited_project(session)
    return bearer(database, Role.COORDINATOR, Scope.PROJECTS_READ, now=clock())


def url(name: str, slug: str = SLUG) -> str:
    return f"/api/v1/projects/{slug}/{name}"


@pytest.mark.parametrize("name", BODIES)
def test_every_field_is_as_described(client: FlaskClient, key: dict[str, str], name: str) -> None:
    response = client.get(url(name), headers=key)

    described = BODIES[name].model_validate(response.json).model_dump(by_alias=True)
    assert response.json == described


@pytest.mark.parametrize("name", BODIES)
def test_nobody_is_named(client: FlaskClient, key: dict[str, str], name: str) -> None:
    text = client.get(url(name), headers=key).text

    assert "Ann Expert" not in text
    assert "example.org" not in text


def test_a_key_with_the_scope_is_needed_and_a_project_too(
    client: FlaskClient, key: dict[str, str], database: Database, clock: Clock
) -> None:
    wrong = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())

    for name in BODIES:
        assert client.get(url(name)).status_code == 401
        assert client.get(url(name), headers=wrong).status_code == 403
        assert client.get(url(name, "nothing"), headers=key).status_code == 404


def test_the_document_of_the_api_describes_them(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").json

    assert described is not None
    for name in BODIES:
        assert "get" in described["paths"][f"/api/v1/projects/{{slug}}/{name}"]
