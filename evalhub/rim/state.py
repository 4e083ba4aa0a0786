"""Hold what one process and one request own: settings, database, clock, transaction, identity.

A request has at most one transaction. It is opened at the first ``current_session()``,
reading for GET and HEAD and writing for everything else, and it is ended by ``finish``
before the response leaves: committed when the response says success, rolled back otherwise.
A person never reads "saved" before the commit has returned.
"""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from evalhub.config import Network, Settings
from evalhub.core.people import Actor
from evalhub.rim.metrics import RequestMetrics
from evalhub.services.accounts.sessions import SignedIn
from evalhub.services.scoring.keeping import BoardCache
from evalhub.services.transaction import Database, Session

EXTENSION = "evalhub"
REQUEST_ID = "X-Request-Id"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,100}", re.ASCII)
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FIRST_FAILURE = 400


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Own what lasts as long as the process."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    boards: BoardCache = field(default_factory=BoardCache)
    """What is kept of projects' boards from one request to the next."""
    metrics: RequestMetrics = field(default_factory=RequestMetrics)
    """What this process counts of its requests."""
    slow_s: float = 2.0
    """Seconds after which a request is told of in the log."""

    def install(self, app: Flask) -> None:
        """Make this the runtime of ``app``."""
        app.extensions[EXTENSION] = self


@dataclass(slots=True)
class RequestState:
    """Own what lasts as long as one request."""

    now: datetime
    request_id: str
    started_s: float
    """When it began, by a clock that nobody sets."""
    session: Session | None = None
    signed_in: SignedIn | None = None
    key_actor: Actor | None = None
    has_committed: bool = False
    """Whether something this request did stands already, whatever becomes of the rest."""
    only_reads: bool = False
    """Whether the rest of the request is told to change nothing."""


def runtime() -> Runtime:
    """Return the runtime of the present app."""
    found: Runtime = current_app.extensions[EXTENSION]
    return found


def begin() -> RequestState:
    """Start the state of a request; its clock stands still from here on."""
    state = RequestState(
        now=runtime().clock(), request_id=_request_id(), started_s=time.perf_counter()
    )
    g.evalhub = state
    return state


def _request_id() -> str:
    """Return the id that a trusted proxy gave this request, else a new one.

    Anybody else could choose one that is somebody else's, or that breaks the lines of a log.
    """
    given = request.headers.get(REQUEST_ID, "")
    networks = current_settings().proxy_networks
    if given and networks and GIVEN_ID.fullmatch(given) and _came_from(networks):
        return given
    return secrets.token_hex(8)


def _came_from(networks: tuple[Network, ...]) -> bool:
    try:
        sender = ip_address(request.remote_addr or "")
    except ValueError:
        return False  # A Unix socket has no address.
    return any(sender in network for network in networks)


def request_state() -> RequestState:
    """Return the state of this request."""
    state: RequestState | None = g.get("evalhub")
    return begin() if state is None else state


def current_session() -> Session:
    """Return this request's one transaction, opened when it is first asked for."""
    state = request_state()
    if state.session is None:
        # By the method: a GET that writes would be repeated by browsers, prefetchers and crawlers.
        writes = request.method not in READING_METHODS and not state.only_reads
        state.session = runtime().database.session(write=writes)
    return state.session


def kept_boards() -> BoardCache | None:
    """Return what is kept of boards; None in a request that writes.

    Each statement of a writing transaction may see another state on PostgreSQL, and a fold that
    mixes two states is wrong for as long as the process lives.
    """
    return runtime().boards if request.method in READING_METHODS else None


def current_settings() -> Settings:
    """Return the settings of this process."""
    return runtime().settings


def now() -> datetime:
    """Return the moment this request began, in UTC."""
    return request_state().now


def finish(response: Response) -> Response:
    """End the request's transaction before the response leaves."""
    state = request_state()
    # Taken out first: when the commit fails, the page that says so must not try it again.
    session, state.session = state.session, None
    if session is None:
        return response
    with session:
        if response.status_code < FIRST_FAILURE:
            session.commit()
        else:
            session.rollback()
    return response


def commit_now() -> None:
    """Commit what the request has done so far; what follows is a transaction of its own.

    For an act that must stand whatever the rest of the request does, and that must not hold
    its locks while the rest waits for others.
    """
    state = request_state()
    session, state.session = state.session, None
    if session is not None:
        with session:
            session.commit()
        state.has_committed = True


def only_read() -> None:
    """Roll back what is not committed, and let the rest of the request change nothing.

    For the page that answers a form. Rendered inside the writing transaction it would show
    what is not durable yet, and on SQLite keep every other writer waiting while it renders.
    """
    state = request_state()
    # Set before the session closes: what the page reads next opens one that cannot write.
    state.only_reads = True
    session, state.session = state.session, None
    if session is not None:
        session.close()


def abandon() -> None:
    """Roll back what an error left unfinished, so that its page starts clean."""
    state = request_state()
    session, state.session = state.session, None
    if session is not None:
        session.close()
