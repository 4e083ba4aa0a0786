"""Give views their session, clock, settings and the person who is signed in.

The browser holds one signed cookie. It carries the token of our own session row, the CSRF
secret and pending messages; signing in or out starts a new one, so none of the three
outlives the sign-in.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

from flask import request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from evalhub.core.people import Actor, Role
from evalhub.errors import Forbidden, NotSignedIn, Sentence
from evalhub.rim.state import (
    READING_METHODS,
    abandon,
    commit_now,
    current_session,
    current_settings,
    now,
    only_read,
    request_state,
    runtime,
)
from evalhub.services.accounts.sessions import SignedIn, find_signed_in, note_seen
from evalhub.services.transaction import Session
from evalhub.web.wording import refusal_words

__all__ = [
    "commit_now",
    "current_actor",
    "current_session",
    "current_settings",
    "find_current",
    "forget_token",
    "hold_token",
    "identify",
    "now",
    "only_read",
    "own_id",
    "reading",
    "requires",
    "signed_in",
    "user_agent",
]

TOKEN = "token"  # noqa: S105 - the name of a field, not a secret
P = ParamSpec("P")


def identify() -> None:
    """Find out who sends this request.

    A request that reads does so in its one transaction. One that writes does so in a short one
    before: it would otherwise hold the one writer's lock of SQLite while it only looks up its
    sender.
    """
    token = cookie.get(TOKEN)
    if not isinstance(token, str):
        return
    moment = now()
    if request.method in READING_METHODS:
        found = find_signed_in(token, session=current_session(), now=moment)
    else:
        with reading() as session:
            found = find_signed_in(token, session=session, now=moment)
    # Once a minute at most, or every page that is only read would write.
    if found is not None and found.is_stale:
        # Never two connections in one request: when each waits for its second, none is free.
        abandon()
        with runtime().database.transaction() as writing:
            note_seen(found.web_session_id, session=writing, now=moment)
    request_state().signed_in = found


def find_current() -> SignedIn | None:
    """Return who is signed in, or None."""
    return request_state().signed_in


def signed_in() -> SignedIn:
    """Return who is signed in; raise ``NotSignedIn`` when nobody is."""
    found = find_current()
    if found is None:
        raise NotSignedIn(Sentence("Sign in to see this page."))
    return found


def current_actor() -> Actor:
    """Return the acting person; raise ``NotSignedIn`` when nobody is signed in."""
    return signed_in().actor


def own_id() -> int:
    """Return the row of the signed-in person; raise ``NotSignedIn`` when nobody is."""
    return signed_in().person_id


def requires(
    *roles: Role,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let only people who hold one of ``roles`` use a view; every signed-in person if none."""

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            actor = current_actor()
            # Asked before the view looks anything up, so a refusal does not tell what exists.
            if roles and not actor.has(*roles):
                raise Forbidden(refusal_words(roles))
            return view(*args, **kwargs)

        return guarded

    return decorate


@contextmanager
def reading() -> Iterator[Session]:
    """Yield a short session for looking something up before the request's transaction opens.

    What takes long, such as checking a password, must not happen while this request holds
    the one writer's place of SQLite.
    """
    with runtime().database.transaction(write=False) as session:
        yield session


def user_agent() -> str:
    """Return what the browser calls itself."""
    return request.headers.get("User-Agent", "")


def hold_token(token: str) -> None:
    """Start a fresh cookie around the token of a new sign-in."""
    # A new sign-in starts an empty cookie: a CSRF token or message that was planted before it must
    # not live on.
    cookie.clear()
    cookie.permanent = True
    cookie[TOKEN] = token


def forget_token() -> None:
    """Throw the cookie's content away."""
    cookie.clear()
    request_state().signed_in = None
