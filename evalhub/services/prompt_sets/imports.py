"""Ask workers to import prompt sets, follow that, and stop or repeat it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from evalhub.core.campaigns import UploadStatus
from evalhub.core.people import Actor
from evalhub.core.prompts.files import format_of
from evalhub.core.prompts.imports import ImportStage
from evalhub.core.prompts.options import ReadingOptions
from evalhub.core.queued_work import ACTIVE, Attendance, WorkStatus
from evalhub.db import tables as t
from evalhub.db.models import PromptImport, PromptImportFile, PromptUpload
from evalhub.errors import Conflict, NotFound, Problem
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.prompt_sets.finding import find_set, version_views
from evalhub.services.prompt_sets.import_rows import (
    find_import,
    find_to_cancel,
    forget_file,
    has_file,
    with_file,
)
from evalhub.services.prompt_sets.staging import MAX_FILENAME, SetNames
from evalhub.services.prompt_sets.views import VersionView
from evalhub.services.queued_work import Kind, askers

IMPORTS = Kind("prompt-import", t.prompt_import, ("n_done",))
OPTIONS = TypeAdapter(ReadingOptions)
PROBLEMS = TypeAdapter(tuple[Problem, ...])
LISTED = 50


@dataclass(frozen=True, slots=True)
class SentFile:
    """Hold a file as it was sent: its bytes, its name, and how it is to be read."""

    content: bytes
    filename: str
    options: ReadingOptions = field(default_factory=ReadingOptions)


@dataclass(frozen=True, slots=True)
class ImportView:
    """Show one import; ``upload`` names the report that came of it, ``version`` what was frozen.

    ``has_file`` tells whether what was sent is still kept: until it is read, and where a defect
    ended the import, until somebody tries again or cancels.
    """

    public_id: str
    slug: str
    filename: str
    n_bytes: int
    freezes: bool
    status: WorkStatus
    stage: ImportStage
    n_done: int
    problems: tuple[Problem, ...]
    upload: str
    version: VersionView | None
    created_at: datetime
    created_by: str
    started_at: datetime | None
    finished_at: datetime | None
    attendance: Attendance
    has_file: bool

    @property
    def is_active(self) -> bool:
        """Tell whether the import waits or works."""
        return self.status in ACTIVE


def start_import(
    file: SentFile,
    names: SetNames,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    freezes: bool = False,
) -> ImportView:
    """Keep a file for a worker to read; nothing is imported before somebody says so.

    ``freezes`` says so beforehand: its good rows are then frozen as well. Raise ``BadInput`` for
    names that break a rule and for a file of a format that is not read, while whoever sent it is
    still there to answer.
    """
    format_of(file.filename)
    names.check(is_new=find_set(names.slug, session=session) is None)
    row = PromptImport(
        public_id=uuid.uuid4().hex,
        slug=names.slug,
        title=names.title.strip(),
        filename=file.filename[-MAX_FILENAME:],
        n_bytes=len(file.content),
        options=OPTIONS.dump_json(file.options).decode(),
        freezes=freezes,
        status=WorkStatus.QUEUED,
        stage=ImportStage.READING,
        created_at=now,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    session.add(PromptImportFile(prompt_import_id=row.id, content=file.content))
    session.flush()
    _record("prompt_import.start", row, session=session, actor=actor, now=now)
    return _views([row], session)[0]


def start_freezing(token: str, *, session: Session, actor: Actor, now: datetime) -> ImportView:
    """Ask a worker to freeze the good rows of an upload; one that is asked already is returned.

    Raise ``NotFound``, and ``Conflict`` when the upload was discarded or holds no good row.
    """
    lock(f"prompt_upload:{token}", session=session)
    upload = session.execute(
        sa.select(
            t.prompt_upload.c.id,
            t.prompt_upload.c.slug,
            t.prompt_upload.c.title,
            t.prompt_upload.c.filename,
            t.prompt_upload.c.status,
            sa.func.length(t.prompt_upload.c.rows).label("size"),
        ).where(t.prompt_upload.c.token == token)
    ).first()
    if upload is None:
        raise NotFound("There is no such upload.")
    if upload.status is UploadStatus.DISCARDED:
        raise Conflict("This upload was discarded; upload the file again.")
    if not upload.size:
        raise Conflict("This upload holds no good row; there is nothing to freeze.")
    asked = session.exec(
        select(PromptImport).where(
            PromptImport.prompt_upload_id == upload.id,
            col(PromptImport.freezes),
            col(PromptImport.status).in_((*ACTIVE, WorkStatus.DONE)),
        )
    ).first()
    if asked is not None:
        return _views([asked], session)[0]
    row = PromptImport(
        public_id=uuid.uuid4().hex,
        slug=upload.slug,
        title=upload.title,
        filename=upload.filename,
        n_bytes=upload.size,
        options="{}",
        freezes=True,
        status=WorkStatus.QUEUED,
        stage=ImportStage.PREPARING,
        prompt_upload_id=upload.id,
        created_at=now,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    _record("prompt_import.start", row, session=session, actor=actor, now=now)
    return _views([row], session)[0]


def get_import(public_id: str, *, session: Session) -> ImportView:
    """Return one import; raise ``NotFound``."""
    return _views([find_import(public_id, session=session)], session)[0]


def list_imports(*, session: Session, limit: int = LISTED, offset: int = 0) -> list[ImportView]:
    """Return imports, the newest first."""
    query = select(PromptImport).order_by(col(PromptImport.id).desc()).limit(limit).offset(offset)
    return _views(session.exec(query).all(), session)


def cancel_import(public_id: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Stop an import and forget its file; a report that it has made stays to be decided on.

    Whatever works on it notices within seconds and keeps nothing. One that failed and whose file
    is kept stays failed, and its file is forgotten: it may hold what nobody may keep. Raise
    ``Conflict`` when it is over already, and when its rows are being stored.
    """
    row = find_to_cancel(public_id, session=session)
    if row.status in ACTIVE:
        row.status, row.finished_at = WorkStatus.CANCELLED, now
        session.add(row)
        session.flush()
    elif not has_file(row.id, session=session):
        raise Conflict("The import has ended already; there is nothing to cancel.")
    forget_file(row.id, session=session)
    _record("prompt_import.cancel", row, session=session, actor=actor, now=now)


def retry_import(public_id: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Queue an import again whose process is gone, or that a defect stopped.

    It starts anew, for half an import is never kept. Raise ``Conflict`` for one that is done, that
    waits or works, or whose file is gone: what was refused or cancelled has to be sent again.
    """
    row = find_import(public_id, session=session, is_locked=True)
    if row.status is WorkStatus.DONE:
        raise Conflict("The import is done; there is nothing to try again.")
    if row.status is WorkStatus.QUEUED or IMPORTS.is_held(row.id, session=session):
        raise Conflict("The import is waiting or working already.")
    if row.prompt_upload_id is None and not has_file(row.id, session=session):
        raise Conflict("Its file is not kept any more; send it again.")
    row.status, row.run_number = WorkStatus.QUEUED, row.run_number + 1
    row.n_done, row.problems, row.finished_at = 0, "[]", None
    session.add(row)
    session.flush()
    _record("prompt_import.retry", row, session=session, actor=actor, now=now)


def _views(rows: Sequence[PromptImport], session: Session) -> list[ImportView]:
    """Return views of ``rows`` with a few queries, however many there are."""
    people = askers([row.created_by for row in rows], session=session)
    uploads = {
        upload_id: (token, version_id)
        for upload_id, token, version_id in session.exec(
            select(PromptUpload.id, PromptUpload.token, PromptUpload.prompt_set_version_id).where(
                col(PromptUpload.id).in_({row.prompt_upload_id for row in rows})
            )
        )
    }
    versions = version_views([id_ for _, id_ in uploads.values() if id_], session=session)
    kept = with_file([row.id for row in rows], session=session)
    attendances = IMPORTS.attendances(rows, session=session)
    views = []
    for row in rows:
        token, version_id = uploads.get(row.prompt_upload_id or 0, ("", None))
        views.append(
            ImportView(
                public_id=row.public_id,
                slug=row.slug,
                filename=row.filename,
                n_bytes=row.n_bytes,
                freezes=row.freezes,
                status=row.status,
                stage=row.stage,
                n_done=row.n_done,
                problems=PROBLEMS.validate_json(row.problems),
                upload=token,
                version=versions[version_id] if version_id else None,
                created_at=row.created_at,
                created_by=people[row.created_by],
                started_at=row.started_at,
                finished_at=row.finished_at,
                attendance=attendances[row.id],
                has_file=row.id in kept,
            )
        )
    return views


def _record(
    action: str, row: PromptImport, *, session: Session, actor: Actor, now: datetime
) -> None:
    audit.record(
        action,
        session=session,
        actor=actor,
        subject=f"prompt_import:{row.public_id}",
        details={"slug": row.slug, "file": row.filename, "run": row.run_number},
        now=now,
    )
