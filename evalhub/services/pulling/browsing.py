"""Let researchers read the responses of a pull, with the models' names."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.pulling.messages import last_user_text
from evalhub.core.responses import ErrorKind, ResponseStatus
from evalhub.db.tables import endpoint, prompt, pull_endpoint, response
from evalhub.services.pulling.finding import get_row

PAGE = 25


@dataclass(frozen=True, slots=True)
class ResponseView:
    """Show one response and what it answers."""

    prompt_key: str
    prompt_text: str
    sample_index: int
    is_copied: bool
    """Whether the same was asked before, for another prompt, and the answer stands here again."""
    endpoint: str
    is_simulated: bool
    status: ResponseStatus
    text: str
    reasoning: str
    finish_reason: str | None
    model_reported: str | None
    names_itself: str | None
    latency_ms: float | None
    prompt_tokens: int | None
    completion_tokens: int | None
    n_attempts: int
    n_nul_removed: int
    error_kind: ErrorKind | None
    error_message: str
    request_sha256: str
    sha256: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ResponsePage:
    """Hold one page of responses and how many there are in all."""

    responses: tuple[ResponseView, ...]
    n: int
    number: int

    @property
    def n_pages(self) -> int:
        """Return the number of pages, at least one."""
        return max(1, -(-self.n // PAGE))


def browse_responses(
    public_id: str,
    *,
    session: Session,
    status: ResponseStatus | None = None,
    slug: str | None = None,
    number: int = 1,
) -> ResponsePage:
    """Return page ``number`` of what the pull's endpoints answered its prompts.

    Raise ``NotFound`` for an unknown pull; a page beyond the last is empty.
    """
    pull = get_row(public_id, session=session)
    condition = sa.and_(
        pull_endpoint.c.pull_id == pull.id,
        prompt.c.prompt_set_version_id == pull.prompt_set_version_id,
        response.c.sample_index < pull.n_samples,
        sa.true() if status is None else response.c.status == status,
        sa.true() if slug is None else endpoint.c.slug == slug,
    )
    tables = (
        response.join(prompt, prompt.c.id == response.c.prompt_id)
        .join(endpoint, endpoint.c.id == response.c.endpoint_id)
        .join(pull_endpoint, pull_endpoint.c.endpoint_id == endpoint.c.id)
    )
    # By what the endpoints answered and not by which pull stored it: a pull that found answers
    # in place is about them all the same.
    n = session.scalar(sa.select(sa.func.count()).select_from(tables).where(condition)) or 0
    statement = (
        sa.select(
            prompt.c.key,
            prompt.c.document,
            endpoint.c.slug,
            endpoint.c.revision,
            endpoint.c.is_simulated,
            response,
        )
        .select_from(tables)
        .where(condition)
        .order_by(prompt.c.position, endpoint.c.slug, response.c.sample_index)
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    )
    rows = session.connection().execute(statement)
    return ResponsePage(tuple(_view(row) for row in rows), n, number)


def _view(row: sa.Row[tuple[object, ...]]) -> ResponseView:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    return ResponseView(
        prompt_key=values[prompt.c.key],
        prompt_text=last_user_text(json.loads(values[prompt.c.document])["messages"]),
        sample_index=values[response.c.sample_index],
        is_copied=values[response.c.is_copied],
        endpoint=f"{values[endpoint.c.slug]}@{values[endpoint.c.revision]}",
        is_simulated=values[endpoint.c.is_simulated],
        status=values[response.c.status],
        text=values[response.c.text],
        reasoning=values[response.c.reasoning],
        finish_reason=values[response.c.finish_reason],
        model_reported=values[response.c.model_reported],
        names_itself=values[response.c.names_itself],
        latency_ms=values[response.c.latency_ms],
        prompt_tokens=values[response.c.prompt_tokens],
        completion_tokens=values[response.c.completion_tokens],
        n_attempts=values[response.c.n_attempts],
        n_nul_removed=values[response.c.n_nul_removed],
        error_kind=values[response.c.error_kind],
        error_message=values[response.c.error_message],
        request_sha256=values[response.c.request_sha256],
        sha256=values[response.c.sha256],
        created_at=values[response.c.created_at],
    )
