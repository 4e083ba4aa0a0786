"""Judgments are read by their prompts, and are those that reading the whole project gives."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.campaigns import Purpose
from evalhub.core.judging.answers import Choice
from evalhub.core.judging.records import JudgedResponse
from evalhub.db.models import Endpoint, Response
from evalhub.services.judging.current import current_judgments
from evalhub.services.judging.on_prompts import judgments_on
from tests.factories import make_assignment, make_judgment, make_person
from tests.services.judging.conftest import a_pair


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
