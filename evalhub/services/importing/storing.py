"""Store imported judgments: all of a file, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.canonical import canonical_json, sha256_hex
from evalhub.core.people import Actor, Origin
from evalhub.db import tables as t
from evalhub.db.models import JudgmentImport, Project
from evalhub.services import audit
from evalhub.services.importing.drafting import (
    PUBLIC_ID_LENGTH,
    DraftImport,
    Sides,
    draft_import,
    known_pairs,
    refuse_known_file,
    standing_of,
)
from evalhub.services.locks import lock
from evalhub.services.projects.finding import get_project_to_manage


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


def keep_import(
    project_slug: str, draft: DraftImport, *, session: Session, actor: Actor, now: datetime
) -> ImportSummary:
    """Store what was drafted in this or in an earlier transaction: all of it, or nothing.

    Annotators become people of origin ``imported``, who cannot sign in; the same id under the
    same source is the same person in every project. Pairs that are missing are added and not
    offered to anybody. What others added since the draft could make it wrong, so it is then
    drawn again, here; the errors are those of ``draft_import``.
    """
    project = get_project_to_manage(project_slug, session=session, actor=actor)
    source = draft.read.file.source
    # People belong to their source, pairs to their project; always in this order.
    lock(f"import-source:{source}", session=session)
    lock(f"pairs:{project.id}", session=session)
    refuse_known_file(project, draft.read.sha256, session=session)
    if draft.standing != standing_of(project, source, session=session):
        draft = draft_import(project_slug, draft.read, session=session, actor=actor)
    stored = _store_file(project, draft, session=session, actor=actor, now=now)
    people = {**draft.people, **_add_people(draft, session=session, now=now)}
    pairs = {**draft.pairs, **_add_pairs(project, draft, session=session)}
    _insert(draft, stored, people=people, pairs=pairs, session=session)
    summary = ImportSummary(
        n_judgments=len(draft.judgments),
        n_annotators=len({item.annotator for item in draft.judgments}),
        n_pairs=len({item.sides for item in draft.judgments}),
        n_pairs_added=len(draft.new_pairs),
        n_not_answered=draft.n_not_answered,
    )
    _record(project, stored, summary, session=session, actor=actor, now=now)
    return summary


def _store_file(
    project: Project, draft: DraftImport, *, session: Session, actor: Actor, now: datetime
) -> JudgmentImport:
    row = JudgmentImport(
        project_id=project.id,
        filename=draft.read.file.filename,
        sha256=draft.read.sha256,
        source=draft.read.file.source,
        n_judgments=len(draft.judgments),
        created_at=now,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    return row


def _add_people(draft: DraftImport, *, session: Session, now: datetime) -> dict[str, int]:
    """Add the annotators that are missing and return the row of each."""
    source = draft.read.file.source
    rows = [
        {
            "public_id": sha256_hex(canonical_json([source, key]))[:PUBLIC_ID_LENGTH],
            "name": f"{key} ({source})"[:200],
            "origin": Origin.IMPORTED,
            "import_source": source,
            "external_id": key,
            "created_at": now,
        }
        for key in draft.new_people
    ]
    if not rows:
        return {}
    session.connection().execute(sa.insert(t.person), rows)
    last = draft.standing.last_person_id
    added = session.connection().execute(
        sa.select(t.person.c.external_id, t.person.c.id).where(
            t.person.c.import_source == source, t.person.c.id > (0 if last is None else last)
        )
    )
    return {row.external_id: row.id for row in added}


def _add_pairs(project: Project, draft: DraftImport, *, session: Session) -> dict[Sides, int]:
    """Add the pairs that are missing, behind all others, and return the row of each."""
    last = draft.standing.last_position
    start = 0 if last is None else last + 1
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
            "route": draft.route_by_prompt[prompt_id],
        }
        for position, ((x, y), prompt_id) in enumerate(draft.new_pairs.items(), start=start)
    ]
    if not rows:
        return {}
    session.connection().execute(sa.insert(t.pair), rows)
    return known_pairs(project.id, after=last, session=session)


def _insert(
    draft: DraftImport,
    stored: JudgmentImport,
    *,
    people: Mapping[str, int],
    pairs: Mapping[Sides, int],
    session: Session,
) -> None:
    shared = {"import_id": stored.id, "created_at": stored.created_at}
    rows = [
        {
            **item.values,
            **shared,
            "pair_id": pairs[item.sides],
            "person_id": people[item.annotator],
        }
        for item in draft.judgments
    ]
    session.connection().execute(sa.insert(t.judgment), rows)


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
