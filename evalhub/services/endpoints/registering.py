"""Register endpoints; a change is a new revision, so that old responses keep their settings."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.canonical import canonical_json
from evalhub.core.people import Actor
from evalhub.core.pulling.specs import PREMADE
from evalhub.db.models import Endpoint
from evalhub.endpoints.keys import DEFAULT_PATTERNS
from evalhub.errors import Conflict
from evalhub.services import audit
from evalhub.services.endpoints.checking import check_draft
from evalhub.services.endpoints.finding import find_row, get_row
from evalhub.services.endpoints.views import EndpointDraft, EndpointView, view_of
from evalhub.services.locks import lock


def register_endpoint(
    draft: EndpointDraft,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    allowed_hosts: frozenset[str],
    key_patterns: Sequence[str] = DEFAULT_PATTERNS,
) -> EndpointView:
    """Add an endpoint; one that was retired comes back as its next revision.

    Raise ``BadInput`` naming each broken field, ``Conflict`` when the name is in use.
    """
    check_draft(draft, allowed_hosts=allowed_hosts, key_patterns=key_patterns)
    _lock(draft.slug, session)
    if find_row(draft.slug, session=session) is not None:
        raise Conflict(f"Endpoint {draft.slug!r} is in use already; change it instead.")
    if _is_premade(draft.slug, session):
        rule = "holds responses that came with a prompt set; choose another name"
        raise Conflict(f"Endpoint {draft.slug!r} {rule}.")
    return _add(draft, "endpoint.register", session=session, actor=actor, now=now)


def revise_endpoint(
    draft: EndpointDraft,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    allowed_hosts: frozenset[str],
    key_patterns: Sequence[str] = DEFAULT_PATTERNS,
) -> EndpointView:
    """Put a new revision of ``draft.slug`` in use and retire the one before it.

    What was simulated stays simulated. Raise ``NotFound`` for an unknown name and
    ``Conflict`` when nothing would change.
    """
    check_draft(draft, allowed_hosts=allowed_hosts, key_patterns=key_patterns)
    _lock(draft.slug, session)
    row = get_row(draft.slug, session=session)
    before = view_of(row).draft
    # A revision may not shed its "simulated": its name would then stand on boards as a model's.
    draft = replace(draft, is_simulated=draft.is_simulated or before.is_simulated)
    if draft == before:
        raise Conflict(f"Endpoint {draft.slug!r} already has these settings.")
    row.retired_at = now
    session.add(row)
    session.flush()
    return _add(draft, "endpoint.revise", session=session, actor=actor, now=now)


def retire_endpoint(slug: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Take the endpoint out of use; its responses stay."""
    _lock(slug, session)
    row = get_row(slug, session=session)
    row.retired_at = now
    session.add(row)
    session.flush()
    audit.record(
        "endpoint.retire",
        session=session,
        actor=actor,
        subject=f"endpoint:{row.slug}@{row.revision}",
        details={},
        now=now,
    )


def _lock(slug: str, session: Session) -> None:
    """Let one change of an endpoint at a time through.

    Which revision is in use is read first and written last. Without the lock somebody who
    retires an endpoint while another revises it would retire the old revision alone, and be
    told that the endpoint is out of use.
    """
    lock(f"endpoint:{slug}", session=session)


def _add(
    draft: EndpointDraft, action: str, *, session: Session, actor: Actor, now: datetime
) -> EndpointView:
    row = Endpoint(
        slug=draft.slug,
        revision=_last_revision(draft.slug, session) + 1,
        model=draft.model,
        dialect=draft.dialect,
        url=draft.url,
        api_key_ref=draft.api_key_ref,
        parameters=canonical_json(draft.parameters),
        max_concurrency=draft.max_concurrency,
        max_attempts=draft.max_attempts,
        request_timeout_s=draft.request_timeout_s,
        total_timeout_s=draft.total_timeout_s,
        requests_per_minute=draft.requests_per_minute,
        tokens_per_minute=draft.tokens_per_minute,
        account=draft.account,
        prompt_price=draft.price.prompt if draft.price else None,
        completion_price=draft.price.completion if draft.price else None,
        price_currency=draft.price.currency if draft.price else None,
        output_terms=draft.output_terms,
        is_simulated=draft.is_simulated,
        created_at=now,
        created_by=actor.person_id,
    )
    _insert(row, session)
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"endpoint:{row.slug}@{row.revision}",
        details={
            "model": row.model,
            "dialect": row.dialect,
            "url": row.url,
            "key": row.api_key_ref,
            "account": row.account,
            "parameters": draft.parameters,
        },
        now=now,
    )
    return view_of(row)


def _insert(row: Endpoint, session: Session) -> None:
    """Add the row, or report that someone else was faster by a moment."""
    # The lock keeps people apart; a prompt set that brings responses takes names without it.
    try:
        session.add(row)
        session.flush()
    except sa.exc.IntegrityError as error:
        raise Conflict(f"Endpoint {row.slug!r} was just changed by someone else.") from error


def _is_premade(slug: str, session: Session) -> bool:
    query = sa.select(col(Endpoint.id)).where(
        col(Endpoint.slug) == slug, col(Endpoint.dialect) == PREMADE
    )
    return session.scalar(query.limit(1)) is not None


def _last_revision(slug: str, session: Session) -> int:
    query = sa.select(sa.func.max(col(Endpoint.revision))).where(col(Endpoint.slug) == slug)
    return session.scalar(query) or 0
