import pytest
from flask.testing import FlaskClient

from evalhub.api.scores import BoardsBody
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.release_project import make_tiny_project
from tests.web.conftest import Clock

URL = "/api/v1/projects/tiny/board"


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    with database.transaction() as session:
        make_tiny_project(session)
    return bearer(database, Role.RESEARCHER, Scope.PROJECTS_READ, now=clock())


def test_board_is_as_described(client: FlaskClient, key: dict[str, str]) -> None:
    response = client.get(URL, headers=key)

    body = BoardsBody.model_validate(response.json)
    assert body.project == "tiny"
    assert body.n_judgments == sum(board.n_judgments for board in body.boards)
    assert {row.model for board in body.boards for row in board.models} == {
        "alder-1",
        "birch-1",
        "cedar-1",
    }
    assert body.left_out.cannot_judge == 1
    assert response.json is not None
    assert set(response.json) == set(body.model_dump(by_alias=True))


@pytest.mark.parametrize("query", ["ties=davidson", "cluster=both", "position=off", "style=true"])
def test_options_change_the_board_and_are_named(
    client: FlaskClient, key: dict[str, str], query: str
) -> None:
    body = BoardsBody.model_validate(client.get(f"{URL}?{query}", headers=key).json)

    name, _, value = query.partition("=")
    assert str(getattr(body.options, name)).lower() == value


def test_an_unknown_option_is_refused(client: FlaskClient, key: dict[str, str]) -> None:
    assert client.get(f"{URL}?ties=nothing", headers=key).status_code == 422


def test_unknown_project_is_not_found(client: FlaskClient, key: dict[str, str]) -> None:
    response = client.get("/api/v1/projects/nothing/board", headers=key)

    assert response.status_code == 404


def test_a_key_with_the_scope_is_needed(
    client: FlaskClient, key: dict[str, str], database: Database, clock: Clock
) -> None:
    wrong = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())

    assert client.get(URL).status_code == 401
    assert client.get(URL, headers=wrong).status_code == 403
