"""Pull the demo's responses over real HTTP from scripted endpoints on this machine."""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from evalhub.config import Settings
from evalhub.core.campaigns import PullStatus
from evalhub.core.people import Actor
from evalhub.demo.endpoints import LOOPBACK, endpoint_slugs, known_port, script_of
from evalhub.demo.script import DemoDomain, DemoResponse, read_responses
from evalhub.endpoints.scripted import ScriptedServer
from evalhub.services.endpoints.finding import find_endpoint
from evalhub.services.endpoints.registering import register_endpoint
from evalhub.services.endpoints.views import EndpointDraft
from evalhub.services.pulling.finding import PullView, get_pull, list_pulls
from evalhub.services.pulling.running import run_pull
from evalhub.services.pulling.starting import start_pull
from evalhub.services.pulling.steering import interrupt_pull, resume_pull
from evalhub.services.pulling.tools import RunTools, http_clients
from evalhub.services.transaction import Database

TERMS = "Written by the EvalHub project for the demo, CC-BY-4.0"
MOST_PULLS = 1_000_000


def pull_domain(
    domain: DemoDomain,
    *,
    database: Database,
    settings: Settings,
    actor: Actor,
    now: datetime,
    say: Callable[[str], None],
) -> None:
    """Serve the domain's script on loopback and pull it through the real client, once.

    A pull of the demo that was broken off goes on; one that is done is left alone.
    """
    responses = read_responses(domain.name)
    with database.transaction(write=False) as session:
        first = first_pull(domain, session=session)
        if first is not None and first.status is PullStatus.DONE:
            return
        script = script_of(domain, responses, session=session)
        port = known_port(domain, session=session) or 0
    say(f"Pulling simulated {domain.name} responses from local endpoints.")
    with ScriptedServer(script, port=port) as server:
        with database.transaction() as session:
            _register(responses, domain, server.url, session=session, actor=actor, now=now)
            pull = _begin(domain, first, session=session, actor=actor, now=now)
        # Loopback is refused to endpoints otherwise; only this pull may go there.
        allowed = settings.model_copy(update={"endpoint_allow": LOOPBACK})
        clients = http_clients(allowed, os.environ, database=database)
        _run(pull, database, RunTools(clients=clients))


def first_pull(domain: DemoDomain, *, session: Session) -> PullView | None:
    """Return the oldest pull of the domain's endpoints: the demo's own, before any visitor's."""
    wanted = set(endpoint_slugs(domain))
    pulls = [
        pull
        for pull in list_pulls(session=session, limit=MOST_PULLS)
        if pull.prompt_set.label.rpartition("@")[0] == domain.name
        and {label.rpartition("@")[0] for label in pull.endpoints} == wanted
    ]
    return pulls[-1] if pulls else None


def _begin(
    domain: DemoDomain, first: PullView | None, *, session: Session, actor: Actor, now: datetime
) -> PullView:
    """Start the domain's pull, or put back to work the one that was broken off."""
    if first is None:
        return start_pull(
            domain.name,
            endpoint_slugs(domain),
            session=session,
            actor=actor,
            now=now,
            is_foreground=True,
        )
    resume_pull(first.public_id, session=session, actor=actor, now=now, is_foreground=True)
    return get_pull(first.public_id, session=session)


def _run(pull: PullView, database: Database, tools: RunTools) -> None:
    try:
        asyncio.run(run_pull(database, pull.id, tools=tools))
    except KeyboardInterrupt:
        with database.transaction() as session:
            interrupt_pull(
                pull.public_id,
                reason="The demo was stopped at the keyboard.",
                session=session,
                now=tools.now(),
            )
        raise


def _register(
    responses: list[DemoResponse],
    domain: DemoDomain,
    url: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Register the endpoints that are missing."""
    for model in sorted({response.model for response in responses}):
        slug = f"{domain.name}-{model}"
        if find_endpoint(slug, session=session) is None:
            register_endpoint(
                EndpointDraft(slug, model, url, output_terms=TERMS, is_simulated=True),
                session=session,
                actor=actor,
                now=now,
                allowed_hosts=frozenset({LOOPBACK}),
            )
