"""Read the log of a project's judgments piece by piece, for what is kept between requests.

PostgreSQL gives out ids before it commits, so a row with a lower id can appear after one with a
higher id was read. Reading on from the last id would lose it for ever. So the rows that were made
within ``HORIZON`` of the newest are looked at again each time, and so are rows with a higher id
whatever their time, because a clock may have been set back and a demo makes up its times.
Imported rows carry the times of the file they came from; an import is one transaction, so it is
known by its own row and read as a whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin, Purpose
from evalhub.core.judging.outcomes import score_of
from evalhub.core.people import Origin
from evalhub.db import tables as t
from evalhub.db.chunks import chunks
from evalhub.services.judging.joined import is_in_force, join_sides

HORIZON = timedelta(minutes=10)
"""How long a transaction that stores a judgment may be open; a request ends long before."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Hold what scoring reads of one judgment, as shown: the left side is A.

    ``left`` and ``right`` are ids of endpoints; ``score`` is that of the left, None where the
    annotator could not judge.
    """

    id: int
    assignment_id: int | None
    revision: int
    prompt_key: str
    person_id: int
    left: int
    right: int
    score: float | None
    is_by_person: bool
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class Sighting:
    """Hold what tells a row from another under the same id: a restored database reuses ids."""

    public_id: str
    created_at: datetime


def entries_in_force(project_id: int, *, session: Session) -> Iterator[LogEntry]:
    """Yield the judgments of a project that are in force."""
    return _entries(is_in_force(), project_id, session=session)


def entries_by_id(ids: Iterable[int], project_id: int, *, session: Session) -> list[LogEntry]:
    """Return the judgments with these ids, in force or not."""
    return _in_chunks(t.judgment.c.id, ids, project_id, session=session)


def entries_of_assignments(
    ids: Iterable[int], project_id: int, *, session: Session
) -> list[LogEntry]:
    """Return every revision of the judgments of these assignments."""
    return _in_chunks(t.judgment.c.assignment_id, ids, project_id, session=session)


def entries_of_imports(ids: Iterable[int], project_id: int, *, session: Session) -> list[LogEntry]:
    """Return the judgments that these imports brought."""
    return _in_chunks(t.judgment.c.import_id, ids, project_id, session=session)


def sightings(
    project_id: int, *, since: datetime | None, after: int, session: Session
) -> dict[int, Sighting]:
    """Return the rows made from ``since`` on, and those with an id above ``after``, by id.

    Imported rows are left out. Without ``since`` only the newest row and those within the horizon
    of it are returned.
    """
    if since is None:
        newest = sa.select(sa.func.max(t.judgment.c.created_at)).where(*_own(project_id))
        found = session.connection().execute(newest).scalar()
        if found is None:
            return {}
        since = found - HORIZON
    parts = (t.judgment.c.created_at >= since, t.judgment.c.id > after)
    # Two conditions joined by OR would keep a database from using the index of either.
    statement = sa.union(
        *(
            sa.select(t.judgment.c.id, t.judgment.c.public_id, t.judgment.c.created_at).where(
                *_own(project_id), part
            )
            for part in parts
        )
    )
    rows = session.connection().execute(statement)
    return {row.id: Sighting(row.public_id, row.created_at) for row in rows}


def newest_id(project_id: int, *, session: Session) -> int:
    """Return the highest id of a judgment of the project that was not imported; 0 without one."""
    statement = sa.select(sa.func.max(t.judgment.c.id)).where(*_own(project_id))
    return session.connection().execute(statement).scalar() or 0


def imports_of(project_id: int, *, session: Session) -> dict[int, str]:
    """Return the hash of each file that was imported into the project, by the import's id."""
    table = t.judgment_import
    statement = sa.select(table.c.id, table.c.sha256).where(table.c.project_id == project_id)
    return {row.id: row.sha256 for row in session.connection().execute(statement)}


def _own(project_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    # What checks quality is no entry of the log: a board would wait for nothing by it.
    return (
        t.judgment.c.project_id == project_id,
        t.judgment.c.import_id.is_(None),
        t.judgment.c.purpose == Purpose.WORK,
    )


def _in_chunks(
    column: "sa.ColumnElement[Any]", ids: Iterable[int], project_id: int, *, session: Session
) -> list[LogEntry]:
    found: list[LogEntry] = []
    for chunk in chunks(ids):
        found.extend(_entries(column.in_(chunk), project_id, session=session))
    return found


def _entries(
    condition: sa.ColumnElement[bool], project_id: int, *, session: Session
) -> Iterator[LogEntry]:
    source, sides = join_sides(
        t.judgment.join(t.pair, t.pair.c.id == t.judgment.c.pair_id)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .join(t.person, t.person.c.id == t.judgment.c.person_id)
    )
    columns = [
        *(t.judgment.c[name] for name in _COLUMNS),
        t.prompt.c.key.label("prompt_key"),
        t.person.c.origin.label("person_origin"),
        *(endpoint.c.id.label(f"{side}_endpoint_id") for side, (_, endpoint) in sides.items()),
    ]
    statement = sa.select(*columns).select_from(source)
    statement = statement.where(t.judgment.c.project_id == project_id, condition)
    for row in session.connection().execute(statement):
        x, y = row.x_endpoint_id, row.y_endpoint_id
        yield LogEntry(
            id=row.id,
            assignment_id=row.assignment_id,
            revision=row.revision,
            prompt_key=row.prompt_key,
            person_id=row.person_id,
            left=y if row.is_swapped else x,
            right=x if row.is_swapped else y,
            score=score_of(row.choice),
            is_by_person=row.annotator_kind is AnnotatorKind.HUMAN,
            is_simulated=row.origin is JudgmentOrigin.SIMULATED
            or row.person_origin is Origin.SIMULATED,
        )


_COLUMNS = (
    "id",
    "assignment_id",
    "revision",
    "person_id",
    "is_swapped",
    "choice",
    "annotator_kind",
    "origin",
)
