"""Register several settings of one model beside the endpoint that they vary."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.people import Actor
from evalhub.core.pulling.variants import variants_of
from evalhub.endpoints.keys import DEFAULT_PATTERNS
from evalhub.errors import Conflict
from evalhub.services.endpoints.finding import find_endpoint, get_endpoint
from evalhub.services.endpoints.registering import register_endpoint
from evalhub.services.endpoints.views import EndpointDraft, EndpointView


def vary_endpoint(
    slug: str,
    values: Mapping[str, Sequence[Json]],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    allowed_hosts: frozenset[str],
    key_patterns: Sequence[str] = DEFAULT_PATTERNS,
) -> list[EndpointView]:
    """Register a variant of ``slug`` for each combination of ``values``, and return all of them.

    Everything else is as in the endpoint that is in use: address, key, limits and prices. One
    that is there already is returned as it is, so that the same command may be given twice.
    Raise ``BadInput`` for parameters that cannot be sent, and ``Conflict`` where a name is taken
    by other settings; nothing is registered then.
    """
    base = get_endpoint(slug, session=session)
    drafts = [
        replace(base.draft, slug=f"{slug}{one.ending}", parameters=one.parameters)
        for one in variants_of(base.draft.parameters, values)
    ]
    known = [find_endpoint(draft.slug, session=session) for draft in drafts]
    for draft, view in zip(drafts, known, strict=True):
        if view is not None and not _is_same(view.draft, draft):
            raise Conflict(f"Endpoint {draft.slug!r} is in use with other settings.")
    return [
        view
        or register_endpoint(
            draft,
            session=session,
            actor=actor,
            now=now,
            allowed_hosts=allowed_hosts,
            key_patterns=key_patterns,
        )
        for draft, view in zip(drafts, known, strict=True)
    ]


def _is_same(one: EndpointDraft, other: EndpointDraft) -> bool:
    # As they are written: 1 and 1.0 are equal to Python, and not the same request.
    return replace(one, parameters={}) == replace(other, parameters={}) and (
        canonical_json(one.parameters) == canonical_json(other.parameters)
    )
