"""Make a ``Prompt`` from a row of ``evalhub.prompt/1``, or say everything that is wrong."""

from collections.abc import Mapping
from dataclasses import fields as record_fields
from dataclasses import replace

from evalhub.core.canonical import Json, canonical_json
from evalhub.core.prompts.canonical import derived_id
from evalhub.core.prompts.controls import RULE as CONTROL_RULE
from evalhub.core.prompts.controls import read_controls
from evalhub.core.prompts.fields import Fields
from evalhub.core.prompts.licences import RULE as LICENCE_RULE
from evalhub.core.prompts.licences import is_licence
from evalhub.core.prompts.limits import (
    MAX_ID,
    MAX_LANGUAGE,
    MAX_MESSAGE_BYTES,
    MAX_METADATA_BYTES,
    MAX_NAME,
    MAX_REFERENCES,
    MAX_SENTENCE,
    MAX_SPECIALTY,
    MAX_TAGS,
)
from evalhub.core.prompts.messages import read_messages
from evalhub.core.prompts.parts import read_criteria, read_pii, read_responses, read_source
from evalhub.core.prompts.patterns import (
    ID,
    JURISDICTION,
    LANGUAGE,
    LICENSE,
    LINE,
    NAME,
    SPECIALTY,
    TAG,
)
from evalhub.core.prompts.records import Prompt
from evalhub.core.prompts.vocabulary import SCHEMA, Audience, Risk, Split
from evalhub.core.reading.json_text import parse_json
from evalhub.core.reading.quoting import kind_of, shown
from evalhub.errors import BadInput, Problem

KNOWN = ("schema", "prompt", "system", *(field.name for field in record_fields(Prompt)))
REQUIRED = ("domain", "language", "license", "source")


def prompt_from_row(row: Json, *, where: str) -> Prompt:
    """Return the prompt that ``row`` describes.

    Raise ``BadInput`` with every broken rule, each with its field. An ``id`` that is absent
    is derived from the content, so the same row always has the same id.
    """
    fields, problems = _fields(row, where=where)
    prompt = _prompt(fields)
    if prompt.license and not is_licence(prompt.license):
        fields.add("license", f"{LICENCE_RULE}, not {shown(prompt.license)}")
    return _sound(prompt, problems)


def prompt_from_document(document: str) -> Prompt:
    """Return the prompt whose canonical row, as it is stored, is ``document``.

    Its licence is not looked up again: the list of SPDX changes, and a frozen row does not.
    """
    where = "stored prompt"
    fields, problems = _fields(parse_json(document, where=where), where=where)
    return _sound(_prompt(fields), problems)


def _fields(row: Json, *, where: str) -> tuple[Fields, list[Problem]]:
    if not isinstance(row, Mapping):
        raise BadInput.at(where, f"must be an object, not {kind_of(row)}")
    problems: list[Problem] = []
    return Fields(row, where=where, problems=problems), problems


def _sound(prompt: Prompt, problems: list[Problem]) -> Prompt:
    if problems:
        raise BadInput(problems)
    return prompt if prompt.id else replace(prompt, id=derived_id(prompt))


def _prompt(fields: Fields) -> Prompt:
    """Read every field; the record is only good when no problem was added."""
    _check_names(fields)
    return Prompt(
        id=_identifier(fields),
        messages=read_messages(fields),
        domain=fields.text("domain", limit=MAX_NAME, pattern=NAME) or "",
        language=fields.text("language", limit=MAX_LANGUAGE, pattern=LANGUAGE) or "",
        license=fields.text("license", limit=MAX_NAME, pattern=LICENSE) or "",
        source=read_source(fields),
        split=fields.word("split", Split) or Split.TRAIN,
        reference=fields.texts("reference", limit=MAX_MESSAGE_BYTES, most=MAX_REFERENCES),
        criteria=read_criteria(fields),
        jurisdiction=fields.text("jurisdiction", limit=MAX_NAME, pattern=JURISDICTION),
        specialty=fields.text("specialty", limit=MAX_SPECIALTY, pattern=SPECIALTY),
        as_of=fields.day("as_of"),
        audience=fields.word("audience", Audience),
        tags=_tags(fields),
        difficulty=fields.text("difficulty", limit=MAX_NAME, pattern=LINE),
        risk=fields.word("risk", Risk),
        consent_ref=fields.text("consent_ref", limit=MAX_ID, pattern=LINE),
        pii=read_pii(fields),
        canary=fields.text("canary", limit=MAX_SENTENCE),
        metadata=_metadata(fields),
        responses=read_responses(fields),
    )


def _check_names(fields: Fields) -> None:
    fields.refuse_unknown(KNOWN)
    if fields.has("schema") and fields.get("schema") != SCHEMA:
        fields.add("schema", f"must be {SCHEMA!r}, not {shown(fields.get('schema'))}")
    fields.require(*REQUIRED)


def _identifier(fields: Fields) -> str:
    """Return the id as text; a whole number is one too. Empty when absent."""
    # True is a whole number to Python, and no id.
    value = fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return fields.text("id", limit=MAX_ID, pattern=ID) or ""


def _tags(fields: Fields) -> tuple[str, ...]:
    tags = fields.texts("tags", limit=MAX_NAME, most=MAX_TAGS, pattern=TAG)
    for tag in {tag for tag in tags if tags.count(tag) > 1}:
        fields.add("tags", f"names {shown(tag)} twice")
    return tags


def _metadata(fields: Fields) -> Mapping[str, Json]:
    metadata = fields.mapping("metadata")
    if len(canonical_json(metadata).encode()) > MAX_METADATA_BYTES:
        fields.add("metadata", f"has more than {MAX_METADATA_BYTES:,} bytes")
    # Elsewhere "control" is a word of the owner's own, as the rest of the metadata is.
    if fields.get("split") == Split.GOLD and read_controls(metadata) is None:
        fields.add("metadata", CONTROL_RULE)
    return metadata
