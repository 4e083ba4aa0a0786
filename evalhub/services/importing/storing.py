"""Store imported judgments: all of a file, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import AnnotatorKind, JudgmentOrigin
from evalhub.core.canonical import canonical_json, sha256_hex
from evalhub.core.judging.answers import Answer, answer_to_json
from evalhub.core.judging.importing import ImportColumns, ImportedJudgment, scan_judgments
from evalhub.core.people import Actor, Origin
from evalhub.db import tables as t
from evalhub.db.models import JudgmentImport, Person, Project
from evalhub.errors import BadInput, Conflict
from evalhub.services import audit
from evalhub.services.importing.resolving import ResolvedJudgment, resolve
from evalhub.services.locks import lock
from evalhub.services.projects.finding import get_project_to_manage

PUBLIC_ID_LENGTH = 32
MAX_SOURCE = 100


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
class ImportSummary:
    """Count what an import added.

    ``n_not_answered`` judgments concern a response that is empty, truncated or refused.
    """

    n_judgments: int
    n_annotators: int
    n_pairs: int
    n_pairs_added: int
    n_not_answered: int


def import_judgments(
    project_slug: str, file: ImportedFile, *, session: Session, actor: Actor, now: datetime
) -> ImportSummary:
    """Import every judgment of ``file`` into the project.

    Annotators become people of origin ``imported``, who cannot sign in; the same id under the
    same source is the same person in every project. Pairs that are missing are added and not
    offered to anybody. Raise ``BadInput`` naming each line at fault and ``Conflict`` when the
    project has this file already; nothing is stored then.
    """
    _check_source(file.source)
    scanned = scan_judgments(
        file.data, filename=file.filename, columns=file.columns, annotator=file.annotator
    )
    rows = scanned.rows
    # Also before the session is touched: on SQLite its first statement takes the one writer's
    # place, and writing ten thousand answers out is half of the work.
    documents = [canonical_json(answer_to_json(_answer(row))) for row in rows]
    project = get_project_to_manage(project_slug, session=session, actor=actor)
    # People belong to their source, pairs to their project; always in this order.
    lock(f"import-source:{file.source}", session=session)
    lock(f"pairs:{project.id}", session=session)
    # The very same file is told as such, rather than as a repeat on each of its lines.
    sha256 = _new_hash(project, file, session=session)
    resolved = resolve(
        rows,
        project=project,
        filename=file.filename,
        source=file.source,
        known_problems=scanned.problems,
        session=session,
    )
    stored = _store_file(project, file, sha256, len(rows), session=session, actor=actor, now=now)
    people = _people(file, rows, session=session, now=now)
    pairs, n_added = _pairs(project, resolved, session=session)
    judged = list(zip(resolved, documents, strict=True))
    _insert(project, stored, judged, people=people, pairs=pairs, kind=file.kind, session=session)
    summary = ImportSummary(
        n_judgments=len(rows),
        n_annotators=len(people),
        n_pairs=len({_sides(item) for item in resolved}),
        n_pairs_added=n_added,
        n_not_answered=sum(
            not (item.left.is_answered and item.right.is_answered) for item in resolved
        ),
    )
    _record(project, stored, summary, session=session, actor=actor, now=now)
    return summary


def _check_source(source: str) -> None:
    is_line = source == source.strip() and source.isprintable()
    if not 1 <= len(source) <= MAX_SOURCE or not is_line:
        rule = f"needs 1 to {MAX_SOURCE} printable characters without spaces around them"
        raise BadInput.at("source", rule)


def _new_hash(project: Project, file: ImportedFile, *, session: Session) -> str:
    """Return the file's hash; raise ``Conflict`` when the project has this file already."""
    sha256 = sha256_hex(file.data)
    known = select(JudgmentImport.id).where(
        JudgmentImport.project_id == project.id, JudgmentImport.sha256 == sha256
    )
    if session.exec(known).first() is not None:
        raise Conflict(f"Project {project.slug!r} has imported this very file already.")
    return sha256


def _store_file(
    project: Project,
    file: ImportedFile,
    sha256: str,
    n_judgments: int,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> JudgmentImport:
    row = JudgmentImport(
        project_id=project.id,
        filename=file.filename,
        sha256=sha256,
        source=file.source,
        n_judgments=n_judgments,
        created_at=now,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    return row


def _people(
    file: ImportedFile, rows: Sequence[ImportedJudgment], *, session: Session, now: datetime
) -> dict[str, int]:
    """Return the person row of every annotator id, adding those that are missing."""
    wanted = sorted({row.annotator for row in rows})
    mine = col(Person.import_source) == file.source
    # Read whole: ids by the ten thousand are more parameters than a statement may have.
    known = set(session.exec(select(Person.external_id).where(mine)))
    missing = [
        {
            "public_id": sha256_hex(canonical_json([file.source, key]))[:PUBLIC_ID_LENGTH],
            "name": f"{key} ({file.source})"[:200],
            "origin": Origin.IMPORTED,
            "import_source": file.source,
            "external_id": key,
            "created_at": now,
        }
        for key in wanted
        if key not in known
    ]
    if missing:
        session.connection().execute(sa.insert(t.person), missing)
    people = session.connection().execute(
        sa.select(t.person.c.external_id, t.person.c.id).where(
            t.person.c.import_source == file.source
        )
    )
    ids = {row.external_id: row.id for row in people}
    return {key: ids[key] for key in wanted}


def _sides(item: ResolvedJudgment) -> tuple[int, int]:
    """Return the response rows of a judged pair, the lower id first."""
    low, high = sorted((item.left.id, item.right.id))
    return low, high


def _pairs(
    project: Project, resolved: Sequence[ResolvedJudgment], *, session: Session
) -> tuple[dict[tuple[int, int], int], int]:
    """Return the pair row of every judged pair, and how many had to be added."""
    known = _known_pairs(project, session)
    missing: dict[tuple[int, int], int] = {
        _sides(item): item.left.prompt_id for item in resolved if _sides(item) not in known
    }
    if missing:
        last = sa.select(sa.func.max(t.pair.c.position)).where(t.pair.c.project_id == project.id)
        start = session.connection().execute(last).scalar()
        first = 0 if start is None else start + 1
        rows = [
            {
                "project_id": project.id,
                "prompt_id": prompt_id,
                "response_x_id": x,
                "response_y_id": y,
                "position": position,
                "overlap": project.overlap,
                "n_taken": 0,
                # They exist to hold judgments made elsewhere; nobody asked for more of them.
                "is_offered": False,
            }
            for position, ((x, y), prompt_id) in enumerate(sorted(missing.items()), start=first)
        ]
        session.connection().execute(sa.insert(t.pair), rows)
    return _known_pairs(project, session), len(missing)


def _known_pairs(project: Project, session: Session) -> dict[tuple[int, int], int]:
    rows = session.connection().execute(
        sa.select(t.pair.c.response_x_id, t.pair.c.response_y_id, t.pair.c.id).where(
            t.pair.c.project_id == project.id
        )
    )
    return {(row.response_x_id, row.response_y_id): row.id for row in rows}


def _insert(
    project: Project,
    stored: JudgmentImport,
    judged: Sequence[tuple[ResolvedJudgment, str]],
    *,
    people: dict[str, int],
    pairs: dict[tuple[int, int], int],
    kind: AnnotatorKind,
    session: Session,
) -> None:
    """Insert the judgments, each with its answer as canonical JSON."""
    rows = [
        {
            "public_id": _public_id(project, stored, item.row.line),
            "project_id": project.id,
            "pair_id": pairs[_sides(item)],
            "person_id": people[item.row.annotator],
            "import_id": stored.id,
            "source_line": item.row.line,
            "revision": 1,
            "origin": JudgmentOrigin.IMPORTED,
            "annotator_kind": kind,
            "rubric_version_id": project.rubric_version_id,
            # A pair is stored lower id first; what stood left in the file was shown as A.
            "is_swapped": item.left.id > item.right.id,
            "choice": item.row.choice,
            "preference": item.row.preference,
            "confidence": item.row.confidence,
            "why": item.row.why,
            "answer": document,
            "created_at": stored.created_at,
        }
        for item, document in judged
    ]
    session.connection().execute(sa.insert(t.judgment), rows)


def _public_id(project: Project, stored: JudgmentImport, line: int) -> str:
    """Return an id that comes from project, file and line, so that it is the same anywhere."""
    # A row id would differ between two databases that hold the same judgments, and with it
    # the bytes of the same release.
    return sha256_hex(f"{project.slug}:{stored.sha256}:{line}")[:PUBLIC_ID_LENGTH]


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


def _record(
    project: Project,
    stored: JudgmentImport,
    summary: ImportSummary,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        "judgments.import",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={
            "file": stored.filename,
            "sha256": stored.sha256,
            "source": stored.source,
            "n_judgments": summary.n_judgments,
            "n_annotators": summary.n_annotators,
        },
        now=now,
    )
