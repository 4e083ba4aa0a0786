"""Read a file of judgments and find all that it names, without writing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin
from evalhub.core.canonical import canonical_json, sha256_hex
from evalhub.core.free_words import says_something
from evalhub.core.judging.answers import Answer, answer_to_json
from evalhub.core.judging.importing import (
    ImportColumns,
    ImportedJudgment,
    ScannedFile,
    scan_judgments,
)
from evalhub.core.people import Actor
from evalhub.db import tables as t
from evalhub.db.models import JudgmentImport, Project
from evalhub.errors import BadInput, Conflict
from evalhub.services.importing.resolving import ResolvedJudgment, resolve
from evalhub.services.pairing.adding import routes_of
from evalhub.services.pairing.drafting import last_position
from evalhub.services.projects.finding import get_project_to_manage

PUBLIC_ID_LENGTH = 32
MAX_SOURCE = 100

Sides: TypeAlias = tuple[int, int]
"""The response rows of a pair, the lower id first."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """Describe the file to import; ``source`` names where its annotator ids come from.

    ``annotator`` names the one who made every judgment of a file that does not say who did.
    """

    data: bytes
    filename: str
    source: str
    columns: ImportColumns = field(default_factory=ImportColumns)
    kind: AnnotatorKind = AnnotatorKind.HUMAN
    annotator: str = ""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Hold what a file says by itself: its rows, each answer as canonical JSON, its hash."""

    file: ImportedFile
    scanned: ScannedFile
    documents: Sequence[str]
    sha256: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Name the newest rows that an import rests on; the same ones mean that nothing was added."""

    last_import_id: int | None
    last_person_id: int | None
    last_position: int | None


@dataclass(frozen=True, slots=True)
class DraftJudgment:
    """Hold one row to insert: its pair, its annotator and the columns that are known already."""

    sides: Sides
    annotator: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DraftImport:
    """Hold what an import would store, and the state of the project that it rests on.

    ``people`` and ``pairs`` are the rows that exist; ``new_people`` and ``new_pairs`` (with the
    prompt of each) are those that are missing. ``route_by_prompt`` has the routes of the prompts
    of the project, which never change.
    """

    read: ReadFile
    standing: Standing
    judgments: Sequence[DraftJudgment]
    people: Mapping[str, int]
    new_people: Sequence[str]
    pairs: Mapping[Sides, int]
    new_pairs: Mapping[Sides, int]
    route_by_prompt: Mapping[int, str]
    n_not_answered: int


def read_file(file: ImportedFile) -> ReadFile:
    """Read ``file`` by itself; raise ``BadInput`` for a source or a column that breaks its rule.

    Rows at fault stay in what was scanned: whoever mends a file wants to hear of everything in
    it at once, also of what only the project can tell.
    """
    _check_source(file.source)
    scanned = scan_judgments(
        file.data, filename=file.filename, columns=file.columns, annotator=file.annotator
    )
    documents = [canonical_json(answer_to_json(_answer(row))) for row in scanned.rows]
    return ReadFile(file, scanned, documents, sha256_hex(file.data))


def draft_import(
    project_slug: str, read: ReadFile, *, session: Session, actor: Actor
) -> DraftImport:
    """Find the responses, people and pairs that ``read`` names in the project.

    Raise ``BadInput`` naming each line at fault and ``Conflict`` when the project has this file
    already.
    """
    project = get_project_to_manage(project_slug, session=session, actor=actor)
    # The very same file is told as such, rather than as a repeat on each of its lines.
    refuse_known_file(project, read.sha256, session=session)
    standing = standing_of(project, read.file.source, session=session)
    resolved = resolve(
        read.scanned.rows,
        project=project,
        filename=read.file.filename,
        source=read.file.source,
        known_problems=read.scanned.problems,
        session=session,
    )
    people = _people(read.file.source, session=session)
    pairs = known_pairs(project.id, session=session)
    wanted = {_sides(item): item.left.prompt_id for item in resolved}
    both = zip(resolved, read.documents, strict=True)
    return DraftImport(
        read=read,
        standing=standing,
        judgments=[_judgment(project, read, item, document) for item, document in both],
        people=people,
        new_people=sorted({row.annotator for row in read.scanned.rows} - people.keys()),
        pairs=pairs,
        new_pairs={sides: wanted[sides] for sides in sorted(wanted.keys() - pairs.keys())},
        route_by_prompt=routes_of(project, session=session),
        n_not_answered=sum(
            not (item.left.is_answered and item.right.is_answered) for item in resolved
        ),
    )


def standing_of(project: Project, source: str, *, session: Session) -> Standing:
    """Return the newest import and pair of the project and the newest person of the source.

    Rows of these three are only ever added, and what was answered never changes.
    """
    imports = sa.select(sa.func.max(col(JudgmentImport.id))).where(
        col(JudgmentImport.project_id) == project.id
    )
    people = sa.select(sa.func.max(t.person.c.id)).where(t.person.c.import_source == source)
    return Standing(
        session.connection().execute(imports).scalar(),
        session.connection().execute(people).scalar(),
        last_position(project.id, session=session),
    )


def refuse_known_file(project: Project, sha256: str, *, session: Session) -> None:
    """Raise ``Conflict`` when the project has the file of this hash already."""
    known = select(JudgmentImport.id).where(
        JudgmentImport.project_id == project.id, JudgmentImport.sha256 == sha256
    )
    if session.exec(known).first() is not None:
        raise Conflict(f"Project {project.slug!r} has imported this very file already.")


def known_pairs(project_id: int, *, after: int | None = None, session: Session) -> dict[Sides, int]:
    """Return the project's pairs by their responses; with ``after``, those behind a position."""
    rows = session.connection().execute(
        sa.select(t.pair.c.response_x_id, t.pair.c.response_y_id, t.pair.c.id).where(
            t.pair.c.project_id == project_id,
            sa.true() if after is None else t.pair.c.position > after,
        )
    )
    return {(row.response_x_id, row.response_y_id): row.id for row in rows}


def _check_source(source: str) -> None:
    is_line = source == source.strip() and source.isprintable()
    if not (is_line and len(source) <= MAX_SOURCE and says_something(source)):
        rule = f"needs 1 to {MAX_SOURCE} printable characters without spaces around them"
        raise BadInput.at("source", rule)


def _people(source: str, *, session: Session) -> dict[str, int]:
    # Read whole: ids by the ten thousand are more parameters than a statement may have.
    rows = session.connection().execute(
        sa.select(t.person.c.external_id, t.person.c.id).where(t.person.c.import_source == source)
    )
    return {row.external_id: row.id for row in rows}


def _sides(item: ResolvedJudgment) -> Sides:
    low, high = sorted((item.left.id, item.right.id))
    return low, high


def _judgment(
    project: Project, read: ReadFile, item: ResolvedJudgment, document: str
) -> DraftJudgment:
    row = item.row
    values: dict[str, object] = {
        "public_id": _public_id(project, read.sha256, row.line),
        "project_id": project.id,
        "source_line": row.line,
        "revision": 1,
        "origin": JudgmentOrigin.IMPORTED,
        "annotator_kind": read.file.kind,
        "rubric_version_id": project.rubric_version_id,
        # A pair is stored lower id first; what stood left in the file was shown as A.
        "is_swapped": item.left.id > item.right.id,
        "choice": row.choice,
        "preference": row.preference,
        "confidence": row.confidence,
        "why": row.why,
        "answer": document,
    }
    return DraftJudgment(_sides(item), row.annotator, values)


def _public_id(project: Project, sha256: str, line: int) -> str:
    """Return an id that comes from project, file and line, so that it is the same anywhere."""
    # A row id would differ between two databases that hold the same judgments, and with it
    # the bytes of the same release.
    return sha256_hex(f"{project.slug}:{sha256}:{line}")[:PUBLIC_ID_LENGTH]


def _answer(row: ImportedJudgment) -> Answer:
    """Return what the file holds of a form.

    An answer's choice and preference belong together; a file without grades gives a choice
    alone, which then stands in the judgment and not in the form.
    """
    if row.preference is None:
        return Answer(confidence=row.confidence, why=row.why)
    return Answer(
        choice=row.choice, preference=row.preference, confidence=row.confidence, why=row.why
    )
