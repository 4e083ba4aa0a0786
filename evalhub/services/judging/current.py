"""Read a project's judgments in force, for scoring and releasing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeAlias

import orjson
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AnnotatorKind, Purpose
from evalhub.core.canonical import stored_json
from evalhub.core.judging.known import KeyAnswer, turned
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.db import tables as t
from evalhub.db.in_force import is_newest
from evalhub.services.judging.joined import join_sides
from evalhub.services.judging.keys import Keys, keys_in_force

SCORED = (Purpose.WORK,)
"""What is scored and released."""

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
    "purpose",
    "pair_id",
)

# A row of so many columns has no narrower type in SQLAlchemy.
_Row: TypeAlias = sa.Row[*tuple[Any, ...]]

_Sides: TypeAlias = tuple[JudgedResponse, JudgedResponse, bool]


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
    keys = _keys_for(purposes, t.pair.c.project_id == project_id, session=session)
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


def judgments_on(
    prompt_ids: Collection[int],
    *,
    project_id: int,
    responses: Mapping[int, JudgedResponse],
    session: Session,
    purposes: Collection[Purpose] = SCORED,
) -> list[JudgmentRecord]:
    """Return those of ``current_judgments`` that are on some prompts, ordered by time.

    ``responses`` has every response to them by its row: a response is in several pairs and each
    pair is judged several times, so whoever reads a whole project this way joins none of them.
    All records that name a response hold the same object.
    """
    query = (
        sa.select(
            t.pair.c.prompt_id,
            t.pair.c.response_x_id,
            t.pair.c.response_y_id,
            t.judgment.c.person_id,
            t.judgment.c.rubric_version_id,
            *(t.judgment.c[name] for name in _OF_JUDGMENT),
        )
        .select_from(t.judgment.join(t.pair, t.pair.c.id == t.judgment.c.pair_id))
        .where(
            t.pair.c.prompt_id.in_(prompt_ids),
            _is_of(t.judgment, project_id),
            t.judgment.c.purpose.in_(purposes),
            is_newest(),
        )
    )
    # At once: going through a result asks its cursor for one row after another, which takes as
    # long as reading them.
    rows = session.connection().execute(query).all()
    named = _Named(rows, responses, session)
    on_prompts = (_is_of(t.pair, project_id), t.pair.c.prompt_id.in_(prompt_ids))
    keys = _keys_for(purposes, *on_prompts, session=session)
    records = [_named_record(row, named, keys) for row in rows]
    # Not by row: the ids of two databases differ. Judgments of one file share a time, and their own
    # ids come from its lines.
    records.sort(key=attrgetter("created_at", "public_id"))
    return records


def _is_of(table: sa.Table, project_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a row is of a project, which is never what rows are found by.

    Without statistics SQLite takes an index of the project for narrower than a list of prompts, and
    would read every judgment of the project again for each page of it. No index is of a sum.
    """
    return table.c.project_id + 0 == project_id


class _Named:
    """Hold what few rows say for many judgments: prompts, people and rubrics, each read once."""

    def __init__(
        self, rows: Sequence[_Row], responses: Mapping[int, JudgedResponse], session: Session
    ) -> None:
        p, who, r = t.prompt.c, t.person.c, t.rubric_version.c
        self.prompts = _by_id(
            sa.select(p.id, p.key, p.sha256), {row[0] for row in rows}, session=session
        )
        self.people = _by_id(
            sa.select(who.id, who.public_id, who.origin), {row[3] for row in rows}, session=session
        )
        self.rubrics = _by_id(
            sa.select(r.id, r.rubric_id, r.version), {row[4] for row in rows}, session=session
        )
        self._responses = responses
        self._sides: dict[tuple[int, int], _Sides] = {}

    def sides(self, first: int, second: int) -> "_Sides":
        """Return the responses of a pair in the order of their content, and whether it differs.

        Pairs are stored by row id, which differs from database to database; records are not.
        """
        found = self._sides.get((first, second))
        if found is None:
            found = _turned(self._responses[first], self._responses[second])
            self._sides[first, second] = found
        return found


def _turned(x: JudgedResponse, y: JudgedResponse) -> "_Sides":
    return (y, x, True) if y.sort_key < x.sort_key else (x, y, False)


def _by_id(
    query: "sa.Select[int, str, Any]", ids: set[int], *, session: Session
) -> dict[int, tuple[str, Any]]:
    """Return the two values beside the id of each row that ``ids`` names."""
    row_id = query.selected_columns[0]
    rows = session.connection().execute(query.where(row_id.in_(ids)))
    return {number: (first, second) for number, first, second in rows}


def _named_record(row: _Row, named: _Named, keys: Keys) -> JudgmentRecord:
    (
        *ids,
        public_id,
        origin,
        annotator_kind,
        is_swapped,
        choice,
        preference,
        answer,
        why,
        confidence,
        created_at,
        active_seconds,
        revision,
        credential_class,
        purpose,
        pair_id,
    ) = row
    x, y, is_turned = named.sides(ids[1], ids[2])
    # By place, in the order of the fields: names would be looked up for each of a million rows.
    return JudgmentRecord(
        public_id,
        *named.prompts[ids[0]],
        x,
        y,
        *named.people[ids[3]],
        origin,
        annotator_kind,
        is_swapped is not is_turned,
        choice,
        preference,
        stored_json(answer),
        why,
        confidence,
        *named.rubrics[ids[4]],
        created_at,
        active_seconds,
        revision,
        credential_class,
        purpose,
        _accepted(purpose, pair_id, keys, is_turned=is_turned) if keys else None,
    )


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


def _keys_for(
    purposes: Collection[Purpose], *of_pairs: "sa.ColumnElement[bool]", session: Session
) -> Keys:
    return keys_in_force(*of_pairs, session=session) if Purpose.CONTROL in purposes else {}


def _sorted(rows: "Iterable[_Row]", keys: Keys) -> list[JudgmentRecord]:
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


def _accepted(
    purpose: Purpose, pair_id: int, keys: Keys, *, is_turned: bool
) -> frozenset[KeyAnswer] | None:
    """Return what the key of a control accepts in the record's order; None of other purposes.

    By what it was given out for: the same pair may have been judged as work before it got a key.
    """
    if purpose is not Purpose.CONTROL or pair_id not in keys:
        return None
    return turned(keys[pair_id]) if is_turned else keys[pair_id]


def _record(row: _Row, x: JudgedResponse, y: JudgedResponse, keys: Keys) -> JudgmentRecord:
    x, y, is_turned = _turned(x, y)
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
        accepted=_accepted(row.purpose, row.pair_id, keys, is_turned=is_turned),
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
