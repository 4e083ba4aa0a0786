"""List the responses of a project that nobody is shown as an answer, and why."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.responses import ResponseStatus
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.services.pairing.responses import is_compared, project_responses

LIST_LIMIT = 200
"""How many excluded responses a page lists; all of them are counted."""


@dataclass(frozen=True, slots=True)
class ExcludedResponse:
    """Hold one response that is not compared, with the reason in words."""

    prompt_key: str
    endpoint: str
    status: ResponseStatus
    reason: str


@dataclass(frozen=True, slots=True)
class SelfNaming:
    """Hold one response that names its model; annotators see the name masked."""

    prompt_key: str
    endpoint: str
    words: str


@dataclass(frozen=True, slots=True)
class IdenticalAnswers:
    """Name two endpoints that answered a prompt in the very same words; they make no pair."""

    prompt_key: str
    endpoint: str
    other: str


def n_responses_by_status(project: Project, *, session: Session) -> dict[ResponseStatus, int]:
    """Return how many responses of the project ended in each status."""
    query = project_responses(project, t.response.c.status, sa.func.count().label("n_responses"))
    rows = session.connection().execute(
        query.where(is_compared(project)).group_by(t.response.c.status)
    )
    counts = {row.status: row.n_responses for row in rows}
    return {status: counts[status] for status in ResponseStatus if status in counts}


def list_excluded(project: Project, *, session: Session) -> list[ExcludedResponse]:
    """Return the first responses that are no answers, by prompt and endpoint."""
    rows = session.connection().execute(
        project_responses(
            project,
            t.prompt.c.key,
            t.endpoint.c.slug,
            t.response.c.status,
            t.response.c.finish_reason,
            t.response.c.error_message,
        )
        # Failures too: who sets up the project sees here what to pull again before it opens.
        .where(t.response.c.status != ResponseStatus.ANSWERED, is_compared(project))
        .order_by(t.prompt.c.position, t.endpoint.c.slug)
        .limit(LIST_LIMIT)
    )
    return [
        ExcludedResponse(
            prompt_key=row.key,
            endpoint=row.slug,
            status=row.status,
            reason=_reason(row.status, row.finish_reason, row.error_message),
        )
        for row in rows
    ]


def list_identical(project: Project, *, session: Session) -> list[IdenticalAnswers]:
    """Return the first answers that say the same as another's, by prompt and endpoints."""
    mine, other = t.response.alias("mine"), t.response.alias("other")
    my_endpoint, their_endpoint = (
        t.endpoint.alias("my_endpoint"),
        t.endpoint.alias("their_endpoint"),
    )
    members = sa.select(t.project_endpoint.c.endpoint_id).where(
        t.project_endpoint.c.project_id == project.id
    )
    same = sa.and_(
        other.c.prompt_id == mine.c.prompt_id,
        other.c.sha256 == mine.c.sha256,
        other.c.status == ResponseStatus.ANSWERED,
        other.c.sample_index == mine.c.sample_index,
        other.c.endpoint_id.in_(members),
    )
    rows = session.connection().execute(
        sa.select(t.prompt.c.key, my_endpoint.c.slug, their_endpoint.c.slug.label("other_slug"))
        .select_from(mine)
        .join(t.prompt, t.prompt.c.id == mine.c.prompt_id)
        .join(my_endpoint, my_endpoint.c.id == mine.c.endpoint_id)
        .join(other, same)
        # Each two once; by name and not by id, so that both databases list them alike.
        .join(
            their_endpoint,
            sa.and_(
                their_endpoint.c.id == other.c.endpoint_id,
                their_endpoint.c.slug > my_endpoint.c.slug,
            ),
        )
        .where(
            t.prompt.c.prompt_set_version_id == project.prompt_set_version_id,
            mine.c.status == ResponseStatus.ANSWERED,
            is_compared(project, mine),
            mine.c.endpoint_id.in_(members),
        )
        .order_by(t.prompt.c.position, my_endpoint.c.slug, their_endpoint.c.slug)
        .limit(LIST_LIMIT)
    )
    return [IdenticalAnswers(row.key, row.slug, row.other_slug) for row in rows]


def list_self_naming(project: Project, *, session: Session) -> list[SelfNaming]:
    """Return the first answers that name their model, by prompt and endpoint."""
    rows = session.connection().execute(
        project_responses(project, t.prompt.c.key, t.endpoint.c.slug, t.response.c.names_itself)
        .where(
            t.response.c.status == ResponseStatus.ANSWERED,
            t.response.c.names_itself.is_not(None),
            is_compared(project),
        )
        .order_by(t.prompt.c.position, t.endpoint.c.slug)
        .limit(LIST_LIMIT)
    )
    return [SelfNaming(row.key, row.slug, row.names_itself) for row in rows]


def _reason(status: ResponseStatus, finish_reason: str | None, error_message: str) -> str:
    sentence = {
        ResponseStatus.EMPTY: "The endpoint answered without any text.",
        ResponseStatus.TRUNCATED: "The answer stopped at a length limit.",
        ResponseStatus.REFUSED: "The endpoint declined, or its filter did.",
    }.get(status, "No answer was received.")
    details = error_message or (f"Finish reason: {finish_reason}." if finish_reason else "")
    return f"{sentence} {details}".strip()
