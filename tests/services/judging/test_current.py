"""The judgments in force are the newest revisions, in an order free of row ids."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgedResponse
from evalhub.db.models import Endpoint, Pair, Project, Prompt, Response
from evalhub.services.judging.current import current_judgments, judgments_on
from tests.factories import (
    make_assignment,
    make_endpoint,
    make_judgment,
    make_pair,
    make_person,
    make_project,
    make_prompt_set_version,
    make_response,
)


def a_pair(session: Session, first: str = "alpha", second: str = "beta") -> Pair:
    """Add a project with one pair; the endpoint named first answers first."""
    version = make_prompt_set_version(session)
    prompt = session.exec(select(Prompt).where(Prompt.prompt_set_version_id == version.id)).one()
    endpoints = [make_endpoint(session, slug=slug) for slug in (first, second)]
    project = make_project(session, *endpoints, prompts=version, overlap=5)
    return make_pair(
        session, project, *(make_response(session, prompt, endpoint) for endpoint in endpoints)
    )


def test_only_the_newest_revision_counts(session: Session) -> None:
    pair = a_pair(session)
    noise = a_pair(session, "gamma", "delta")
    person = make_person(session)
    make_judgment(session, noise, person)
    assignment = make_assignment(session, pair, person)
    make_judgment(session, pair, person, assignment=assignment, choice=Choice.A)
    make_judgment(session, pair, person, assignment=assignment, choice=Choice.B, revision=2)

    records = current_judgments(pair.project_id, session=session)

    assert [(record.choice, record.revision) for record in records] == [(Choice.B, 2)]


def test_the_orientation_follows_the_content_and_not_the_row_ids(session: Session) -> None:
    pair = a_pair(session, first="zeta", second="alpha")
    make_judgment(session, pair, make_person(session), choice=Choice.A, preference=-1)

    record = current_judgments(pair.project_id, session=session)[0]

    assert (record.x.endpoint, record.y.endpoint) == ("alpha", "zeta")
    assert record.is_swapped
    assert record.winner == record.y
    assert record.canonical_preference == 1


def test_judgments_without_an_assignment_all_count(session: Session) -> None:
    pair = a_pair(session)
    people = [make_person(session), make_person(session)]
    for person in people:
        make_judgment(session, pair, person)

    records = current_judgments(pair.project_id, session=session)

    assert [record.person_public_id for record in records] == sorted(
        person.public_id for person in people
    )


def test_a_project_without_judgments_has_none(session: Session) -> None:
    project: Project = make_project(session)

    assert current_judgments(project.id, session=session) == []


def test_a_record_carries_what_was_judged(session: Session) -> None:
    pair = a_pair(session)
    person = make_person(session)
    make_judgment(session, pair, person, choice=Choice.TIE, preference=0)

    record = current_judgments(pair.project_id, session=session)[0]

    assert record.prompt_key == "p0"
    assert record.x.model.startswith("model-")
    assert record.answer == {}
    assert record.person_public_id == person.public_id
    assert record.rubric_version == "1.0.0"


def judged_responses(session: Session) -> dict[int, JudgedResponse]:
    """Return every response there is, as whoever reads page by page knows them."""
    rows = session.exec(select(Response, Endpoint).join(Endpoint)).all()
    return {
        one.id: JudgedResponse(
            by.slug, by.revision, one.sample_index, by.model, one.sha256, one.status
        )
        for one, by in rows
    }


def test_reading_by_prompts_gives_what_reading_the_project_gives(session: Session) -> None:
    pair = a_pair(session, first="zeta", second="alpha")
    noise = a_pair(session, "gamma", "delta")
    first, second = make_person(session), make_person(session)
    make_judgment(session, noise, first)
    assignment = make_assignment(session, pair, first)
    make_judgment(session, pair, first, assignment=assignment, choice=Choice.A)
    make_judgment(session, pair, first, assignment=assignment, choice=Choice.TIE, revision=2)
    make_judgment(session, pair, second, choice=Choice.B, preference=2)

    records = judgments_on(
        [pair.prompt_id],
        project_id=pair.project_id,
        responses=judged_responses(session),
        session=session,
    )

    whole = current_judgments(pair.project_id, session=session)
    assert len(records) == 2
    assert sorted(records, key=lambda one: one.sort_key) == whole
    assert {id(record.x) for record in records} == {id(records[0].x)}


def test_prompts_without_judgments_have_none(session: Session) -> None:
    pair = a_pair(session)

    assert judgments_on([pair.prompt_id], project_id=1, responses={}, session=session) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_judgments_of_a_page_are_found_by_its_prompts(session: Session) -> None:
    pair = a_pair(session)
    make_judgment(session, pair, make_person(session))
    asked: list[tuple[str, Any]] = []
    connection = session.connection()

    def note(_connection: object, _cursor: object, text: str, values: Any, *_rest: object) -> None:  # noqa: ANN401 - as each driver has it
        asked.append((text, values))

    sa.event.listen(connection, "before_cursor_execute", note)
    judgments_on(
        [pair.prompt_id],
        project_id=pair.project_id,
        responses=judged_responses(session),
        session=session,
        purposes=tuple(Purpose),
    )
    sa.event.remove(connection, "before_cursor_execute", note)

    steps = [
        row[3]
        for text, values in asked
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
    ]
    assert [step for step in steps if "project_id=?" in step] == []
    assert any("judgment USING INDEX ix_judgment_pair_id" in step for step in steps)
