"""Store, find and list versions of rubrics.

A version on which judgments rest, or which a project uses, never changes: another text under
the same number is refused. One that nobody has used yet may still be corrected.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.canonical import canonical_json
from evalhub.core.people import Actor
from evalhub.core.rubrics.canonical import rubric_hash, rubric_to_json
from evalhub.core.rubrics.loading import load_rubric, rubric_from_json
from evalhub.core.rubrics.schema import Rubric, version_key
from evalhub.core.rubrics.versions import check_version_change
from evalhub.db.models import (
    Judgment,
    Project,
    ProjectTerms,
    RubricTranslation,
    RubricVersion,
)
from evalhub.errors import BadInput, Immutable, NotFound
from evalhub.services import audit
from evalhub.services.locks import lock


@dataclass(frozen=True, slots=True)
class RubricView:
    """One stored version with what rests on it; ``row_id`` is its row."""

    row_id: int
    rubric: Rubric
    sha256: str
    created_at: datetime
    n_judgments: int
    n_projects: int

    @property
    def is_used(self) -> bool:
        """Tell whether the version can no longer change."""
        return bool(self.n_judgments or self.n_projects)


@dataclass(frozen=True, slots=True)
class StoredRubric:
    """What storing came to: the version, and whether anything was written."""

    view: RubricView
    is_new: bool


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One rubric in a list: what its newest version says, and all numbers, the newest first."""

    id: str
    title: str
    domain: str
    status: str
    versions: tuple[str, ...]
    n_judgments: int


def store_rubric(
    text: str | bytes, *, where: str, session: Session, actor: Actor, now: datetime
) -> StoredRubric:
    """Store the rubric in ``text`` (YAML or JSON) as a version.

    The same text again changes nothing. Raise ``BadInput`` naming line, field and rule, also
    when the step from the version before it, or to the one after it, is too small for what
    differs, and ``Immutable`` when the number stands for another text that is in use.
    """
    rubric = load_rubric(text, where=where)
    # Of two people who store the next version at once each would compare with the one before, and
    # not with the other's.
    lock(f"rubric:{rubric.id}", session=session)
    # Held from here on: on PostgreSQL a project that takes the version up at this moment is either
    # counted below or finds the corrected text.
    row = find_version(rubric.id, rubric.version, session=session, for_update=True)
    if row is not None and row.sha256 == rubric_hash(rubric):
        return StoredRubric(_view(row, session=session), is_new=False)
    if row is not None:
        _refuse_used(_view(row, session=session))
    _check_neighbours(rubric, where=where, session=session)
    row = _write(row, rubric, session=session, actor=actor, now=now)
    audit.record(
        "rubric.store",
        session=session,
        actor=actor,
        subject=f"rubric:{rubric.id}@{rubric.version}",
        details={"sha256": row.sha256},
        now=now,
    )
    return StoredRubric(_view(row, session=session), is_new=True)


def get_rubric(rubric_id: str, version: str, *, session: Session) -> RubricView:
    """Return one version; raise ``NotFound``."""
    row = find_version(rubric_id, version, session=session)
    if row is None:
        raise NotFound(f"There is no rubric {rubric_id[:80]!r} in version {version[:40]!r}.")
    return _view(row, session=session)


def find_version(
    rubric_id: str, version: str, *, session: Session, for_update: bool = False
) -> RubricVersion | None:
    """Return the row of a version, or None; ``for_update`` holds it until the transaction ends."""
    query = select(RubricVersion).where(
        RubricVersion.rubric_id == rubric_id, RubricVersion.version == version
    )
    return session.exec(query.with_for_update() if for_update else query).first()


def is_in_use(row: RubricVersion, *, session: Session) -> bool:
    """Tell whether judgments rest on a version or a project uses it, so that it never changes."""
    return _view(row, session=session).is_used


def list_versions(rubric_id: str, *, session: Session) -> tuple[str, ...]:
    """Return the version numbers of a rubric, the newest first; raise ``NotFound``."""
    rows = _rows(session, rubric_id)
    if not rows:
        raise NotFound(f"There is no rubric {rubric_id[:80]!r}.")
    return tuple(row.version for row in rows)


def list_rubrics(*, session: Session) -> Sequence[RubricLine]:
    """Return every rubric by its id."""
    rows_by_id: dict[str, list[RubricVersion]] = {}
    for row in _rows(session):
        rows_by_id.setdefault(row.rubric_id, []).append(row)
    return [_line(rows, session=session) for _, rows in sorted(rows_by_id.items())]


def _line(rows: Sequence[RubricVersion], *, session: Session) -> RubricLine:
    newest = rows[0]
    return RubricLine(
        id=newest.rubric_id,
        title=newest.title,
        domain=newest.domain,
        status=json.loads(newest.document).get("status", ""),
        versions=tuple(row.version for row in rows),
        n_judgments=sum(_n_judgments(row, session=session) for row in rows),
    )


def _rows(session: Session, rubric_id: str | None = None) -> list[RubricVersion]:
    """Return version rows, the newest of each rubric first."""
    query = select(RubricVersion)
    if rubric_id is not None:
        query = query.where(RubricVersion.rubric_id == rubric_id)
    # Sorted here: as text 1.0.10 comes before 1.0.2.
    return sorted(session.exec(query).all(), key=lambda row: version_key(row.version), reverse=True)


def _refuse_used(view: RubricView) -> None:
    if not view.is_used:
        return
    name = f"{view.rubric.id} {view.rubric.version}"
    raise Immutable(
        f"The rubric {name} is in use (judgments: {view.n_judgments:,}, projects: "
        f"{view.n_projects:,}) and cannot change; give the new text a new version number."
    )


def _check_neighbours(rubric: Rubric, *, where: str, session: Session) -> None:
    """Raise ``BadInput`` when a step from or to a version that is stored would be too small.

    Judgments under one major version are pooled, so a step that hides a change of meaning would
    put answers to different questions into one board.
    """
    key = version_key(rubric.version)
    rows = _rows(session, rubric.id)
    earlier = next((row for row in rows if version_key(row.version) < key), None)
    later = next((row for row in reversed(rows) if version_key(row.version) > key), None)
    problems = check_version_change(_rubric(earlier), rubric) if earlier else []
    problems += check_version_change(rubric, _rubric(later)) if later else []
    if problems:
        raise BadInput.at(f"{where}, field {problems[0].where!r}", problems[0].rule)


def _write(
    row: RubricVersion | None, rubric: Rubric, *, session: Session, actor: Actor, now: datetime
) -> RubricVersion:
    fresh = RubricVersion(
        rubric_id=rubric.id,
        version=rubric.version,
        title=rubric.title,
        domain=rubric.domain,
        sha256=rubric_hash(rubric),
        document=canonical_json(rubric_to_json(rubric)),
        created_at=now,
        created_by=actor.person_id,
    )
    if row is not None:
        # They translate the text that is corrected here, and may hold words for what it dropped.
        is_of_row = col(RubricTranslation.rubric_version_id) == row.id
        session.exec(sa.delete(RubricTranslation).where(is_of_row))
    kept = fresh if row is None else row.sqlmodel_update(fresh.model_dump(exclude={"id"}))
    session.add(kept)
    session.flush()
    return kept


def _rubric(row: RubricVersion) -> Rubric:
    return rubric_from_json(json.loads(row.document), where=f"{row.rubric_id} {row.version}")


def _view(row: RubricVersion, *, session: Session) -> RubricView:
    # What a project once promised binds as what it promises now does: comparisons that were claimed
    # then are judged under it.
    once = select(ProjectTerms.project_id).where(ProjectTerms.rubric_version_id == row.id)
    projects = select(sa.func.count()).where(
        sa.or_(col(Project.rubric_version_id) == row.id, col(Project.id).in_(once))
    )
    return RubricView(
        row_id=row.id,
        rubric=_rubric(row),
        sha256=row.sha256,
        created_at=row.created_at,
        n_judgments=_n_judgments(row, session=session),
        n_projects=session.exec(projects).one(),
    )


def _n_judgments(row: RubricVersion, *, session: Session) -> int:
    query = select(sa.func.count()).where(Judgment.rubric_version_id == row.id)
    return session.exec(query).one()
