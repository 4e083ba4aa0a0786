"""Give API views their session, clock, settings and the owner of the key that was sent."""

from collections.abc import Mapping

from flask import request

from evalhub.core.people import Actor, Scope
from evalhub.errors import Forbidden, NotSignedIn
from evalhub.rim.state import (
    current_session,
    current_settings,
    now,
    only_read,
    request_state,
    runtime,
)
from evalhub.services.api_keys import find_key_owner, note_used

__all__ = [
    "api_actor",
    "check_access",
    "current_session",
    "current_settings",
    "identify",
    "now",
    "only_read",
]

SCHEME = "bearer"

SCOPE_BY_PART: Mapping[str, Scope | None] = {
    "api_root": None,
    "api_scores": Scope.PROJECTS_READ,
    "api_agreement": Scope.PROJECTS_READ,
    "api_annotators": Scope.PROJECTS_READ,
    "api_judges": Scope.PROJECTS_READ,
    "api_asking": Scope.PROJECTS_READ,
    "api_matrix": Scope.PROJECTS_READ,
    "api_releases": Scope.RELEASES_READ,
    "api_reports": Scope.REPORTS_WRITE,
    "api_reviews": Scope.PROJECTS_READ,
    "api_endpoints": Scope.ENDPOINTS_WRITE,
    "api_teams": Scope.OPERATIONS_WRITE,
    "api_operations": Scope.OPERATIONS_WRITE,
    "api_exceptions": Scope.OPERATIONS_WRITE,
    "api_trainings": Scope.QUALIFICATIONS_WRITE,
    "api_applications": Scope.QUALIFICATIONS_WRITE,
    "api_ladder": Scope.QUALIFICATIONS_WRITE,
    "api_consent": Scope.CONSENT_WITHDRAW,
    "api_pulls": Scope.PULLS_WRITE,
    "api_prompt_sets": Scope.PROMPTS_WRITE,
}
"""The scope that each part of the API asks for; None for what is open to everybody."""


def identify() -> None:
    """Find out whose key was sent; raise ``NotSignedIn`` for a key that is not good.

    This happens before the body is read, in short transactions of their own.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return
    scheme, _, key = header.partition(" ")
    database, moment = runtime().database, now()
    found = None
    # The scheme is read without case, as RFC 9110 says; a key under another scheme is no key.
    if scheme.lower() == SCHEME:
        with database.transaction(write=False) as reading:
            found = find_key_owner(key.strip(), session=reading, now=moment)
    # One answer for unknown, expired and revoked: it must not tell who tries keys that one was
    # good once.
    if found is None:
        raise NotSignedIn("The API key is unknown, expired or revoked.")
    if found.is_stale:
        with database.transaction() as writing:
            note_used(found.key_id, session=writing, now=moment)
    request_state().key_actor = found.actor


def check_access() -> None:
    """Refuse a key that may not use this address, before anything it sent is read.

    The framework reads and judges a body before it calls a view. Left to the view, the
    refusal would come after a list of what is wrong with a body that its sender may not
    send at all, and a stranger could learn the schema by trial. A part that is missing from
    the table fails at its first request rather than stand open.
    """
    scope = SCOPE_BY_PART[request.blueprint] if request.blueprint else None
    if scope is not None:
        api_actor(scope)


def api_actor(scope: Scope) -> Actor:
    """Return the owner of the key, limited to its scopes.

    Raise ``NotSignedIn`` without a key, ``Forbidden`` when the key lacks ``scope``.
    """
    actor = request_state().key_actor
    if actor is None:
        raise NotSignedIn("Send an API key as `Authorization: Bearer evh_…`.")
    if scope not in (actor.scopes or ()):
        raise Forbidden(f"The API key lacks the scope {scope.value}.")
    return actor
