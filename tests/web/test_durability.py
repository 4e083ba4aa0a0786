"""A page that answers a form shows only what is committed, and holds nobody up meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest
import sqlalchemy as sa
from flask import Flask, before_render_template
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.people import Role
from evalhub.db.engine import WRITE, Database
from evalhub.db.models import Assignment, Draft, Judgment, Project, ProjectRequirement
from tests.factories import MOMENT
from tests.web.conftest import SignIn
from tests.web.desk import Desk, answers, make_desk, partly
from tests.writing import listening


@pytest.fixture
def desk(client: FlaskClient, database: Database, sign_in: SignIn) -> Desk:
    return make_desk(client, database, sign_in(client, {Role.ANNOTATOR}))


@contextmanager
def while_rendering(app: Flask, database: Database) -> Iterator[list[tuple[int, int, int]]]:
    """Collect what another writer finds stored at the moment each page is rendered.

    On SQLite this raises when the request still holds the one writer's place.
    """
    seen: list[tuple[int, int, int]] = []

    def look(*_args: object, **_context: object) -> None:
        with database.transaction() as session:
            kinds = (Assignment, Judgment, Draft)
            n_stored = [len(session.exec(select(kind)).all()) for kind in kinds]
        seen.append((n_stored[0], n_stored[1], n_stored[2]))

    with before_render_template.connected_to(look, app):
        yield seen


def test_the_page_of_a_refused_form_shows_a_draft_that_is_committed(app: Flask, desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)

    with while_rendering(app, desk.database) as seen:
        page = desk.post(address, [*hidden, *partly(overall="3")])

    assert seen
    assert all(found == (1, 0, 1) for found in seen)
    assert "Draft saved" in page.text


def test_a_refused_form_that_is_not_kept_says_so(app: Flask, desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)

    with while_rendering(app, desk.database) as seen:
        page = desk.post(address, [*hidden, *partly(why__text="x" * 250_000)])

    assert {found[2] for found in seen} == {0}
    assert "Not saved" in page.text
    assert "Draft saved" not in page.text


def test_the_page_of_a_conflict_holds_no_writer(app: Flask, desk: Desk) -> None:
    address = desk.open()
    hidden = desk.hidden(address)
    desk.post(address, [*hidden, *answers()])

    with while_rendering(app, desk.database) as seen:
        page = desk.post(address, [*hidden, *answers(overall="3")])

    assert page.status_code == 409
    assert {found[1:] for found in seen} == {(1, 0)}


def test_the_list_that_asks_for_the_terms_holds_no_writer(app: Flask, desk: Desk) -> None:
    desk.change_project(terms="You own what you write.")
    desk.client.get("/account")

    with while_rendering(app, desk.database) as seen:
        assert desk.claim().status_code == 422

    assert {found[0] for found in seen} == {0}


@pytest.mark.parametrize("action", ["save", "submit", "skip"])
def test_nothing_is_said_to_be_done_when_the_commit_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    address = desk.open()
    hidden = desk.hidden(address)

    def refuse(_session: Session) -> NoReturn:
        raise OperationalError("COMMIT", {}, Exception("the disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr(Session, "commit", refuse)
        page = desk.post(address, [*hidden, *answers()], action=action)
    later = desk.client.get("/work")

    assert page.status_code == 503
    for words in ("Draft saved", "is stored", "Given back"):
        assert words not in page.text + later.text


@pytest.mark.parametrize(
    ("database_url", "n_commits"),
    [("sqlite", 1), ("postgresql", 2)],
    indirect=["database_url"],
    ids=["one writer", "several"],
)
def test_a_submission_waits_for_the_disk_as_rarely_as_it_may(desk: Desk, n_commits: int) -> None:
    """SQLite stores the judgment and the next lease at once; on PostgreSQL tabs could deadlock."""
    written: list[str] = []
    address = desk.open()
    fields = [*desk.hidden(address), *answers()]

    def note(connection: sa.Connection) -> None:
        if connection.get_execution_options().get(WRITE):
            written.append("commit")

    with listening(desk.database, "commit", note):
        response = desk.post(address, fields)

    assert (response.status_code, len(desk.judgments()), len(desk.assignments())) == (303, 1, 2)
    assert len(written) == n_commits


def test_a_defect_in_what_comes_next_keeps_no_judgment_from_being_stored(
    app: Flask, desk: Desk
) -> None:
    address = desk.open()
    fields = [*desk.hidden(address), *answers()]
    with desk.database.transaction() as session:
        project = session.exec(select(Project).where(Project.slug == desk.slug)).one()
        # Of a later version of EvalHub: no claim can be decided on by this one.
        session.add(
            ProjectRequirement(project_id=project.id, number=1, document="[", written_at=MOMENT)
        )
    app.config["PROPAGATE_EXCEPTIONS"] = False

    response = desk.post(address, fields)

    assert response.status_code == 500
    assert len(desk.judgments()) == 1
    assert [one.status for one in desk.assignments()] == [AssignmentStatus.SUBMITTED]
