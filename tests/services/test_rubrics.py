"""Rubric versions are stored once, step by step, and never change while in use."""

import threading
import time
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.people import command_actor
from evalhub.core.projects import ProjectPlan
from evalhub.db.engine import Database
from evalhub.db.models import AuditEvent, Prompt, RubricVersion
from evalhub.errors import BadInput, Immutable, NotFound
from evalhub.services.projects.creating import create_project
from evalhub.services.rubrics import (
    StoredRubric,
    get_rubric,
    list_rubrics,
    list_versions,
    store_rubric,
)
from tests.core.rubrics.small import SMALL
from tests.factories import (
    make_endpoint,
    make_judgment,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
    make_rubric_version,
)

ACTOR = command_actor()
PLAN = ProjectPlan(
    slug="taken-up",
    title="Taken up",
    purpose="Trains a reward model for tests.",
    prompt_set="asked@1",
    rubric="small@1.0.0",
    endpoints=("alpha", "beta"),
)


def store(session: Session, text: str, now: datetime) -> StoredRubric:
    return store_rubric(text, where="small.yaml", session=session, actor=ACTOR, now=now)


def test_a_rubric_is_stored_with_its_hash(session: Session, now: datetime) -> None:
    stored = store(session, SMALL, now)

    assert stored.is_new
    assert get_rubric("small", "1.0.0", session=session) == stored.view
    assert (stored.view.n_judgments, stored.view.is_used) == (0, False)
    assert session.exec(select(AuditEvent.subject)).one() == "rubric:small@1.0.0"


def test_the_same_text_again_changes_nothing(session: Session, now: datetime) -> None:
    store(session, SMALL, now)

    again = store(session, SMALL + "# a comment\n", now)

    assert not again.is_new
    assert len(session.exec(select(AuditEvent)).all()) == 1


def test_a_version_that_nobody_used_can_be_corrected(session: Session, now: datetime) -> None:
    store(session, SMALL, now)

    mended = store(session, SMALL.replace("Small rubric", "Mended rubric"), now)

    assert mended.is_new
    assert session.exec(select(RubricVersion.title)).all() == ["Mended rubric"]


def test_a_version_in_use_never_changes(session: Session, now: datetime) -> None:
    store(session, SMALL, now)
    make_project(session, rubric=session.exec(select(RubricVersion)).one())

    with pytest.raises(Immutable, match=r"small 1\.0\.0 is in use \(judgments: 0, projects: 1\)"):
        store(session, SMALL.replace("Small rubric", "Mended rubric"), now)

    assert get_rubric("small", "1.0.0", session=session).rubric.title == "Small rubric"


def test_a_step_too_small_for_what_differs_is_refused(session: Session, now: datetime) -> None:
    store(session, SMALL, now)
    changed = SMALL.replace("version: 1.0.0", "version: 1.0.1").replace(
        "severity: minor", "severity: major"
    )

    with pytest.raises(BadInput, match=r"small.yaml, field 'version': .* patch step, but"):
        store(session, changed, now)


def test_a_version_put_between_two_must_not_hide_a_change_of_meaning(
    session: Session, now: datetime
) -> None:
    store(session, SMALL, now)
    store(session, SMALL.replace("version: 1.0.0", "version: 1.1.0"), now)
    between = SMALL.replace("version: 1.0.0", "version: 1.0.1")
    store(session, between.replace("Small rubric", "Rubric in other words"), now)
    changed = SMALL.replace("severity: minor", "severity: major")

    with pytest.raises(BadInput, match=r"from 1\.0\.0 to 1\.0\.1 is a patch step"):
        store(session, changed, now)

    assert list_versions("small", session=session) == ("1.1.0", "1.0.1", "1.0.0")
    assert get_rubric("small", "1.0.0", session=session).rubric.title == "Small rubric"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_version_that_a_project_takes_up_meanwhile_is_not_corrected(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        store(session, SMALL, now)
        make_prompt_set_version(session, slug="asked")
        for slug in ("alpha", "beta"):
            make_endpoint(session, slug=slug)
    refused = []

    def correct() -> None:
        with database.transaction() as session:
            try:
                store(session, SMALL.replace("Small rubric", "Mended rubric"), now)
            except Immutable as error:
                refused.append(error)

    with database.transaction() as session:
        create_project(PLAN, session=session, actor=ACTOR, now=now)
        correcting = threading.Thread(target=correct)
        correcting.start()
        wait_for_a_waiting_lock(database)
    correcting.join()

    assert len(refused) == 1


def wait_for_a_waiting_lock(database: Database) -> None:
    """Return once some transaction waits for another."""
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(1_000):
        with database.transaction(write=False) as session:
            if session.connection().execute(waiting).scalar_one():
                return
        time.sleep(0.005)
    raise AssertionError("Nobody waits.")


def test_versions_come_in_order_of_their_numbers(session: Session, now: datetime) -> None:
    make_rubric_version(session, rubric_id="another")
    for number in ("1.0.0", "1.0.2", "1.0.10"):
        store(session, SMALL.replace("version: 1.0.0", f"version: {number}"), now)

    first, second = list_rubrics(session=session)

    assert (first.id, second.id) == ("another", "small")
    assert second.versions == ("1.0.10", "1.0.2", "1.0.0")
    assert (second.status, second.n_judgments) == ("draft", 0)
    assert list_versions("small", session=session) == second.versions


def test_what_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match=r"no rubric 'small' in version '1\.0\.0'"):
        get_rubric("small", "1.0.0", session=session)
    with pytest.raises(NotFound, match="no rubric 'small'"):
        list_versions("small", session=session)


def test_a_broken_rubric_is_refused_with_its_line(session: Session, now: datetime) -> None:
    with pytest.raises(BadInput, match=r"small\.yaml line"):
        store(session, SMALL.replace("blind: true", "blind: Yes"), now)
    assert session.exec(select(RubricVersion)).all() == []


def test_a_version_that_judgments_rest_on_never_changes(session: Session, now: datetime) -> None:
    store(session, SMALL, now)
    project = make_project(session, rubric=session.exec(select(RubricVersion)).one())
    prompt = session.exec(select(Prompt)).one()
    first, second = (make_response(session, prompt, make_endpoint(session)) for _ in range(2))
    make_judgment(session, make_pair(session, project, first, second), make_person(session))

    with pytest.raises(Immutable, match=r"in use \(judgments: 1, projects: 1\)"):
        store(session, SMALL.replace("Small rubric", "Mended rubric"), now)

    assert list_rubrics(session=session)[0].n_judgments == 1
