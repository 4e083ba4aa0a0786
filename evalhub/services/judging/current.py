"""Read a project's judgments in force, for scoring and releasing."""

from collections.abc import Collection, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeAlias

import orjson
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.db import tables as t
from evalhub.services.judging.joined import PAIR_SIDES, is_in_force, join_sides

_OF_JUDGMENT = (
    "public_id",
    "origin",
    "annotator_kind",
    "is_swapped",
    "choice",
    "preference",
    "answer",
    "why",
    "confidence",
    "created_at",
    "active_seconds",
    "revision",
    "credential_class",
)

# A row of so many columns has no narrower type in SQLAlchemy.
_Row: TypeAlias = sa.Row[*tuple[Any, ...]]


def current_judgments(project_id: int, *, session: Session) -> list[JudgmentRecord]:
    """Return the judgments of a project that are in force, ordered by their content.

    The one in force is the highest revision of its assignment; imported judgments have no
    revisions. Cannot-judge is included, as it is an answer. The order does not depend on
    row ids or on a database's collation, so SQLite and PostgreSQL agree.
    """
    rows = session.connection().execute(_statement(project_id))
    records = (_record(row, *(_response(row, side) for side in PAIR_SIDES)) for row in rows)
    return sorted(records, key=lambda record: record.sort_key)


def judgments_beside(person_id: int, *, since: datetime, session: Session) -> list[JudgmentRecord]:
    """Return the judgments in force on the pairs that a person judged after ``since``.

    Those of everybody, so that the person's can be put beside them; ordered as
    ``current_judgments`` are.
    """
    mine = t.judgment.alias("mine")
    pairs = sa.select(mine.c.pair_id).where(
        mine.c.person_id == person_id, mine.c.created_at > since
    )
    rows = session.connection().execute(_everywhere().where(t.judgment.c.pair_id.in_(pairs)))
    records = (_record(row, *(_response(row, side) for side in PAIR_SIDES)) for row in rows)
    return sorted(records, key=lambda record: record.sort_key)


def judgments_on(
    prompt_ids: Collection[int],
    *,
    project_id: int,
    responses: Mapping[int, JudgedResponse],
    session: Session,
) -> list[JudgmentRecord]:
    """Return those of ``current_judgments`` that are on some prompts, ordered by time.

    ``responses`` has every response to them by its row: a response is in several pairs and each
    pair is judged several times, so whoever reads a whole project this way joins none of them.
    All records that name a response hold the same object.
    """
    query = (
        sa.select(*_columns(), t.pair.c.response_x_id, t.pair.c.response_y_id)
        .select_from(_joined())
        .where(
            t.pair.c.prompt_id.in_(prompt_ids), t.judgment.c.project_id == project_id, is_in_force()
        )
    )
    rows = session.connection().execute(query)
    records = [
        _record(row, responses[row.response_x_id], responses[row.response_y_id]) for row in rows
    ]
    # Not by row: the ids of two databases differ. Judgments of one file share a time, and their own
    # ids come from its lines.
    records.sort(key=attrgetter("created_at", "public_id"))
    return records


def _columns() -> "list[sa.ColumnElement[Any]]":
    return [
        *(t.judgment.c[name] for name in _OF_JUDGMENT),
        t.prompt.c.key.label("prompt_key"),
        t.prompt.c.sha256.label("prompt_sha256"),
        t.person.c.public_id.label("person_public_id"),
        t.person.c.origin.label("person_origin"),
        t.rubric_version.c.rubric_id.label("rubric_name"),
        t.rubric_version.c.version.label("rubric_version"),
    ]


def _joined() -> sa.FromClause:
    return (
        t.judgment.join(t.pair, t.pair.c.id == t.judgment.c.pair_id)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .join(t.person, t.person.c.id == t.judgment.c.person_id)
        .join(t.rubric_version, t.rubric_version.c.id == t.judgment.c.rubric_version_id)
    )


def _statement(project_id: int) -> "sa.Select[Any]":
    return _everywhere().where(t.judgment.c.project_id == project_id)


def _everywhere() -> "sa.Select[Any]":
    columns = _columns()
    source, sides = join_sides(_joined())
    for side, (response, endpoint) in sides.items():
        columns += [
            *(endpoint.c[name].label(f"{side}_{name}") for name in ("slug", "revision", "model")),
            *(
                response.c[name].label(f"{side}_{name}")
                for name in ("sample_index", "sha256", "status")
            ),
        ]
    return sa.select(*columns).select_from(source).where(is_in_force())


def _record(row: _Row, x: JudgedResponse, y: JudgedResponse) -> JudgmentRecord:
    # Pairs are stored by row id, which differs from database to database; records are not.
    is_turned = y.sort_key < x.sort_key
    return JudgmentRecord(
        public_id=row.public_id,
        prompt_key=row.prompt_key,
        prompt_sha256=row.prompt_sha256,
        x=y if is_turned else x,
        y=x if is_turned else y,
        person_public_id=row.person_public_id,
        person_origin=row.person_origin,
        origin=row.origin,
        annotator_kind=row.annotator_kind,
        is_swapped=row.is_swapped is not is_turned,
        choice=row.choice,
        preference=row.preference,
        answer=orjson.loads(row.answer),
        why=row.why,
        confidence=row.confidence,
        rubric_id=row.rubric_name,
        rubric_version=row.rubric_version,
        created_at=row.created_at,
        active_seconds=row.active_seconds,
        revision=row.revision,
        credential_class=row.credential_class,
    )


def _response(row: _Row, side: str) -> JudgedResponse:
    fields = row._mapping  # noqa: SLF001 - a documented attribute despite its name
    return JudgedResponse(
        endpoint=fields[f"{side}_slug"],
        revision=fields[f"{side}_revision"],
        sample_index=fields[f"{side}_sample_index"],
        model=fields[f"{side}_model"],
        sha256=fields[f"{side}_sha256"],
        status=fields[f"{side}_status"],
    )
