"""Keep what researchers say of a project's data: every version stays, the newest is in force."""

import json
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.canonical import canonical_json
from evalhub.core.people import Actor, Role
from evalhub.core.releasing.dossier.statements import (
    SignedStatement,
    Statement,
    statement_from_json,
    statement_to_json,
)
from evalhub.db.models import Project, ProjectStatement
from evalhub.errors import Forbidden, StaleForm
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.projects.finding import get_project

WRITERS = (Role.RESEARCHER, Role.ADMIN)


def list_statements(slug: str, *, session: Session) -> list[SignedStatement]:
    """Return every version of a project's statement, the newest first.

    Raise ``NotFound`` for an unknown project.
    """
    project = get_project(slug, session=session)
    return [_signed(row) for row in _rows(project.id, session=session)]


def find_statement(project_id: int, *, session: Session) -> SignedStatement | None:
    """Return the statement in force; None where nobody has written one."""
    rows = _rows(project_id, session=session)
    return _signed(rows[0]) if rows else None


def write_statement(
    slug: str,
    statement: Statement,
    *,
    over: int | None,
    session: Session,
    actor: Actor,
    now: datetime,
) -> SignedStatement:
    """Append a version of a project's statement and return the one in force.

    ``over`` is the number of the version that the author had before them, 0 if there was none,
    and None for a file, which replaces whatever is in force. The same texts again add nothing.
    Raise ``Forbidden`` for who may not write it and ``StaleForm`` where another version came
    between, which the author has not read.
    """
    if not actor.has(*WRITERS):
        raise Forbidden("Statements are written by researchers and admins.")
    project = get_project(slug, session=session)
    # Of two who write at once the second must see the first one's version.
    lock(f"statement:{project.slug}", session=session)
    current = find_statement(project.id, session=session)
    number = current.number if current else 0
    if over is not None and over != number:
        raise StaleForm(
            f"Version {number} of the statement was written meanwhile; you wrote over {over}."
        )
    if current is not None and current.statement == statement:
        return current
    return _append(project, statement, number + 1, session=session, actor=actor, now=now)


def _append(
    project: Project,
    statement: Statement,
    number: int,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> SignedStatement:
    row = ProjectStatement(
        project_id=project.id,
        number=number,
        document=canonical_json(statement_to_json(statement)),
        author_name=actor.name,
        written_at=now,
        written_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        "statement.write",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"number": number},
        now=now,
    )
    return _signed(row)


def _rows(project_id: int, *, session: Session) -> list[ProjectStatement]:
    query = (
        select(ProjectStatement)
        .where(ProjectStatement.project_id == project_id)
        .order_by(col(ProjectStatement.number).desc())
    )
    return list(session.exec(query))


def _signed(row: ProjectStatement) -> SignedStatement:
    statement = statement_from_json(
        json.loads(row.document), where=f"statement, version {row.number}"
    )
    return SignedStatement(
        row.number, row.author_name, row.written_at.date().isoformat(), statement
    )
