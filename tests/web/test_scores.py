import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.core.scoring.existence.linking import LinkPurpose
from evalhub.db.engine import Database
from evalhub.db.models import Fit
from evalhub.web.scores import PURPOSES
from tests.factories import make_endpoint, make_person, make_project
from tests.release_project import A, Verdict, add_verdict, make_tiny_project
from tests.services.scoring.pairs import make_islands, make_two_model_pair
from tests.web.conftest import SignIn

READERS = [Role.ADMIN, Role.RESEARCHER, Role.COORDINATOR, Role.REVIEWER, Role.AUDITOR]


def page_of(client: FlaskClient, slug: str = "tiny") -> str:
    response = client.get(f"/projects/{slug}/scores")
    assert response.status_code == 200
    return response.text


@pytest.fixture
def reader(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, {Role.RESEARCHER})
    return client


@pytest.fixture
def tiny(database: Database) -> None:
    with database.transaction() as session:
        make_tiny_project(session)


def test_board_shows_plot_table_method_and_n(reader: FlaskClient, tiny: None) -> None:
    text = page_of(reader)

    assert '<svg class="plot"' in text
    assert "<title id=" in text
    assert "<desc id=" in text
    assert text.count('<th scope="row" class="wrap">') == 3
    assert "Method: Bradley-Terry, ties as half wins" in text
    assert "<dt>Could not judge</dt><dd>1</dd>" in text
    assert "Wilson 95\u00a0% interval" in text


def test_page_has_no_inline_style_or_script(reader: FlaskClient, tiny: None) -> None:
    text = page_of(reader)

    assert ' style="' not in text
    assert "<script>" not in text


def test_looking_stores_nothing(reader: FlaskClient, tiny: None, database: Database) -> None:
    page_of(reader)

    with database.transaction(write=False) as session:
        assert session.exec(select(Fit)).all() == []


@pytest.mark.parametrize("role", READERS)
def test_readers_see_the_board(
    client: FlaskClient, sign_in: SignIn, tiny: None, role: Role
) -> None:
    sign_in(client, {role})

    assert client.get("/projects/tiny/scores").status_code == 200


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.LAB])
def test_others_do_not_learn_model_names(
    client: FlaskClient, sign_in: SignIn, tiny: None, role: Role
) -> None:
    sign_in(client, {role})

    response = client.get("/projects/tiny/scores")

    assert response.status_code == 403
    assert "alder" not in response.text


def test_strangers_are_sent_to_sign_in(client: FlaskClient, tiny: None) -> None:
    assert client.get("/projects/tiny/scores").status_code == 303


def test_unknown_project_is_not_found(reader: FlaskClient) -> None:
    assert reader.get("/projects/nothing/scores").status_code == 404


@pytest.mark.parametrize(
    ("query", "method"),
    [
        ("?ties=davidson", "ties by Davidson"),
        ("?ties=rao-kupper", "Rao-Kupper with"),
        ("?position=adjust", "adjusted for position"),
    ],
)
def test_an_option_is_a_link_and_names_its_method(
    reader: FlaskClient, tiny: None, query: str, method: str
) -> None:
    assert f'href="/projects/tiny/scores{query}"' in page_of(reader)

    response = reader.get(f"/projects/tiny/scores{query}")

    assert response.status_code == 200
    assert method in response.text
    assert f'href="/projects/tiny/scores{query}" aria-current="true"' in response.text


def test_style_stands_beside_the_plain_score(reader: FlaskClient, tiny: None) -> None:
    text = reader.get("/projects/tiny/scores?style=held-equal").text

    assert '<th scope="col" class="n">Style equal</th>' in text
    assert "<dt>Style: length</dt>" in text
    assert "Style equal" not in page_of(reader)


def test_a_word_that_no_option_has_is_refused(reader: FlaskClient, tiny: None) -> None:
    response = reader.get("/projects/tiny/scores?ties=none")

    assert response.status_code == 422
    assert "is not one of half, rao-kupper, davidson" in response.text


def test_boards_are_handed_out_as_json_and_csv(reader: FlaskClient, tiny: None) -> None:
    found = reader.get("/projects/tiny/scores.json?ties=davidson")
    table = reader.get("/projects/tiny/scores.csv")

    assert found.json is not None
    assert found.json["options"]["ties"] == "davidson"
    assert found.headers["Content-Disposition"] == 'attachment; filename="tiny-scores.json"'
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.text.splitlines()[0].startswith("board,model,strength,elo,se,ci_low")
    assert len(table.text.splitlines()) == 4


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_downloads_are_for_readers_alone(
    client: FlaskClient, sign_in: SignIn, tiny: None, ending: str
) -> None:
    url = f"/projects/tiny/scores.{ending}"

    assert client.get(url).status_code == 303
    sign_in(client, {Role.ANNOTATOR})
    assert client.get(url).status_code == 403


@pytest.mark.parametrize(("is_simulated", "n"), [(True, 1), (False, 0)])
def test_simulated_data_say_so(
    reader: FlaskClient, database: Database, *, is_simulated: bool, n: int
) -> None:
    with database.transaction() as session:
        make_tiny_project(session, is_simulated=is_simulated)

    assert page_of(reader).count("<b>Simulated.</b>") == n


def test_project_without_judgments_has_an_empty_page(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        slug = make_project(session, make_endpoint(session, model="alder")).slug

    text = page_of(reader, slug)

    assert "There is no judgment to score yet." in text
    assert "<li>alder</li>" in text
    assert '<svg class="plot"' not in text
    assert "Build a release" not in text


def test_undefeated_model_is_flagged_without_an_interval(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        project, pair = make_two_model_pair(session)
        add_verdict(session, pair, make_person(session), Verdict(0, A))
        slug = project.slug

    text = page_of(reader, slug)

    assert "unbounded above" in text
    assert "unbounded below" in text
    assert "dot-open" in text
    assert 'class="whisker"' not in text
    assert "to bound the gap between them" in text


def test_models_that_nothing_links_get_boards_of_their_own(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        make_islands(session)

    text = page_of(reader, "islands")

    assert "Board 1 of 2: 2 models" in text
    assert "Board 2 of 2: 2 models" in text
    assert "strengths on different boards cannot be compared" in text
    assert "to put their boards on one scale" in text


def test_every_purpose_has_words() -> None:
    assert set(PURPOSES) == set(LinkPurpose)
