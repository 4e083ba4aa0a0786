"""The page of a build: what it is at, without scripts too, and how it is stopped or repeated."""

import threading

import pytest
from flask.testing import FlaskClient

from evalhub.config import Settings
from evalhub.core.people import Role
from evalhub.core.queued_work import WorkStatus
from evalhub.db.engine import Database
from evalhub.services.releasing.builds import BuildView
from evalhub.services.workers import beat
from tests.building import ask, look, run
from tests.release_project import make_tiny_project
from tests.web.conftest import SignIn
from tests.web.pages import fill

# What differs between the databases is tested with the services.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def asked(database: Database) -> BuildView:
    """Ask for a release of the tiny project."""
    with database.transaction() as session:
        make_tiny_project(session)
    return ask(database)


@pytest.fixture
def researcher(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, {Role.RESEARCHER})
    return client


def address(build: BuildView) -> str:
    return f"/release-builds/{build.public_id}"


def leave_halfway(database: Database, settings: Settings, build: BuildView) -> None:
    """Begin a build and stop at once, as a worker that ends."""
    stop = threading.Event()
    stop.set()
    run(database, settings, build, stop=stop)


def test_a_queued_build_says_that_nobody_works(researcher: FlaskClient, asked: BuildView) -> None:
    text = researcher.get(address(asked)).text

    assert "Waiting for a worker" in text
    assert "No worker is running. Start one with" in text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in text


def test_with_a_worker_there_is_nothing_to_do_but_wait(
    researcher: FlaskClient, asked: BuildView, database: Database
) -> None:
    with database.transaction() as session:
        beat("a-worker", session=session)

    assert "No worker is running" not in researcher.get(address(asked)).text


def test_a_finished_build_leads_to_its_release(
    researcher: FlaskClient, asked: BuildView, database: Database, settings: Settings
) -> None:
    run(database, settings, asked)

    page = researcher.get(address(asked)).text
    listed = researcher.get("/release-builds").text

    assert "Release tiny 1.0.0 is built." in page
    assert 'href="/releases/tiny/1.0.0"' in page
    assert "http-equiv" not in page
    assert f'href="{address(asked)}"' in listed
    assert '<a href="/releases/tiny/1.0.0">1.0.0</a>' in listed


def test_building_again_says_that_nothing_has_changed(
    researcher: FlaskClient, asked: BuildView, database: Database, settings: Settings
) -> None:
    run(database, settings, asked)
    again = ask(database)
    run(database, settings, again)

    assert "Nothing has changed since tiny 1.0.0" in researcher.get(address(again)).text


def test_the_figures_are_given_to_the_script(
    researcher: FlaskClient, asked: BuildView, database: Database, settings: Settings
) -> None:
    queued = researcher.get(f"{address(asked)}/progress.json").get_json()
    run(database, settings, asked)
    done = researcher.get(f"{address(asked)}/progress.json").get_json()

    assert queued == {"state": "queued indexing unattended", "n_done": 0, "n_wanted": 0}
    assert done["state"] == "done keeping over"


def test_cancelling_and_trying_again(
    researcher: FlaskClient, asked: BuildView, database: Database
) -> None:
    form = fill(researcher.get(address(asked)))

    cancelled = researcher.post(f"{address(asked)}/cancel", data=form, follow_redirects=True)
    retried = researcher.post(f"{address(asked)}/retry", data=form, follow_redirects=True)

    assert "Stopped by a person." in cancelled.text
    assert "Waiting for a worker" in retried.text
    assert look(database, asked).status is WorkStatus.QUEUED


def test_a_button_that_came_too_late_says_so(
    researcher: FlaskClient, asked: BuildView, database: Database, settings: Settings
) -> None:
    form = fill(researcher.get(address(asked)))
    run(database, settings, asked)

    for action in ("cancel", "retry"):
        refused = researcher.post(f"{address(asked)}/{action}", data=form)

        assert refused.status_code == 409
        assert "Nothing was changed." in refused.text


def test_a_build_that_was_left_can_be_taken_over(
    researcher: FlaskClient, asked: BuildView, database: Database, settings: Settings
) -> None:
    leave_halfway(database, settings, asked)

    text = researcher.get(address(asked)).text

    assert "Nobody works on it any more" in text
    assert f'action="{address(asked)}/retry"' in text


def test_a_build_that_failed_says_why(
    researcher: FlaskClient, asked: BuildView, database: Database, settings: Settings
) -> None:
    run(database, settings, asked)
    other = ask(database, version="1.2.0")
    run(database, settings, other)
    with database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE project SET title = 'Another'")
    failed = ask(database, version="1.2.0")
    run(database, settings, failed)

    text = researcher.get(address(failed)).text

    assert "Nothing was kept." in text
    assert "a version never changes" in text


def test_unknown_builds_and_other_roles_are_refused(
    client: FlaskClient, sign_in: SignIn, asked: BuildView
) -> None:
    sign_in(client, {Role.LAB})
    assert client.get(address(asked)).status_code == 403

    sign_in(client, {Role.ADMIN})
    assert client.get("/release-builds/nothing").status_code == 404
    assert "Nothing was built yet" not in client.get("/release-builds").text
