"""Pull the demo's responses over real HTTP from scripted endpoints on this machine."""

import asyncio
import json
import os
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from evalhub.config import Settings
from evalhub.core.people import Actor
from evalhub.db.models import Prompt, PromptSet, PromptSetVersion
from evalhub.demo.script import DemoDomain, DemoResponse, read_responses
from evalhub.endpoints.scripted import Script, ScriptedReply, ScriptedServer, prompt_key
from evalhub.services.endpoints.finding import find_endpoint
from evalhub.services.endpoints.registering import register_endpoint
from evalhub.services.endpoints.views import EndpointDraft
from evalhub.services.pulling.running import run_pull
from evalhub.services.pulling.starting import start_pull
from evalhub.services.pulling.tools import RunTools, http_clients
from evalhub.services.transaction import Database

LOOPBACK = "127.0.0.1"
TERMS = "Written by the EvalHub project for the demo, CC-BY-4.0"


def endpoint_slugs(domain: DemoDomain) -> list[str]:
    """Return the names of the domain's scripted endpoints."""
    models = sorted({response.model for response in read_responses(domain.name)})
    return [f"{domain.name}-{model}" for model in models]


def pull_domain(
    domain: DemoDomain, *, database: Database, settings: Settings, actor: Actor, now: datetime
) -> None:
    """Serve the domain's script on loopback and pull what is missing through the real client."""
    responses = read_responses(domain.name)
    with database.transaction(write=False) as session:
        script = _script(domain, responses, session=session)
        port = _known_port(domain, session=session)
    with ScriptedServer(script, port=port) as server:
        with database.transaction() as session:
            _register(responses, domain, server.url, session=session, actor=actor, now=now)
            pull = start_pull(
                domain.name,
                endpoint_slugs(domain),
                session=session,
                actor=actor,
                now=now,
                is_foreground=True,
            )
        allowed = settings.model_copy(update={"endpoint_allow": LOOPBACK})
        tools = RunTools(clients=http_clients(allowed, os.environ))
        asyncio.run(run_pull(database, pull.id, tools=tools))


def _script(domain: DemoDomain, responses: list[DemoResponse], *, session: Session) -> Script:
    query = (
        select(Prompt)
        .join(PromptSetVersion, col(PromptSetVersion.id) == col(Prompt.prompt_set_version_id))
        .join(PromptSet, col(PromptSet.id) == col(PromptSetVersion.prompt_set_id))
        .where(PromptSet.slug == domain.name)
    )
    keys = {
        prompt.key: prompt_key(json.loads(prompt.document)["messages"])
        for prompt in session.exec(query)
    }
    return Script(
        {
            (response.model, keys[response.prompt_id]): ScriptedReply(
                response.text, finish_reason=response.finish_reason
            )
            for response in responses
        }
    )


def _known_port(domain: DemoDomain, *, session: Session) -> int:
    """Return the port of an interrupted run, at which its endpoints are registered; else 0."""
    known = find_endpoint(endpoint_slugs(domain)[0], session=session)
    return (urlsplit(known.draft.url).port or 0) if known else 0


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
