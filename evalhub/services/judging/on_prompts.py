"""Read the judgments in force on some prompts, a page of a project after another."""

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import Purpose
from evalhub.core.canonical import stored_json
from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.db import tables as t
from evalhub.db.in_force import is_newest
from evalhub.services.judging.current import (
    OF_JUDGMENT,
    SCORED,
    Row,
    Sides,
    accepted_of,
    in_order,
    keys_for,
)
from evalhub.services.judging.keys import Keys


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
            *(t.judgment.c[name] for name in OF_JUDGMENT),
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
    keys = keys_for(purposes, *on_prompts, session=session)
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
        self, rows: Sequence[Row], responses: Mapping[int, JudgedResponse], session: Session
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
        self._sides: dict[tuple[int, int], Sides] = {}

    def sides(self, first: int, second: int) -> Sides:
        """Return the responses of a pair as ``in_order`` does, each pair once."""
        found = self._sides.get((first, second))
        if found is None:
            found = in_order(self._responses[first], self._responses[second])
            self._sides[first, second] = found
        return found


def _by_id(
    query: "sa.Select[int, str, Any]", ids: set[int], *, session: Session
) -> dict[int, tuple[str, Any]]:
    """Return the two values beside the id of each row that ``ids`` names."""
    row_id = query.selected_columns[0]
    rows = session.connection().execute(query.where(row_id.in_(ids)))
    return {number: (first, second) for number, first, second in rows}


def _named_record(row: Row, named: _Named, keys: Keys) -> JudgmentRecord:
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
        accepted_of(purpose, pair_id, keys, is_turned=is_turned) if keys else None,
    )
