"""Store one response so that no second one can stand beside it."""

from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session

from evalhub.core.canonical import Json, canonical_json, sha256_hex
from evalhub.core.pulling.naming import names_itself
from evalhub.core.pulling.outcomes import Outcome
from evalhub.core.pulling.specs import EndpointSpec, Question
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import Pull
from evalhub.db.tables import response

KEY = ("prompt_id", "endpoint_id", "sample_index")


def store_outcome(
    outcome: Outcome,
    *,
    question: Question,
    endpoint_id: int,
    spec: EndpointSpec,
    pull: Pull,
    session: Session,
    now: datetime,
) -> bool:
    """Insert the response and tell whether it was stored.

    A response that is there already stays, except that a pull which retries errors
    replaces the error of an earlier pull.
    """
    # The settings are stored beside each response: the endpoint may be revised tomorrow.
    values = _values(outcome, spec, question) | {
        "prompt_id": question.prompt_id,
        "endpoint_id": endpoint_id,
        "sample_index": question.sample_index,
        "pull_id": pull.id,
        "created_at": now,
        "is_copied": False,
    }
    return insert_response(values, replaces_errors=pull.retry_errors, session=session)


def insert_response(values: dict[str, object], *, replaces_errors: bool, session: Session) -> bool:
    """Insert a row of all columns unless one stands in its place; tell whether it was stored."""
    connection = session.connection()
    statement = _insert(connection.dialect.name, replaces_errors=replaces_errors)
    # The row count of an insert with a generated key is not known on every driver.
    return connection.scalar(statement, values) is not None


def stored_parameters(spec: EndpointSpec, seed: int | None) -> str:
    """Return the ``parameters`` that stand beside an answer of ``spec`` asked with ``seed``."""
    seeded: dict[str, Json] = {} if seed is None else {"seed": seed}
    return canonical_json({**spec.parameters, **seeded})


def _values(outcome: Outcome, spec: EndpointSpec, question: Question) -> dict[str, object]:
    return {
        "status": outcome.status,
        "text": outcome.text,
        "reasoning": outcome.reasoning,
        "finish_reason": outcome.finish_reason,
        "model_reported": outcome.model_reported,
        "names_itself": names_itself(outcome.text, (spec.model, spec.slug)),
        "parameters": stored_parameters(spec, question.seed),
        "request_sha256": outcome.request_sha256,
        "sha256": sha256_hex(outcome.text),
        "raw_body": outcome.raw_body,
        "n_nul_removed": outcome.n_nul_removed,
        "latency_ms": outcome.latency_ms,
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.completion_tokens,
        "n_attempts": outcome.n_attempts,
        "error_kind": outcome.error_kind,
        "error_message": outcome.error_message,
    }


@lru_cache
def _insert(dialect: str, *, replaces_errors: bool) -> ReturningInsert[int]:
    """Return the statement; building it anew for each response took longer than running it."""
    # The two dialects write the same statement with classes of their own.
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(response)
    if not replaces_errors:
        return statement.on_conflict_do_nothing(index_elements=KEY).returning(response.c.id)
    return statement.on_conflict_do_update(
        index_elements=KEY,
        set_={
            column.name: column for column in statement.excluded if column.name not in {*KEY, "id"}
        },
        where=sa.and_(
            response.c.status == ResponseStatus.ERROR,
            response.c.pull_id.is_distinct_from(statement.excluded.pull_id),
        ),
    ).returning(response.c.id)
