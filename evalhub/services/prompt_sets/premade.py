"""Store responses that came with the prompts, under an endpoint that can never be asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session, col, select

from evalhub.core.canonical import Json, canonical_json, content_hash, sha256_hex
from evalhub.core.people import Actor
from evalhub.core.prompts.canonical import prompt_hash
from evalhub.core.prompts.records import PremadeResponse, Prompt
from evalhub.core.pulling.classification import status_of
from evalhub.core.pulling.naming import names_itself
from evalhub.core.pulling.outcomes import Reply
from evalhub.core.pulling.specs import PREMADE
from evalhub.db import tables
from evalhub.db.models import Endpoint

MAX_SLUG = 80
SUFFIX_DIGITS = 6
CHUNK_ROWS = 500


@dataclass(frozen=True, slots=True)
class DraftResponse:
    """Hold one pre-made response: whose it is, and the columns that it fills by itself."""

    prompt_key: str
    model: str
    values: Mapping[str, object]


def draft_responses(prompt: Prompt) -> Iterator[DraftResponse]:
    """Yield what is to be stored of each pre-made response of ``prompt``."""
    sha256 = prompt_hash(prompt) if prompt.responses else ""
    for response in prompt.responses:
        yield DraftResponse(prompt.id, response.model, _values(sha256, response))


def store_responses(
    set_slug: str,
    responses: Sequence[DraftResponse],
    id_by_key: Mapping[str, int],
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> int:
    """Store ``responses``, pre-made for prompts of the set, and return how many there are.

    Each model of the set gets one endpoint of the dialect ``premade``, kept over versions.
    """
    models = sorted({response.model for response in responses})
    endpoint_by_model = {
        model: _endpoint(set_slug, model, session=session, actor=actor, now=now) for model in models
    }
    rows = _rows(responses, id_by_key, endpoint_by_model, now)
    n_stored = 0
    while chunk := list(islice(rows, CHUNK_ROWS)):
        session.connection().execute(tables.response.insert(), chunk)
        n_stored += len(chunk)
    return n_stored


def _endpoint(
    set_slug: str, model: str, *, session: Session, actor: Actor, now: datetime
) -> Endpoint:
    """Return the endpoint for a model's pre-made responses in a set, made when it is new."""
    # The plain name is for people; models that differ only in what it drops get a suffix.
    plain = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")
    suffix = sha256_hex(model)[:SUFFIX_DIGITS]
    start = f"premade-{set_slug}-{plain}"
    slugs = [start[:MAX_SLUG], f"{start[: MAX_SLUG - SUFFIX_DIGITS - 1]}-{suffix}"]
    query = select(Endpoint).where(col(Endpoint.slug).in_(slugs)).order_by(col(Endpoint.id))
    taken = session.exec(query).all()
    for row in taken:
        if row.model == model and row.dialect == PREMADE:
            return row
    free = slugs[0] if all(row.slug != slugs[0] for row in taken) else slugs[1]
    row = Endpoint(
        slug=free,
        revision=1,
        model=model,
        dialect=PREMADE,
        parameters="{}",
        created_at=now,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    return row


def _rows(
    responses: Sequence[DraftResponse],
    id_by_key: Mapping[str, int],
    endpoint_by_model: Mapping[str, Endpoint],
    now: datetime,
) -> Iterator[dict[str, object]]:
    for response in responses:
        endpoint = endpoint_by_model[response.model]
        yield {
            **response.values,
            "prompt_id": id_by_key[response.prompt_key],
            "endpoint_id": endpoint.id,
            "created_at": now,
        }


def _values(prompt_sha256: str, response: PremadeResponse) -> dict[str, object]:
    reply = Reply(response.content, finish_reason=response.finish_reason)
    request: Json = {
        "prompt": prompt_sha256,
        "model": response.model,
        "parameters": response.parameters,
    }
    return {
        "sample_index": 0,
        # Judged like a reply that was pulled: a file can hold empty and cut-off answers too.
        "status": status_of(reply),
        "text": response.content,
        "finish_reason": response.finish_reason,
        "model_reported": response.model,
        # Whoever wrote it was asked as the model; the endpoint's name was made here, afterwards.
        "names_itself": names_itself(response.content, (response.model,)),
        "parameters": canonical_json(response.parameters),
        "request_sha256": content_hash(request),
        "sha256": sha256_hex(response.content),
    }
