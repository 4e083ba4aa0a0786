from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.releasing.dossier.statements import Statement
from evalhub.db.models import AuditEvent, ProjectStatement
from evalhub.errors import Forbidden, NotFound, StaleForm
from evalhub.services.releasing.statements import (
    find_statement,
    list_statements,
    write_statement,
)
from tests.factories import make_person, make_project

ONE, OTHER = Statement(steward="The office."), Statement(steward="Another office.")


@pytest.fixture
def slug(session: Session) -> str:
    make_project(session, slug="noise")
    return make_project(session, slug="acute").slug


def write(
    slug: str, statement: Statement, *, over: int | None, session: Session, now: datetime
) -> int:
    return write_statement(
        slug, statement, over=over, session=session, actor=command_actor(), now=now
    ).number


def test_versions_are_appended_and_the_newest_is_in_force(
    session: Session, slug: str, now: datetime
) -> None:
    write(slug, ONE, over=0, session=session, now=now)
    write(slug, OTHER, over=1, session=session, now=now + timedelta(days=2))

    newest, first = list_statements(slug, session=session)
    assert (newest.number, newest.statement, newest.day) == (2, OTHER, "2026-11-23")
    assert (first.number, first.statement, first.author) == (1, ONE, "command line")
    assert list_statements("noise", session=session) == []
    found = session.exec(select(AuditEvent)).all()
    assert [(one.action, one.subject) for one in found] == [
        ("statement.write", "project:acute")
    ] * 2


def test_the_same_words_again_add_no_version(session: Session, slug: str, now: datetime) -> None:
    write(slug, ONE, over=0, session=session, now=now)

    assert write(slug, ONE, over=1, session=session, now=now) == 1
    assert len(session.exec(select(ProjectStatement)).all()) == 1


def test_words_written_over_an_older_version_are_refused(
    session: Session, slug: str, now: datetime
) -> None:
    write(slug, ONE, over=0, session=session, now=now)

    with pytest.raises(StaleForm, match=r"Version 1 .* you wrote over 0"):
        write(slug, OTHER, over=0, session=session, now=now)
    assert len(list_statements(slug, session=session)) == 1


def test_a_file_replaces_whatever_is_in_force(session: Session, slug: str, now: datetime) -> None:
    write(slug, ONE, over=0, session=session, now=now)

    assert write(slug, OTHER, over=None, session=session, now=now) == 2


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.LAB, Role.ANNOTATOR, Role.COORDINATOR])
def test_only_researchers_and_admins_write(
    session: Session, slug: str, now: datetime, role: Role
) -> None:
    person = make_person(session, role)
    actor = Actor(person.id, person.name, frozenset({role}))

    with pytest.raises(Forbidden):
        write_statement(slug, ONE, over=0, session=session, actor=actor, now=now)
    assert find_statement(1, session=session) is None


def test_an_unknown_project_is_named(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound, match="no project 'nothing'"):
        write("nothing", ONE, over=0, session=session, now=now)
