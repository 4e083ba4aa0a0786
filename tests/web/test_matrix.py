"""The win matrix as a page and as files: readers see it, outsiders do not, counts are whole."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from evalhub.core.judging.answers import Choice
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.web.matrix import MAX_DRAWN
from evalhub.web.scores import MAX_INLINE
from tests.factories import (
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)
from tests.release_project import Verdict, add_verdict, make_tiny_project
from tests.services.scoring.pairs import make_islands, make_two_model_pair, prompts_of
from tests.web.conftest import SignIn

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

READERS = [Role.ADMIN, Role.RESEARCHER, Role.COORDINATOR, Role.REVIEWER, Role.AUDITOR]
URL = "/projects/tiny/scores/matrix"


@pytest.fixture
def reader(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, {Role.RESEARCHER})
    return client


@pytest.fixture
def tiny(database: Database) -> None:
    with database.transaction() as session:
        make_two_model_pair(session)
        make_tiny_project(session)


def make_ring(session: Session, n_models: int) -> str:
    """Add a project in which each model lost to the next and tied once with it."""
    version = make_prompt_set_version(session)
    (prompt,) = prompts_of(version, session)
    endpoints = [make_endpoint(session, model=f"model-{n:03}") for n in range(n_models)]
    project = make_project(session, *endpoints, prompts=version, overlap=9)
    responses = [make_response(session, prompt, one, text=one.slug) for one in endpoints]
    people = [make_person(session) for _ in range(2)]
    for one, other in zip(responses, [*responses[1:], responses[0]], strict=True):
        pair = make_pair(session, project, one, other)
        for person, choice in zip(people, (Choice.B, Choice.TIE), strict=True):
            add_verdict(session, pair, person, Verdict(0, choice))
    return project.slug


def page_of(client: FlaskClient, url: str = URL) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.text


def row_of(text: str, model: str) -> list[str]:
    """Return the numbers of a line of the table of one model."""
    table = text.partition('class="data data-tight data-narrow record-table"')[2]
    line = table.partition(f">{model}</th>")[2].partition("</tr>")[0]
    return [cell.partition("</td>")[0] for cell in line.split('<td class="n">')[1:]]


def test_the_page_counts_wins_ties_and_losses_of_the_first_model(
    reader: FlaskClient, tiny: None
) -> None:
    text = page_of(reader)
    cells = list(csv.DictReader(io.StringIO(reader.get(f"{URL}.csv").text)))

    first = cells[0]
    assert f"<caption><b>{first['model']}</b> against 2 models" in text
    numbers = [first[name] for name in ("wins", "ties", "losses", "n")]
    share = f"<b>{float(first['share']) * 100:.0f}&nbsp;%</b>"
    low, high = (round(float(first[name]) * 100) for name in ("ci_low", "ci_high"))
    assert row_of(text, first["opponent"]) == [*numbers, share, f"{low} to {high}&nbsp;%"]
    assert text.count('class="self"') == 3


def test_another_model_can_be_chosen(reader: FlaskClient, tiny: None) -> None:
    text = page_of(reader, f"{URL}?model=cedar-1")

    assert "<option selected>cedar-1</option>" in text
    assert "<caption><b>cedar-1</b> against" in text
    assert row_of(text, "alder-1")
    assert not row_of(text, "cedar-1")


def test_a_model_that_is_on_no_board_is_named(reader: FlaskClient, tiny: None) -> None:
    response = reader.get(f"{URL}?model=<b>elm")

    assert response.status_code == 422
    assert "&lt;b&gt;elm&#39; stands on no board of this project" in response.text


def test_every_tab_leads_here_and_the_page_marks_its_own(reader: FlaskClient, tiny: None) -> None:
    assert f'<a href="{URL}" aria-current="page">Win matrix</a>' in page_of(reader)
    assert f'<a href="{URL}">Win matrix</a>' in page_of(reader, "/projects/tiny/scores")
    assert f'<a href="{URL}">Win matrix</a>' in page_of(reader, "/projects/tiny/scores/next")


def test_boards_that_nothing_links_have_matrices_of_their_own(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        make_islands(session)

    text = page_of(reader, "/projects/islands/scores/matrix?model=elm")

    assert "Board 1 of 2: 2 models" in text
    assert "Board 2 of 2: 2 models" in text
    assert '<optgroup label="Board 2">' in text
    assert row_of(text, "oak") == ["1", "0", "1", "2", "<b>50&nbsp;%</b>", "9 to 91&nbsp;%"]
    assert not row_of(text, "alder")


def test_a_larger_board_is_drawn_here_and_not_beside_its_scores(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        slug = make_ring(session, MAX_INLINE + 1)

    board, text = (page_of(reader, f"/projects/{slug}/scores{part}") for part in ("", "/matrix"))

    assert 'class="heat' not in board
    assert f'href="/projects/{slug}/scores/matrix"' in board
    assert 'class="heat heat-many"' in text
    assert text.count('class="self"') == MAX_INLINE + 1
    assert text.count('<abbr title="model-') == MAX_INLINE + 1


def test_a_board_too_large_to_draw_keeps_its_table_and_files(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        slug = make_ring(session, MAX_DRAWN + 1)

    text = page_of(reader, f"/projects/{slug}/scores/matrix?model=model-007")

    assert 'class="heat' not in text
    assert f"{MAX_DRAWN + 1} models are too many to draw." in text
    assert row_of(text, "model-008") == ["0", "1", "1", "2", "<b>25&nbsp;%</b>", "3 to 80&nbsp;%"]
    table = reader.get(f"/projects/{slug}/scores/matrix.csv").text
    assert len(table.splitlines()) == 1 + 2 * (MAX_DRAWN + 1)


def test_without_a_judgment_the_page_says_what_will_show_one(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        slug = make_two_model_pair(session)[0].slug

    text = page_of(reader, f"/projects/{slug}/scores/matrix")

    assert "There is no judgment to count yet." in text
    assert "<table" not in text


def test_files_are_handed_out_under_their_names(reader: FlaskClient, tiny: None) -> None:
    found, table = (reader.get(f"{URL}.{ending}") for ending in ("json", "csv"))

    assert found.json is not None
    assert found.json["schema"] == "evalhub.matrix/1"
    assert found.json["n_judgments"] == sum(one["n_judgments"] for one in found.json["boards"])
    assert found.headers["Content-Disposition"] == 'attachment; filename="tiny-matrix.json"'
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.headers["Content-Disposition"] == 'attachment; filename="tiny-matrix.csv"'


def test_simulated_judgments_are_marked(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        make_tiny_project(session, is_simulated=True)

    assert "20 simulated" in page_of(reader)
    found = reader.get(f"{URL}.json").json
    assert found is not None
    assert (found["simulated"], found["n_simulated"]) == (True, 20)
    rows = csv.DictReader(io.StringIO(reader.get(f"{URL}.csv").text))
    assert {row["simulated"] for row in rows} == {"true"}


@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
@pytest.mark.parametrize("role", READERS)
def test_readers_see_it(
    client: FlaskClient, sign_in: SignIn, tiny: None, role: Role, ending: str
) -> None:
    sign_in(client, {role})

    assert client.get(URL + ending).status_code == 200


@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.LAB])
def test_others_do_not_learn_model_names(
    client: FlaskClient, sign_in: SignIn, tiny: None, role: Role, ending: str
) -> None:
    sign_in(client, {role})

    response = client.get(URL + ending)

    assert response.status_code == 403
    assert "alder" not in response.text


def test_strangers_sign_in_first_and_unknown_projects_are_not_found(
    client: FlaskClient, sign_in: SignIn, tiny: None
) -> None:
    assert client.get(URL).status_code == 303
    sign_in(client, {Role.RESEARCHER})
    assert client.get("/projects/nothing/scores/matrix").status_code == 404
