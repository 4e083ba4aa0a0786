"""Write prompts in their one canonical form and hash them.

``prompt_to_json`` leaves out what is absent and the pre-made responses: it is what is stored,
asked and shown, and must not name a model. ``row_to_json`` adds the responses: it is what a
set's hash covers. The hash of a set is the SHA-256 of its canonical rows in order of id, each
followed by a line end, so that two files with the same rows in another order are one version.
"""

import hashlib
from collections.abc import Iterable

from evalhub.core.canonical import Json, canonical_json, content_hash
from evalhub.core.prompts.messages import messages_to_json
from evalhub.core.prompts.records import PremadeResponse, Prompt, PromptCriterion, Source
from evalhub.core.prompts.vocabulary import SCHEMA

DERIVED_ID_DIGITS = 20


def prompt_to_json(prompt: Prompt) -> dict[str, Json]:
    """Return the canonical row of ``prompt`` without its pre-made responses."""
    row: dict[str, Json] = {
        "schema": SCHEMA,
        "id": prompt.id,
        "messages": messages_to_json(prompt.messages),
        "reference": list(prompt.reference),
        "criteria": [_criterion(criterion) for criterion in prompt.criteria],
        "domain": prompt.domain,
        "language": prompt.language,
        "jurisdiction": prompt.jurisdiction,
        "specialty": prompt.specialty,
        "as_of": prompt.as_of.isoformat() if prompt.as_of else None,
        "audience": prompt.audience,
        "tags": list(prompt.tags),
        "difficulty": prompt.difficulty,
        "risk": prompt.risk,
        "source": _source(prompt.source),
        "license": prompt.license,
        "consent_ref": prompt.consent_ref,
        "pii": _pii(prompt),
        "split": prompt.split,
        "canary": prompt.canary,
        "metadata": prompt.metadata,
    }
    return _present(row)


def row_to_json(prompt: Prompt) -> dict[str, Json]:
    """Return the canonical row of ``prompt`` with its pre-made responses."""
    row = prompt_to_json(prompt)
    if prompt.responses:
        row["responses"] = [_response(response) for response in prompt.responses]
    return row


def prompt_hash(prompt: Prompt) -> str:
    """Return the SHA-256 of the canonical row without responses."""
    return content_hash(prompt_to_json(prompt))


def prompt_set_hash(prompts: Iterable[Prompt]) -> str:
    """Return the hash that names a version of a set; see the module's text."""
    digest = hashlib.sha256()
    # Ids are unique within a set, so the order is settled by them alone.
    for prompt in sorted(prompts, key=lambda prompt: prompt.id):
        digest.update(canonical_json(row_to_json(prompt)).encode() + b"\n")
    return digest.hexdigest()


def content_key(prompt: Prompt) -> str:
    """Return a hash of what is asked, the messages alone: equal keys are exact duplicates."""
    return content_hash(messages_to_json(prompt.messages))


def derived_id(prompt: Prompt) -> str:
    """Return the id of a prompt that came without one, from everything but its id."""
    # Without responses, as prompt_to_json leaves them out: the same question answered by other
    # models stays the same prompt.
    row = prompt_to_json(prompt)
    del row["id"]
    return f"p-{content_hash(row)[:DERIVED_ID_DIGITS]}"


def _criterion(criterion: PromptCriterion) -> Json:
    row: dict[str, Json] = {"id": criterion.id, "text": criterion.text, "points": criterion.points}
    return row | ({"tags": list(criterion.tags)} if criterion.tags else {})


def _source(source: Source) -> Json:
    day = source.collected_at
    return _present(
        {
            "kind": source.kind,
            "author": source.author,
            "url": source.url,
            "collected_at": day.isoformat() if day else None,
            "generator": source.generator,
        }
    )


def _pii(prompt: Prompt) -> Json:
    scan = prompt.pii
    return None if scan is None else {"scanned_by": scan.scanned_by, "result": scan.result}


def _response(response: PremadeResponse) -> Json:
    day = response.generated_at
    row: dict[str, Json] = {
        "model": response.model,
        "finish_reason": response.finish_reason,
        "generated_at": day.isoformat() if day else None,
        "parameters": response.parameters,
    }
    return {"content": response.content} | _present(row)


def _present(row: dict[str, Json]) -> dict[str, Json]:
    """Leave out what is null or an empty list or object."""
    # Absent and empty must hash alike: Parquet and CSV cannot tell one from the other.
    return {key: value for key, value in row.items() if value not in (None, [], {})}
