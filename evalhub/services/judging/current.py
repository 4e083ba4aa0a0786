"""Read a project's judgments in force, for scoring and releasing."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, TypeAlias

import orjson
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind, Purpose
from evalhub.core.judging.known import KeyAnswer, turned
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.db import tables as t
from evalhub.db.in_force import is_newest
from evalhub.services.judging.joined import join_sides
from evalhub.services.judging.keys import Keys, keys_in_force

SCORED = (Purpose.WORK,)
"""What is scored and released."""

OF_JUDGMENT = (
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
    "purpose",
    "pair_id",
)
"""The columns of a judgment that make a record, in the order in which it names them."""

Row: TypeAlias = sa.Row[*tuple[Any, ...]]
"""One of so many columns that SQLAlchemy has no narrower type for it."""

Sides: TypeAlias = tuple[JudgedResponse, JudgedResponse, bool]
"""The responses of a pair in the order of their content, and whether that is not its row's."""


def current_judgments(
    project_id: int, *, session: Session, purposes: Collection[Purpose] = SCORED
) -> list[JudgmentRecord]:
    """Return the judgments of a project that are in force, ordered by their content.

    The one in force is the highest revision of its assignment; imported judgments have no
    revisions. Cannot-judge is included, as it is an answer. The order does not depend on
    row ids or on a database's collation, so SQLite and PostgreSQL agree. Those that check quality
    come only where ``purposes`` names them, those on controls with what their key accepts.
    """
    asked = (t.judgment.c.project_id == project_id, t.judgment.c.purpose.in_(purposes))
    rows = session.connection().execute(_everywhere().where(*asked))
    keys = keys_for(purposes, t.pair.c.project_id == project_id, session=session)
    return _sorted(rows, keys)


def judgments_compared(project_id: int, *, session: Session) -> list[JudgmentRecord]:
    """Return the experts' judgments in force that check quality, and those of repeated pairs.

    That is all that controls, repeats and anchors are measured by; the rest of a project, nearly
    all of it, is not read.
    """
    repeat = t.judgment.alias("repeat")
    repeated = sa.select(repeat.c.pair_id).where(
        repeat.c.project_id == project_id, repeat.c.purpose == Purpose.REPEAT
    )
    asked = (
        t.judgment.c.project_id == project_id,
        t.judgment.c.annotator_kind == AnnotatorKind.HUMAN,
        sa.or_(t.judgment.c.purpose != Purpose.WORK, t.judgment.c.pair_id.in_(repeated)),
    )
    rows = session.connection().execute(_everywhere().where(*asked))
    return _sorted(rows, keys_in_force(t.pair.c.project_id == project_id, session=session))


def judgments_of(person_id: int, *, since: datetime, session: Session) -> list[JudgmentRecord]:
    """Return what a person judged after ``since``, for whatever purpose, and what it repeats."""
    repeat = t.judgment.alias("repeat")
    repeated = sa.select(repeat.c.pair_id).where(
        repeat.c.person_id == person_id,
        repeat.c.purpose == Purpose.REPEAT,
        repeat.c.created_at > since,
    )
    mine = (t.judgment.c.person_id == person_id, t.judgment.c.assignment_id.is_not(None))
    of_time = sa.or_(t.judgment.c.created_at > since, t.judgment.c.pair_id.in_(repeated))
    rows = session.connection().execute(_everywhere().where(*mine, of_time))
    had = sa.select(t.assignment.c.pair_id).where(
        t.assignment.c.person_id == person_id, t.assignment.c.purpose == Purpose.CONTROL
    )
    return _sorted(rows, keys_in_force(t.pair.c.id.in_(had), session=session))


def judgments_beside(person_id: int, *, since: datetime, session: Session) -> list[JudgmentRecord]:
    """Return the judgments in force on the pairs that a person judged after ``since``.

    Those of everybody, so that the person's can be put beside them; ordered as
    ``current_judgments`` are.
    """
    mine = t.judgment.alias("mine")
    pairs = sa.select(mine.c.pair_id).where(
        mine.c.person_id == person_id, mine.c.created_at > since
    )
    asked = (t.judgment.c.pair_id.in_(pairs), t.judgment.c.purpose == Purpose.WORK)
    return _sorted(session.connection().execute(_everywhere().where(*asked)), {})


def in_order(x: JudgedResponse, y: JudgedResponse) -> Sides:
    """Return two responses in the order of their content, and whether that is not as given.

    Pairs are stored by row id, which differs from database to database; records are not.
    """
    return (y, x, True) if y.sort_key < x.sort_key else (x, y, False)


def keys_for(
    purposes: Collection[Purpose], *of_pairs: "sa.ColumnElement[bool]", session: Session
) -> Keys:
    """Return the keys that records of ``purposes`` are told with: none where no control is."""
    return keys_in_force(*of_pairs, session=session) if Purpose.CONTROL in purposes else {}


def accepted_of(
    purpose: Purpose, pair_id: int, keys: Keys, *, is_turned: bool
) -> frozenset[KeyAnswer] | None:
    """Return what the key of a control accepts in the record's order; None of other purposes.

    By what it was given out for: the same pair may have been judged as work before it got a key.
    """
    if purpose is not Purpose.CONTROL or pair_id not in keys:
        return None
    return turned(keys[pair_id]) if is_turned else keys[pair_id]


def _columns() -> "list[sa.ColumnElement[Any]]":
    return [
        *(t.judgment.c[name] for name in OF_JUDGMENT),
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


def _sorted(rows: "Iterable[Row]", keys: Keys) -> list[JudgmentRecord]:
    records = (_record(row, _response(row, "x"), _response(row, "y"), keys) for row in rows)
    return sorted(records, key=lambda record: record.sort_key)


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
    return sa.select(*columns).select_from(source).where(is_newest())


def _record(row: Row, x: JudgedResponse, y: JudgedResponse, keys: Keys) -> JudgmentRecord:
    x, y, is_turned = in_order(x, y)
    return JudgmentRecord(
        public_id=row.public_id,
        prompt_key=row.prompt_key,
        prompt_sha256=row.prompt_sha256,
        x=x,
        y=y,
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
        purpose=row.purpose,
        accepted=accepted_of(row.purpose, row.pair_id, keys, is_turned=is_turned),
    )


def _response(row: Row, side: str) -> JudgedResponse:
    fields = row._mapping  # noqa: SLF001 - a documented attribute despite its name
    return JudgedResponse(
        endpoint=fields[f"{side}_slug"],
        revision=fields[f"{side}_revision"],
        sample_index=fields[f"{side}_sample_index"],
        model=fields[f"{side}_model"],
        sha256=fields[f"{side}_sha256"],
        status=fields[f"{side}_status"],
    )
