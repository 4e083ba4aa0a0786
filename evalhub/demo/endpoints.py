"""Keep the demo's scripted endpoints open while it is served, so that a pull can be watched."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from evalhub.db.models import Prompt, PromptSet, PromptSetVersion
from evalhub.demo.script import DOMAINS, DemoDomain, DemoResponse, read_responses
from evalhub.endpoints.scripted import Script, ScriptedReply, ScriptedServer, prompt_key
from evalhub.services.endpoints.finding import find_endpoint
from evalhub.services.transaction import Database

LOOPBACK = "127.0.0.1"
UNPREPARED = (
    "Simulated answer: this endpoint of the demo reads from a script, and the script holds "
    "nothing for this prompt."
)
PAUSE_S = 1.5
"""How long a reply takes while the demo is served: long enough to watch a pull come in."""


def endpoint_slugs(domain: DemoDomain) -> list[str]:
    """Return the names of the domain's scripted endpoints."""
    models = sorted({response.model for response in read_responses(domain.name)})
    return [f"{domain.name}-{model}" for model in models]


def live_servers(database: Database, *, say: Callable[[str], None]) -> Iterator[ScriptedServer]:
    """Yield a server for each domain of the demo, at the address where it is registered.

    An instance without the demo has none. A port that something else took by now is said and
    left out, since EvalHub itself works without.
    """
    for domain in DOMAINS:
        with database.transaction(write=False) as session:
            port = known_port(domain, session=session)
            script = script_of(domain, read_responses(domain.name), session=session)
        if port is None:
            continue
        try:
            yield ScriptedServer(_slowed(script), port=port)
        except OSError as error:
            say(f"The demo's {domain.name} endpoints stay closed: port {port}: {error.strerror}.")


def known_port(domain: DemoDomain, *, session: Session) -> int | None:
    """Return the port at which the domain's endpoints are registered, if they are the demo's."""
    known = find_endpoint(endpoint_slugs(domain)[0], session=session)
    if known is None or not known.draft.is_simulated:
        return None
    address = urlsplit(known.draft.url)
    return address.port if address.hostname == LOOPBACK else None


def script_of(domain: DemoDomain, responses: list[DemoResponse], *, session: Session) -> Script:
    """Return the script of the domain over the prompts that this instance holds."""
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
            if response.prompt_id in keys
        }
    )


def _slowed(script: Script) -> Script:
    replies = {key: replace(reply, delay_s=PAUSE_S) for key, reply in script.replies.items()}
    return Script(replies, default=ScriptedReply(UNPREPARED, delay_s=PAUSE_S))
