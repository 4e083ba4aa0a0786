"""Give a prompt the answer that the endpoint gave to the same request before."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.pulling.specs import Question
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import Pull
from evalhub.db.tables import response
from evalhub.services.pulling.storing import insert_response

Known = Mapping[tuple[str, int], sa.Row[tuple[object, ...]]]
"""Answers by the hash of their request and the number of their sample."""

_OWN = frozenset({"id", "prompt_id", "sample_index", "pull_id", "created_at", "is_copied"})
"""Columns that a copy does not take over."""


def known_answers(hashes: Collection[str], *, endpoint_id: int, session: Session) -> Known:
    """Return what the endpoint answered to requests of these hashes before.

    A request is the same when the endpoint's revision, the messages and the parameters with
    their seed are: so a prompt that stands in the next version of its set, too, is not paid
    for again. What ended in an error is no answer.
    """
    rows = session.connection().execute(
        sa.select(response).where(
            response.c.endpoint_id == endpoint_id,
            response.c.request_sha256.in_(hashes),
            response.c.status != ResponseStatus.ERROR,
        )
    )
    return {(row.request_sha256, row.sample_index): row for row in rows}


def store_again(
    known: Known,
    questions: Sequence[tuple[str, Question]],
    *,
    pull: Pull,
    session: Session,
    now: datetime,
) -> list[Question]:
    """Store ``known`` answers for ``questions`` (each with its hash); return those without one."""
    left = []
    for sha256, question in questions:
        row = known.get((sha256, question.sample_index))
        if row is None:
            left.append(question)
            continue
        fields = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
        values = {name: value for name, value in fields.items() if name not in _OWN}
        values |= {"prompt_id": question.prompt_id, "sample_index": question.sample_index}
        values |= {"pull_id": pull.id, "created_at": now, "is_copied": True}
        insert_response(values, replaces_errors=pull.retry_errors, session=session)
    return left
