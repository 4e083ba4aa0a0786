"""Take an upload in, show what it holds, and import it only when somebody says so."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import UploadStatus
from evalhub.core.canonical import Json, canonical_json
from evalhub.core.free_words import says_something
from evalhub.core.people import Actor
from evalhub.core.prompts.cards import SetCard, card_to_json
from evalhub.core.prompts.files import PromptFile
from evalhub.core.prompts.report import UploadReport, report_on
from evalhub.core.reading.quoting import shown
from evalhub.db.models import PromptUpload
from evalhub.errors import BadInput, Conflict, NotFound, Problem
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.prompt_sets.finding import find_set, newest_number, version_view, who
from evalhub.services.prompt_sets.freezing import Material, freeze
from evalhub.services.prompt_sets.reports import read_report, read_rows, write_report, write_rows
from evalhub.services.prompt_sets.views import Frozen, UploadView, WaitingUpload

SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
RESERVED = frozenset({"new"})
MAX_SLUG = 80
MAX_TITLE = 200
MAX_FILENAME = 300
SAMPLE_ROWS = 3


@dataclass(frozen=True, slots=True)
class SetNames:
    """Name the set that a file becomes a version of; ``title`` counts for a new set only."""

    slug: str
    title: str = ""

    def check(self, *, is_new: bool) -> None:
        """Raise ``BadInput`` when slug or title break their rules."""
        problems = []
        if self.slug in RESERVED:
            problems.append(Problem("slug", f"{shown(self.slug)} is the name of a page"))
        elif len(self.slug) > MAX_SLUG or not SLUG.fullmatch(self.slug):
            rule = f"{shown(self.slug)} must be up to {MAX_SLUG} lower-case letters and digits"
            problems.append(Problem("slug", f"{rule} with single '-' or '_' between them"))
        title = self.title.strip()
        if (
            (is_new and not says_something(title))
            or len(title) > MAX_TITLE
            or not title.isprintable()
        ):
            problems.append(Problem("title", f"must be one line of 1 to {MAX_TITLE} characters"))
        if problems:
            raise BadInput(problems)


def stage_upload(
    file: PromptFile,
    names: SetNames,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    card: SetCard | None = None,
    report: UploadReport | None = None,
    rows: str | None = None,
) -> UploadView:
    """Keep what was read from a file, with its report, and import nothing.

    ``report`` is the one on this file where it was made before, and ``rows`` what ``write_rows``
    gave for its prompts. Raise ``BadInput`` for a
    slug or title that breaks its rule.
    """
    # Computed before the session is touched: on SQLite its first statement takes the one
    # writer's place, and a large file takes seconds. Whoever has touched it before gives both.
    report = report or report_on(file)
    rows = write_rows(file.prompts) if rows is None else rows
    names.check(is_new=find_set(names.slug, session=session) is None)
    row = PromptUpload(
        token=secrets.token_urlsafe(24),
        slug=names.slug,
        title=names.title.strip(),
        # The end is kept: it holds the format, and the start of a long name says little.
        filename=file.filename[-MAX_FILENAME:],
        status=UploadStatus.STAGED,
        report=write_report(report),
        rows=rows,
        card=canonical_json(card_to_json(card)) if card else "{}",
        created_at=now,
        created_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    details: dict[str, Json] = {
        "slug": row.slug,
        "file": row.filename,
        "good": report.n_good,
        "bad": report.n_bad,
    }
    audit.record(
        "prompt_upload.stage",
        session=session,
        actor=actor,
        subject=f"prompt_upload:{row.id}",
        details=details,
        now=now,
    )
    return _view(row, session=session)


def get_upload(token: str, *, session: Session) -> UploadView:
    """Return an upload with its report; raise ``NotFound``."""
    return _view(_get(token, session=session), session=session)


def list_waiting_uploads(*, session: Session, limit: int = 20) -> Sequence[WaitingUpload]:
    """Return the uploads that wait for a decision, the newest first."""
    query = (
        select(
            PromptUpload.token, PromptUpload.slug, PromptUpload.filename, PromptUpload.created_at
        )
        .where(PromptUpload.status == UploadStatus.STAGED)
        .order_by(col(PromptUpload.id).desc())
        .limit(limit)
    )
    return [WaitingUpload(*row) for row in session.exec(query)]


def size_of_upload(token: str, *, session: Session) -> int:
    """Return the characters of what an upload would freeze, without reading it; 0 for none."""
    query = sa.select(sa.func.length(col(PromptUpload.rows))).where(
        col(PromptUpload.token) == token
    )
    return session.scalar(query) or 0


def upload_material(token: str, *, session: Session) -> Material:
    """Return what an upload would freeze, ready to be stored; raise ``NotFound``."""
    row = _get(token, session=session)
    return Material(row.filename, tuple(read_rows(row.rows)), row.card).prepare()


def confirm_upload(
    token: str,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    material: Material | None = None,
) -> Frozen:
    """Freeze the good rows of an upload as a version of its set.

    ``material`` is what ``upload_material`` gave in a transaction before this one: the rows of
    an upload never change, and one that was discarded meanwhile is refused. The version that
    is there already is returned when it holds the same rows, and when the upload was
    confirmed before. Raise ``NotFound``, and ``Conflict`` when the upload was discarded or
    holds no good row.
    """
    lock(f"prompt_upload:{token}", session=session)
    row = _get(token, session=session)
    # A second click, or a client that lost the answer, must get the version and not an error.
    if row.prompt_set_version_id is not None:
        return Frozen(version_view(row.prompt_set_version_id, session=session), is_new=False)
    if row.status is UploadStatus.DISCARDED:
        raise Conflict("This upload was discarded; upload the file again.")
    material = material or upload_material(token, session=session)
    if not material.prompts:
        raise Conflict("This upload holds no good row; there is nothing to freeze.")
    frozen = freeze(row.slug, row.title, material, session=session, actor=actor, now=now)
    row.status = UploadStatus.CONFIRMED
    row.decided_at = now
    row.prompt_set_version_id = frozen.version.id
    session.add(row)
    session.flush()
    return frozen


def discard_upload(token: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Give an upload up and forget its rows; its report stays.

    Raise ``NotFound``, and ``Conflict`` when it was confirmed.
    """
    lock(f"prompt_upload:{token}", session=session)
    row = _get(token, session=session)
    if row.status is UploadStatus.CONFIRMED:
        raise Conflict("This upload was confirmed; its version is frozen.")
    if row.status is UploadStatus.DISCARDED:
        return
    row.status = UploadStatus.DISCARDED
    row.decided_at = now
    # Discarded rows may have been withdrawn for what they hold; only their counts are kept.
    row.rows = ""
    session.add(row)
    session.flush()
    audit.record(
        "prompt_upload.discard",
        session=session,
        actor=actor,
        subject=f"prompt_upload:{row.id}",
        details={"slug": row.slug},
        now=now,
    )


def _get(token: str, *, session: Session) -> PromptUpload:
    row = session.exec(select(PromptUpload).where(PromptUpload.token == token)).first()
    if row is None:
        raise NotFound("There is no such upload.")
    return row


def _view(row: PromptUpload, *, session: Session) -> UploadView:
    found = find_set(row.slug, session=session)
    version_id = row.prompt_set_version_id
    return UploadView(
        token=row.token,
        slug=row.slug,
        title=found.title if found else row.title,
        filename=row.filename,
        status=row.status,
        report=read_report(row.report),
        sample=tuple(islice(read_rows(row.rows), SAMPLE_ROWS)),
        created_at=row.created_at,
        created_by=who(row.created_by, session=session),
        next_number=newest_number(found.id, session=session) + 1 if found else 1,
        version=version_view(version_id, session=session) if version_id else None,
    )
