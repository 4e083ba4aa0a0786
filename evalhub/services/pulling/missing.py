"""Find what a pull has still to ask, in pages."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.models import Pull
from evalhub.db.tables import prompt, response

PAGE = 200
SAMPLE = 0
"""Each endpoint answers each prompt once; the column leaves room for more."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Say which prompts a pull wants answered; ``pull_id`` is None before it exists."""

    version_id: int
    retry_errors: bool
    pull_id: int | None = None


def demand_of(pull: Pull) -> Demand:
    """Return what ``pull`` wants."""
    return Demand(pull.prompt_set_version_id, pull.retry_errors, pull.id)


def is_to_ask(demand: Demand) -> sa.ColumnElement[bool]:
    """Return the condition under which a prompt, left-joined to its response, is to be asked.

    Without a response it is. A pull that retries errors asks those of earlier pulls again,
    but never one of its own, so it ends; nor one where the request itself was rejected,
    because the same request would be rejected again.
    """
    is_missing = response.c.id.is_(None)
    if not demand.retry_errors:
        return is_missing
    return sa.or_(
        is_missing,
        sa.and_(
            response.c.status == ResponseStatus.ERROR,
            response.c.error_kind != ErrorKind.REJECTED,
            # Null is the pull of pre-made responses; a plain != would be null for it and skip it.
            sa.true()
            if demand.pull_id is None
            else response.c.pull_id.is_distinct_from(demand.pull_id),
        ),
    )


def joined_responses(endpoint_id: int | sa.Column[int]) -> sa.Join:
    """Return prompts left-joined to what ``endpoint_id`` answered them."""
    return prompt.outerjoin(
        response,
        sa.and_(
            response.c.prompt_id == prompt.c.id,
            response.c.endpoint_id == endpoint_id,
            response.c.sample_index == SAMPLE,
        ),
    )


def missing_page(
    demand: Demand, endpoint_id: int, *, after: int, session: Session, size: int = PAGE
) -> list[tuple[int, int, str]]:
    """Return (position, prompt id, document) of the next prompts to ask, after a position."""
    statement = (
        sa.select(prompt.c.position, prompt.c.id, prompt.c.document)
        .select_from(joined_responses(endpoint_id))
        .where(
            prompt.c.prompt_set_version_id == demand.version_id,
            prompt.c.position > after,
            is_to_ask(demand),
        )
        .order_by(prompt.c.position)
        .limit(size)
    )
    return [(row[0], row[1], row[2]) for row in session.connection().execute(statement)]


def count_missing(demand: Demand, endpoint_id: int, *, session: Session) -> int:
    """Return how many prompts have still to be asked of the endpoint."""
    statement = (
        sa.select(sa.func.count())
        .select_from(joined_responses(endpoint_id))
        .where(prompt.c.prompt_set_version_id == demand.version_id, is_to_ask(demand))
    )
    return session.scalar(statement) or 0
