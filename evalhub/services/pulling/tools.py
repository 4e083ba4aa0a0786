"""Name what a run of a pull needs from outside: clients, a clock, a stop signal, a listener."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from evalhub.config import Settings
from evalhub.core.deferred import Deferred
from evalhub.core.pulling.patience import Patience
from evalhub.core.pulling.specs import EndpointSpec
from evalhub.core.responses import ResponseStatus
from evalhub.db.claims import Look
from evalhub.db.engine import Database
from evalhub.db.models import Pull
from evalhub.endpoints.protocol import Asker
from evalhub.services.pulling.accounts import AccountLimits

if TYPE_CHECKING:
    from evalhub.endpoints import client
else:
    # Pages tell of pulls and never ask an endpoint; the HTTP client is for those who do.
    client = Deferred("evalhub.endpoints.client")

ClientFactory: TypeAlias = Callable[[EndpointSpec], AbstractAsyncContextManager[Asker]]

MAXIMUM_IN_FLIGHT = 512
"""Requests of one run at one time, over all its endpoints; each may hold a connection."""


class ShareEnd(StrEnum):
    """How one endpoint's share of a pull ended."""

    DONE = "done"
    """Nothing is missing any more."""
    FAILED = "failed"
    """Stopped by an error that is written beside the share."""
    CANCELLED = "cancelled"
    """A person cancelled the pull."""
    STOPPED = "stopped"
    """This process was asked to stop; the share goes on elsewhere or later."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Report one response that was just committed."""

    endpoint: str
    status: ResponseStatus


def _ignore(_stored: Stored) -> None:
    """Listen to nothing."""


def _hush(_text: str) -> None:
    """Tell nobody."""


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RunTools:
    """Hold what a run needs from outside.

    When ``stop`` is set, or the pull is cancelled (looked up every ``poll_s`` seconds),
    nothing new is asked, and what is under way gets ``grace_s`` seconds to end. An endpoint
    that has answered and stops doing so is waited for with ``patience``; ``say`` is told so.
    ``is_run_again`` says that whoever runs a share does so again after a fault of the database that
    passes, as a worker does: the fault is then raised, and the share has not ended.
    """

    clients: ClientFactory
    now: Callable[[], datetime] = utc_now
    report: Callable[[Stored], None] = _ignore
    say: Callable[[str], None] = _hush
    stop: threading.Event = field(default_factory=threading.Event)
    patience: Patience = field(default_factory=Patience)
    poll_s: float = 1.0
    grace_s: float = 10.0
    is_run_again: bool = False
    # Shared by the shares of one run: a process has 1,024 open files as a rule.
    in_flight: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(MAXIMUM_IN_FLIGHT)
    )


@dataclass(frozen=True, slots=True)
class ShareWork:
    """Say what one endpoint is asked, for which pull and with what.

    ``look`` raises the database's error once the endpoint is not held any more.
    """

    database: Database
    pull: Pull
    endpoint_id: int
    spec: EndpointSpec
    tools: RunTools
    look: Look


def http_clients(
    settings: Settings, environ: Mapping[str, str], *, database: Database
) -> ClientFactory:
    """Return the factory of real clients, with keys from ``environ``.

    Limits that endpoints share are kept in ``database``.
    """

    def open_one(spec: EndpointSpec) -> AbstractAsyncContextManager[Asker]:
        return client.open_client(
            spec,
            environ=environ,
            allowed_hosts=settings.allowed_hosts,
            key_patterns=settings.key_patterns,
            shared=AccountLimits(database, spec) if spec.account else None,
        )

    return open_one
