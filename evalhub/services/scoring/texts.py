"""Read what the two sides of judgments answered, for the control of style."""

from collections.abc import Sequence
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.judging.records import JudgedResponse, JudgmentRecord
from evalhub.db import tables as t

_Key: TypeAlias = tuple[str, str, int, int]


def shown_texts(
    project_id: int, records: Sequence[JudgmentRecord], *, session: Session
) -> list[tuple[str, str]]:
    """Return the text on the left and on the right of each record, as they were shown.

    Texts are most of a project's bytes, so they are read only where style is asked for, and each
    response once however many judgments it has.
    """
    texts = _texts(project_id, session=session)
    found = []
    for record in records:
        left, right = (record.y, record.x) if record.is_swapped else (record.x, record.y)
        found.append((texts[_key(record, left)], texts[_key(record, right)]))
    return found


def _key(record: JudgmentRecord, response: JudgedResponse) -> _Key:
    return record.prompt_key, response.endpoint, response.revision, response.sample_index


def _texts(project_id: int, *, session: Session) -> dict[_Key, str]:
    judged = sa.union(
        *(
            sa.select(t.pair.c[f"response_{side}_id"].label("id")).where(
                t.pair.c.project_id == project_id
            )
            for side in ("x", "y")
        )
    ).subquery()
    statement = (
        sa.select(
            t.prompt.c.key,
            t.endpoint.c.slug,
            t.endpoint.c.revision,
            t.response.c.sample_index,
            t.response.c.text,
        )
        .select_from(t.response)
        .join(judged, judged.c.id == t.response.c.id)
        .join(t.prompt, t.prompt.c.id == t.response.c.prompt_id)
        .join(t.endpoint, t.endpoint.c.id == t.response.c.endpoint_id)
    )
    rows = session.connection().execute(statement)
    return {(key, slug, revision, sample): text for key, slug, revision, sample, text in rows}
