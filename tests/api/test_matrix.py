import pytest
from flask.testing import FlaskClient

from evalhub.api.matrix import MatrixBody
from evalhub.core.people import Role, Scope
from evalhub.db.engine import Database
from tests.api.keys import bearer
from tests.release_project import make_tiny_project
from tests.services.scoring.pairs import make_islands
from tests.web.conftest import Clock

URL = "/api/v1/projects/tiny/matrix"


@pytest.fixture
def key(database: Database, clock: Clock) -> dict[str, str]:
    with database.transaction() as session:
        make_islands(session)
        make_tiny_project(session)
    return bearer(database, Role.RESEARCHER, Scope.PROJECTS_READ, now=clock())


def test_the_matrix_is_as_described_and_says_what_the_board_says(
    client: FlaskClient, key: dict[str, str]
) -> None:
    response = client.get(URL, headers=key)

    body = MatrixBody.model_validate(response.json)
    assert response.json is not None
    assert set(response.json) == set(body.model_dump(by_alias=True))
    board = client.get("/api/v1/projects/tiny/board", headers=key).json
    assert board is not None
    assert body.n_judgments == board["n_judgments"]
    (matrix,) = body.boards
    for row in board["boards"][0]["models"]:
        own = [cell for cell in matrix.cells if cell.model == row["model"]]
        assert sum(cell.wins for cell in own) == row["wins"]
        assert sum(cell.ties for cell in own) == row["ties"]
        assert sum(cell.n for cell in own) == row["n"]


def test_boards_that_nothing_links_stand_apart(client: FlaskClient, key: dict[str, str]) -> None:
    found = client.get("/api/v1/projects/islands/matrix", headers=key).json

    body = MatrixBody.model_validate(found)
    assert [len(board.cells) for board in body.boards] == [2, 2]
    assert body.left_out.cannot_judge == 0


def test_a_key_with_the_scope_is_needed(
    client: FlaskClient, key: dict[str, str], database: Database, clock: Clock
) -> None:
    wrong = bearer(database, Role.LAB, Scope.RELEASES_READ, now=clock())

    assert client.get(URL).status_code == 401
    assert client.get(URL, headers=wrong).status_code == 403


def test_unknown_project_is_not_found(client: FlaskClient, key: dict[str, str]) -> None:
    assert client.get("/api/v1/projects/nothing/matrix", headers=key).status_code == 404
