"""One transaction a request: when it commits, when it does not, and what it may do."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import select

from evalhub.core.people import Role
from evalhub.db.engine import Database
from evalhub.db.models import Person
from evalhub.errors import Conflict
from evalhub.rim import state
from evalhub.services.transaction import Session
from tests.factories import make_person
from tests.web.conftest import Clock

View = Callable[[], ResponseReturnValue]


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Give an application that routes are added to, and so no other test's."""
    return own_app


def add_person() -> None:
    make_person(state.current_session(), Role.LAB)


def saved(database: Database) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(Person)).all())


def add_view(app: Flask, view: View, *methods: str) -> None:
    app.add_url_rule("/api/try", "try", view, methods=methods or ("POST",))


def test_what_a_request_changed_is_there_when_it_is_answered(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    def view() -> str:
        add_person()
        return "saved"

    add_view(app, view)

    response = client.post("/api/try")

    assert (response.text, saved(database)) == ("saved", 1)


@pytest.mark.parametrize("status", [400, 409, 422, 500])
def test_a_response_that_says_no_changes_nothing(
    app: Flask, client: FlaskClient, database: Database, status: int
) -> None:
    def view() -> tuple[str, int]:
        add_person()
        return "no", status

    add_view(app, view)

    assert client.post("/api/try").status_code == status
    assert saved(database) == 0


def test_an_error_changes_nothing(app: Flask, client: FlaskClient, database: Database) -> None:
    def view() -> str:
        add_person()
        raise Conflict("not now")

    add_view(app, view)

    assert client.post("/api/try").status_code == 409
    assert saved(database) == 0


def test_an_unexpected_error_changes_nothing_and_names_the_request(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    def view() -> str:
        add_person()
        raise ZeroDivisionError

    add_view(app, view)
    app.testing = False

    response = client.post("/api/try")

    assert response.status_code == 500
    assert "Nothing was changed" in response.get_json()["error"]["message"]
    assert saved(database) == 0


def test_a_failure_is_kept_once_it_is_committed_on_purpose(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    def view() -> tuple[str, int]:
        add_person()
        state.commit_now()
        state.only_read()
        return "counted", 422

    add_view(app, view)

    client.post("/api/try")

    assert saved(database) == 1


def test_what_was_committed_early_stands_whatever_follows(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    def view() -> str:
        state.commit_now()
        add_person()
        state.commit_now()
        add_person()
        raise Conflict("too late")

    add_view(app, view)

    assert client.post("/api/try").status_code == 409
    assert saved(database) == 1


def test_reading_requests_cannot_write(app: Flask, client: FlaskClient, database: Database) -> None:
    refused: list[DBAPIError] = []

    def view() -> tuple[str, int]:
        with pytest.raises(DBAPIError) as caught:
            add_person()
        refused.append(caught.value)
        return "refused", 400

    add_view(app, view, "GET")

    client.get("/api/try")

    assert len(refused) == 1
    assert saved(database) == 0


def test_a_commit_that_fails_is_not_answered_as_saved(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    class Broken(Session):
        """Stand for a session whose commit is lost."""

        def commit(self) -> None:
            """Fail as a lost connection does."""
            raise OperationalError("COMMIT", None, Exception("connection lost"))

    def view() -> str:
        database = state.runtime().database
        state.request_state().session = Broken(database.session(write=True).get_bind())
        add_person()
        return "saved"

    add_view(app, view)
    app.testing = False

    response = client.post("/api/try")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert saved(database) == 0


def test_the_session_is_the_same_throughout_a_request(app: Flask, client: FlaskClient) -> None:
    def view() -> str:
        assert state.current_session() is state.current_session()
        return "same"

    add_view(app, view, "GET")

    assert client.get("/api/try").text == "same"


def test_the_clock_stands_still_during_a_request(
    app: Flask, client: FlaskClient, clock: Clock
) -> None:
    seen: list[datetime] = []

    def view() -> str:
        seen.append(state.now())
        clock.advance(hours=1)
        seen.append(state.now())
        return "seen"

    add_view(app, view, "GET")

    client.get("/api/try")

    assert seen[0] == seen[1]


def test_state_begins_by_itself_outside_the_guard(app: Flask) -> None:
    with app.test_request_context("/"):
        first = state.request_state()

        assert state.request_state() is first
        assert g.evalhub is first
        assert state.current_settings() == state.runtime().settings
        state.abandon()


def test_the_present_is_in_utc() -> None:
    assert str(state.utc_now().tzinfo) == "UTC"


def test_after_only_read_nothing_uncommitted_stays_and_nothing_more_is_written(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    refused: list[DBAPIError] = []

    def view() -> str:
        add_person()
        state.commit_now()
        add_person()
        state.only_read()
        with pytest.raises(DBAPIError) as caught:
            add_person()
        refused.append(caught.value)
        state.current_session().rollback()
        return "read"

    add_view(app, view)

    assert client.post("/api/try").text == "read"
    assert (len(refused), saved(database)) == (1, 1)


def test_a_fault_after_a_commit_says_that_what_was_sent_is_stored(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    def view() -> str:
        add_person()
        state.commit_now()
        raise ZeroDivisionError

    add_view(app, view)
    app.testing = False

    response = client.post("/api/try")

    assert response.status_code == 500
    assert "is stored" in response.get_json()["error"]["message"]
    assert saved(database) == 1
