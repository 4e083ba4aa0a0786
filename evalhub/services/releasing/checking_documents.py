"""Check that the documents of a release speak of its files, and of no others.

Releases built before there were documents have none, and are as good as they were.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from evalhub.core.releasing.dossier.datasheet import HEADINGS
from evalhub.core.releasing.dossier.fields import Dossier, DossierField
from evalhub.core.releasing.dossier.vocabulary import (
    CROISSANT,
    DATASHEET,
    DOSSIER,
    FieldName,
    FieldOrigin,
)
from evalhub.core.releasing.flavours.dataset_info import DATASET_INFO, dataset_info_text
from evalhub.core.releasing.manifest import MANIFEST, Manifest
from evalhub.core.releasing.schemas import SCHEMAS
from evalhub.core.releasing.vocabulary import Part
from evalhub.errors import BadInput, Problem
from evalhub.services.releasing.checking_words import (
    CARD,
    broken_card,
    broken_datasheet,
    broken_figures,
)
from evalhub.services.releasing.reading import read_dossier

DOCUMENTS = (DOSSIER, DATASHEET, CROISSANT)


class _Extract(BaseModel):
    column: str


class _Reference(BaseModel):
    id: str = Field(alias="@id")


class _Source(BaseModel):
    file: _Reference = Field(alias="fileObject")
    extract: _Extract


class _Field(BaseModel):
    source: _Source


class _RecordSet(BaseModel):
    id: str = Field(alias="@id")
    fields: list[_Field] = Field(alias="field")


class _FileObject(BaseModel):
    url: str = Field(alias="contentUrl")
    sha256: str


class _Croissant(BaseModel):
    """Reads of a description only what can be held against the files."""

    files: list[_FileObject] = Field(alias="distribution")
    record_sets: list[_RecordSet] = Field(alias="recordSet")


def check_documents(folder: Path, manifest: Manifest) -> list[Problem]:
    """Return what is wrong with the documents of a release whose files have the right hashes."""
    listed = {file.path for file in manifest.files}
    made = list(_broken_copies(folder, manifest))
    if CARD in listed:
        made += [Problem(CARD, rule) for rule in _broken(CARD, folder / CARD, manifest)]
    present = [path for path in DOCUMENTS if path in listed]
    if not present:
        return made
    problems = made + [
        Problem(path, "is not there, and the other documents are")
        for path in DOCUMENTS
        if path not in listed
    ]
    for path in present:
        problems += [Problem(path, rule) for rule in _broken(path, folder / path, manifest)]
    # A datasheet repeats the dossier, so what is wrong with that would be told twice.
    if not problems:
        problems = list(_broken_repetition(folder, manifest))
    return problems


def _broken_copies(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield what is wrong with the files whose very bytes follow from the manifest.

    The card is none of them: its words change with EvalHub, and an older one is as good as it was.
    What it says in numbers is held against them apart.
    """
    hashes = {file.path: file.sha256 for file in manifest.files}
    for rubric in manifest.inputs.rubrics:
        if hashes.get(rubric.path) != rubric.sha256:
            yield Problem(
                rubric.path, f"is not the rubric {rubric.id} {rubric.version} of {MANIFEST}"
            )
    if DATASET_INFO in hashes:
        wanted = dataset_info_text(manifest.release.project, manifest.files)
        if (folder / DATASET_INFO).read_bytes() != wanted.encode():
            yield Problem(DATASET_INFO, f"does not describe the files of {MANIFEST}")


def _broken_repetition(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield what the dossier repeats of the manifest, and the datasheet of both, and says else."""
    dossier = read_dossier((folder / DOSSIER).read_bytes())
    yield from (Problem(DOSSIER, rule) for rule in broken_figures(dossier, manifest))
    text = (folder / DATASHEET).read_text(encoding="utf-8")
    yield from (Problem(DATASHEET, rule) for rule in broken_datasheet(text, manifest, dossier))


def _broken(path: str, file: Path, manifest: Manifest) -> Iterator[str]:
    data = file.read_bytes()
    try:
        if path == DOSSIER:
            yield from _broken_dossier(read_dossier(data), manifest)
        elif path == CROISSANT:
            yield from _broken_croissant(_Croissant.model_validate_json(data), manifest)
        elif path == CARD:
            yield from broken_card(data.decode(), manifest)
        else:
            yield from _broken_datasheet(data.decode())
    except BadInput as error:
        # Each names its file already, which whoever is told sees before it.
        for problem in error.problems:
            yield str(problem).removeprefix(path).lstrip(",: ")
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        yield f"cannot be read: {place and f'field {place!r}: '}{first['msg']}"
    except UnicodeDecodeError as error:
        yield f"cannot be read: {str(error)[:200]}"


def _broken_dossier(dossier: Dossier, manifest: Manifest) -> Iterator[str]:
    if dossier.release != manifest.release:
        yield f"is of {dossier.release.id}, not of {manifest.id}"
    if dossier.simulated != manifest.simulated:
        yield "does not say of simulation what the manifest says"
    names = Counter(field.name for field in dossier.fields)
    for name in FieldName:
        if names[name] != 1:
            yield f"has the field {name.value} {names[name]} times"
    for field in dossier.fields:
        if not _is_explained(field):
            yield f"field {field.name.value} is {field.origin.value} and does not say how or why"


def _is_explained(field: DossierField) -> bool:
    """Tell whether a field says how it was computed, who wrote it, or why it is empty."""
    if field.origin is FieldOrigin.COMPUTED:
        return bool(field.method)
    if field.origin is FieldOrigin.WRITTEN:
        return bool(field.text and field.written_by)
    return bool(field.reason)


def _broken_croissant(croissant: _Croissant, manifest: Manifest) -> Iterator[str]:
    tables = {file.path: file.sha256 for file in manifest.files if file.n_rows is not None}
    described = {file.url: file.sha256 for file in croissant.files}
    # Once each: another hash stands in both, and would be told twice.
    for path in sorted({path for path, _ in tables.items() ^ described.items()}):
        yield f"does not describe {path} as the manifest does"
    for one in croissant.record_sets:
        part = one.id.partition("/")[0]
        known = set(SCHEMAS[Part(part)].names) if part in set(Part) else set()
        for field in one.fields:
            source = field.source
            if source.file.id not in tables or source.extract.column not in known:
                yield f"record set {one.id} reads {source.extract.column} of {source.file.id}"


def _broken_datasheet(text: str) -> Iterator[str]:
    lines = set(text.split("\n"))
    for heading in HEADINGS:
        if f"## {heading}" not in lines:
            yield f"has no heading {heading!r}"
