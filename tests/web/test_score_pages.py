"""Agreement, experts and judges as pages: readers see them, outsiders do not, numbers are whole."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from evalhub.core.campaigns import AnnotatorKind
from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Endpoint, Prompt, Response
from evalhub.web.annotators import PAGE_SIZE
from tests.factories import (
    make_endpoint,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)
from tests.release_project import A, B, Verdict, add_verdict, make_tiny_project
from tests.services.scoring.audited import SLUG, make_audited_project
from tests.services.scoring.pairs import make_islands, make_two_model_pair
from tests.web.conftest import SignIn

# Pages say the same over both databases; what differs between them is tested in the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGES = ("agreement", "annotators", "judges")
READERS = [Role.ADMIN, Role.RESEARCHER, Role.COORDINATOR, Role.REVIEWER, Role.AUDITOR]


def page_of(client: FlaskClient, page: str, slug: str = SLUG) -> str:
    response = client.get(f"/projects/{slug}/scores/{page}")
    assert response.status_code == 200
    return response.text


@pytest.fixture
def audited(database: Database) -> None:
    with database.transaction() as session:
        make_audited_project(session)


@pytest.fixture
def reader(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, {Role.RESEARCHER})
    return client


def test_agreement_names_statistic_tie_rule_interval_and_n(
    reader: FlaskClient, audited: None
) -> None:
    text = page_of(reader, "agreement")

    assert text.count("Krippendorff&#39;s alpha, ordinal") >= 3
    assert "a tie is a third answer" in text
    assert "ties are left out" in text
    assert '<svg class="interval"' in text
    assert "95\u00a0% percentile interval of 2,000 resamples of pairs" in text
    assert "Correct<small>rated</small>" in text
    assert "<li>Percent agreement: No pair was judged by two annotators.</li>" in text
    assert "Method: Dawid-Skene" in text


def test_experts_stand_by_id_with_n_and_interval(reader: FlaskClient, audited: None) -> None:
    text = page_of(reader, "annotators")

    assert "Nobody is ranked" in text
    assert "n = 12" in text
    assert "Wilson 95&nbsp;% intervals" in text
    assert "<dt>Active time</dt><dd>none: No judgment was timed.</dd>" in text
    assert "Ann Expert" not in text


def test_a_coordinator_reads_the_names(client: FlaskClient, sign_in: SignIn, audited: None) -> None:
    sign_in(client, {Role.COORDINATOR})

    assert "Ann Expert" in page_of(client, "annotators")


def test_the_weighed_fit_is_beside_the_board_and_says_so(
    reader: FlaskClient, audited: None
) -> None:
    text = page_of(reader, "annotators")

    assert "What weighing experts would change" in text
    assert "The board does not use it." in text
    assert "Crowd-BT, ties left out" in text


def test_a_long_list_of_experts_has_pages(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        project, pair = make_two_model_pair(session)
        for _ in range(PAGE_SIZE + 1):
            add_verdict(session, pair, make_person(session), Verdict(0, A))
        slug = project.slug

    first, second = (page_of(reader, f"annotators?page={n}", slug) for n in (1, 2))

    assert "Page 1 of 2" in first
    assert first.count('<th scope="row"><code>') == PAGE_SIZE
    assert second.count('<th scope="row"><code>') == 1


def test_judges_stand_beside_experts_with_flips_and_length(
    reader: FlaskClient, audited: None
) -> None:
    text = page_of(reader, "judges")

    assert "gpt-4 (pilot)" in text
    assert "Expert with expert" in text
    assert "Verdict changes with the order</dt><dd><b>100.0\u00a0%</b>" in text
    assert "More than twice as long" in text
    assert "never in a board or a release" in text


@pytest.mark.parametrize("page", PAGES)
def test_pages_carry_the_tabs_and_mark_their_own(
    reader: FlaskClient, audited: None, page: str
) -> None:
    text = page_of(reader, page)

    assert f'<a href="/projects/{SLUG}/scores/{page}" aria-current="page">' in text
    assert text.count('aria-current="page"') == 2  # the tab, and the part in the head
    assert f'<a href="/projects/{SLUG}/scores">Board</a>' in text


def test_the_board_carries_the_tabs_too(reader: FlaskClient, audited: None) -> None:
    text = reader.get(f"/projects/{SLUG}/scores").text

    assert f'<a href="/projects/{SLUG}/scores" aria-current="page">Board</a>' in text
    assert all(f"/scores/{page}" in text for page in PAGES)


def test_pages_have_no_inline_style_or_script(reader: FlaskClient, audited: None) -> None:
    for page in PAGES:
        text = page_of(reader, page)

        assert "style=" not in text
        assert "<script>" not in text


@pytest.mark.parametrize("role", READERS)
def test_readers_of_scores_read_them(
    client: FlaskClient, sign_in: SignIn, audited: None, role: Role
) -> None:
    sign_in(client, {role})

    statuses = [client.get(f"/projects/{SLUG}/scores/{page}").status_code for page in PAGES]

    assert statuses == [200, 200, 200]


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.LAB])
def test_others_learn_nothing_of_anybody(
    client: FlaskClient, sign_in: SignIn, audited: None, role: Role
) -> None:
    sign_in(client, {role})

    for page in PAGES:
        response = client.get(f"/projects/{SLUG}/scores/{page}")
        assert response.status_code == 403
        assert "alder" not in response.text


def test_strangers_are_sent_to_sign_in_and_unknown_projects_are_not_found(
    reader: FlaskClient, app: Flask
) -> None:
    for page in PAGES:
        assert reader.get(f"/projects/nothing/scores/{page}").status_code == 404
        assert app.test_client().get(f"/projects/{SLUG}/scores/{page}").status_code == 303


def test_projects_without_judgments_have_empty_pages(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        slug = make_project(session, make_endpoint(session)).slug

    for page in PAGES:
        assert 'class="empty"' in page_of(reader, page, slug)


@pytest.mark.parametrize(("is_simulated", "n"), [(True, 1), (False, 0)])
def test_simulated_data_say_so(
    reader: FlaskClient, database: Database, *, is_simulated: bool, n: int
) -> None:
    with database.transaction() as session:
        make_tiny_project(session, is_simulated=is_simulated)

    for page in PAGES:
        assert page_of(reader, page, "tiny").count("<b>Simulated.</b>") == n


def test_what_people_and_models_are_called_is_text_and_never_markup(
    client: FlaskClient, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        project, pair = make_two_model_pair(session)
        for side in (pair.response_x_id, pair.response_y_id):
            response = session.get_one(Response, side)
            session.get_one(Endpoint, response.endpoint_id).model = f"<i>model {side}</i>"
        for kind in (AnnotatorKind.HUMAN, AnnotatorKind.MODEL):
            person = make_person(session, name="<script>alert(1)</script>")
            add_verdict(session, pair, person, Verdict(0, A, kind=kind))
        slug = project.slug
    sign_in(client, {Role.ADMIN})

    for page in PAGES:
        text = page_of(client, page, slug)
        assert "<script>alert" not in text
        assert "<i>model" not in text


def test_models_that_nothing_links_are_told_apart_beside_the_board(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        make_islands(session)

    text = page_of(reader, "annotators", "islands")

    assert '<th scope="col" class="n">Board</th>' in text


def test_pairs_worth_a_second_look_lead_to_their_judgments(
    reader: FlaskClient, database: Database
) -> None:
    """Two contrary annotators are alone on the last pair, where their word turns round."""
    with database.transaction() as session:
        _make_contrary(session)

    text = page_of(reader, "agreement", "contrary")

    assert "On 1 pair it is not what most said" in text
    assert '<a href="/projects/contrary/judgments?prompt=p20"><code>p20</code></a>' in text


def _make_contrary(session: Session) -> None:
    version = make_prompt_set_version(session, *(f"Question {n}?" for n in range(21)))
    endpoints = [make_endpoint(session, model=model) for model in ("alder", "birch")]
    project = make_project(session, *endpoints, prompts=version, slug="contrary", overlap=9)
    people = [make_person(session) for _ in range(5)]
    query = select(Prompt).where(Prompt.prompt_set_version_id == version.id)
    for prompt in sorted(session.exec(query), key=lambda row: row.position):
        pair = make_pair(session, project, *(make_response(session, prompt, e) for e in endpoints))
        truth, contrary = (A, B) if prompt.position % 2 else (B, A)
        if prompt.position < 20:
            for person in people[:3]:
                add_verdict(session, pair, person, Verdict(0, truth))
        for person in people[3:]:
            add_verdict(session, pair, person, Verdict(0, contrary))
