"""Read stored JSON back into the types of the core."""

from functools import lru_cache
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from evalhub.core.canonical import Json, StoredJson
from evalhub.core.judging.answers import SCHEMA as ANSWER_SCHEMA
from evalhub.core.judging.answers import Answer, answer_from_json, is_consistent
from evalhub.core.releasing.checking import ALWAYS_MADE, RowChecks
from evalhub.core.releasing.dossier.fields import Dossier
from evalhub.core.releasing.dossier.vocabulary import DOSSIER, DOSSIER_SCHEMA
from evalhub.core.releasing.manifest import MANIFEST, RECIPE, Manifest
from evalhub.core.releasing.vocabulary import FLAVOURS, RELEASE_SCHEMA, Aggregation, TieRule
from evalhub.errors import BadInput

_ANSWERS = TypeAdapter(Answer)
_NAMED = f'"schema":"{ANSWER_SCHEMA}"'
"""How the canonical text of an answer names its schema; within words the marks are escaped."""
_MANIFESTS = TypeAdapter(Manifest)
_DOSSIERS = TypeAdapter(Dossier)
Read = TypeVar("Read")


class _Flag(BaseModel):
    id: str
    veto: bool


class _Flags(BaseModel):
    items: list[_Flag] = []


class _PairRules(BaseModel):
    tie_rule: TieRule = TieRule.NEUTRAL


class _Recipe(BaseModel):
    flavours: list[str] = []
    aggregation: Aggregation = Aggregation.ITEM_ONLY
    pairs: _PairRules = _PairRules()


class _Rubric(BaseModel):
    flags: _Flags = _Flags()


class _Counts(BaseModel):
    judgments_by_origin: dict[str, int]


class _Counted(BaseModel):
    counts: _Counts


def read_answer(value: Json, *, where: str) -> Answer:
    """Return a stored answer as typed data, in a fifteenth of the time ``answer_from_json`` takes.

    Each was read by that before it was stored, so this needs no place for every value. Where
    anything is not as it should be, that reads it again and raises ``BadInput`` with the place; so
    does what is no stored text.
    """
    if not isinstance(value, StoredJson):
        return answer_from_json(value, where=where)
    try:
        answer = _ANSWERS.validate_json(value.text, strict=True)
    except ValidationError:
        return answer_from_json(value, where=where)
    if _NAMED not in value.text or not is_consistent(answer):
        return answer_from_json(value, where=where)
    return answer


def read_veto_flags(document: str) -> frozenset[str]:
    """Return the ids of the flags with a veto in a stored rubric."""
    rubric = _Rubric.model_validate_json(document)
    return frozenset(flag.id for flag in rubric.flags.items if flag.veto)


def read_checks(recipe: str) -> RowChecks:
    """Return the checks that a release by ``recipe`` must pass.

    What a recipe from before there was a choice does not name is what it was then. Raise
    ``BadInput`` when it is no recipe.
    """
    try:
        named = _Recipe.model_validate_json(recipe)
    except ValidationError as error:
        raise BadInput.at(RECIPE, error.errors()[0]["msg"]) from error
    return RowChecks(
        ALWAYS_MADE | {part for part in FLAVOURS if part in named.flavours},
        ties_count_against=named.pairs.tie_rule is TieRule.AGAINST,
        has_margins=named.aggregation is not Aggregation.MAJORITY,
    )


@lru_cache(maxsize=64)
def read_manifest(text: str | bytes) -> Manifest:
    """Return a manifest as typed data; raise ``BadInput`` naming the field that is wrong."""
    manifest = _read(_MANIFESTS, text, where=MANIFEST)
    _check_schema(manifest.schema, RELEASE_SCHEMA, where=MANIFEST)
    return manifest


def read_origins(manifest: str) -> tuple[str, ...]:
    """Return the origins of a release's judgments, sorted, and nothing else of its manifest."""
    counts = _Counted.model_validate_json(manifest).counts
    return tuple(sorted(name for name, n in counts.judgments_by_origin.items() if n))


def read_dossier(text: str | bytes) -> Dossier:
    """Return a dossier as typed data; raise ``BadInput`` naming the field that is wrong."""
    dossier = _read(_DOSSIERS, text, where=DOSSIER)
    _check_schema(dossier.schema, DOSSIER_SCHEMA, where=DOSSIER)
    return dossier


def _read(kind: TypeAdapter[Read], text: str | bytes, *, where: str) -> Read:
    try:
        return kind.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        # What is no JSON at all is wrong as a whole, and has no field to name.
        at = f"{where}, field {place!r}" if place else where
        raise BadInput.at(at, first["msg"]) from error


def _check_schema(found: str, known: str, *, where: str) -> None:
    if found != known:
        raise BadInput.at(f"{where}, field 'schema'", f"must be {known!r}")
