"""Take in what a lab reports of a row of a release."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.deferred import Deferred
from evalhub.core.free_words import plain_words
from evalhub.core.people import Actor
from evalhub.core.releasing.files import table_files
from evalhub.core.releasing.reports import RowReport as Wanted
from evalhub.core.releasing.vocabulary import FileFormat, Part, Split
from evalhub.db.models import Release, RowReport
from evalhub.errors import Conflict, Forbidden, NotFound, TooManyAttempts
from evalhub.services import audit
from evalhub.services.locks import lock
from evalhub.services.releasing.kept import FoundRelease, KeptRelease
from evalhub.services.releasing.reported import ReportLine, read_line

if TYPE_CHECKING:
    import pyarrow.dataset as ds
else:
    # It brings pandas with it.
    ds = Deferred("pyarrow.dataset")

MAX_REPORTS = 60
"""How many rows one person may report within ``WINDOW``; a script that reports a whole file is a
letter to the project, and would bury what others found."""
WINDOW = timedelta(hours=1)

WITH_PAIRS = (Part.PAIRS, Part.TIES, Part.JUDGMENTS)
"""The tables that name every pair of a release between them, the ones to train on first."""


@dataclass(frozen=True, slots=True)
class FiledReport:
    """Hold a report; ``is_new`` is False where the same person had said the same before."""

    line: ReportLine
    is_new: bool


def find_pair(release: FoundRelease, pair_id: str) -> str:
    """Return the id of the prompt of a pair that a release holds.

    Raise ``NotFound`` for a pair that none of its tables names, and ``Conflict`` when a table
    cannot be read. Files are read through once at the most, so call it outside a transaction
    that writes.
    """
    for part in WITH_PAIRS:
        for split in Split:
            for file in table_files(release.manifest.files, part, split, FileFormat.PARQUET):
                found = _prompt_of(release, file.path, pair_id)
                if found is not None:
                    return found
    raise NotFound(f"Release {release.manifest.id} has no pair {pair_id!r}.")


def file_report(
    release: KeptRelease,
    wanted: Wanted,
    *,
    prompt_key: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> FiledReport:
    """Keep a report, once however often it arrives.

    Raise ``TooManyAttempts`` when the person has reported ``MAX_REPORTS`` rows within the last
    ``WINDOW``, ``Forbidden`` for the operator's commands, which stand for no person.
    """
    if actor.person_id is None:
        raise Forbidden("Only a person can report a row.")
    # One report at a time: numbers follow each other, and two copies of one request meet here.
    lock("row reports", session=session)
    known = _known(release, wanted, person_id=actor.person_id, session=session)
    if known is not None:
        return FiledReport(read_line(known, session=session), is_new=False)
    _refuse_flood(actor.person_id, session=session, now=now)
    project_id = session.exec(select(Release.project_id).where(Release.id == release.id)).one()
    row = RowReport(
        project_id=project_id,
        release_id=release.id,
        number=_next_number(project_id, session=session),
        pair_id=wanted.pair_id,
        prompt_key=prompt_key,
        kind=wanted.kind,
        text=plain_words(wanted.text),
        person_id=actor.person_id,
        api_key_id=actor.key_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        "row_report.file",
        session=session,
        actor=actor,
        subject=f"release:{release.project}@{release.version}",
        # Without the text, which may hold the very words that must not be repeated.
        details={"number": row.number, "pair_id": row.pair_id, "kind": row.kind.value},
        now=now,
    )
    return FiledReport(read_line(row.id, session=session), is_new=True)


def _prompt_of(release: FoundRelease, path: str, pair_id: str) -> str | None:
    filesystem, full = release.place(path)
    try:
        table = ds.dataset(full, filesystem=filesystem, format="parquet").scanner(
            columns=["prompt_id"], filter=ds.field("pair_id") == pair_id
        )
        found = table.head(1).column("prompt_id").to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise Conflict(f"File {path!r} cannot be read; run `evalhub release verify`.") from error
    return str(found[0]) if found else None


def _known(release: KeptRelease, wanted: Wanted, *, person_id: int, session: Session) -> int | None:
    query = select(RowReport.id).where(
        RowReport.release_id == release.id,
        RowReport.person_id == person_id,
        RowReport.pair_id == wanted.pair_id,
        RowReport.kind == wanted.kind,
        RowReport.text == plain_words(wanted.text),
    )
    return session.exec(query).first()


def _next_number(project_id: int, *, session: Session) -> int:
    query = select(sa.func.max(RowReport.number)).where(RowReport.project_id == project_id)
    return (session.exec(query).one() or 0) + 1


def _refuse_flood(person_id: int, *, session: Session, now: datetime) -> None:
    query = (
        select(RowReport.created_at)
        .where(RowReport.person_id == person_id, col(RowReport.created_at) > now - WINDOW)
        .order_by(col(RowReport.created_at).desc(), col(RowReport.id).desc())
        .limit(MAX_REPORTS)
    )
    latest = session.exec(query).all()
    if len(latest) < MAX_REPORTS:
        return
    wait = latest[-1] + WINDOW - now
    raise TooManyAttempts(
        f"You have reported {MAX_REPORTS} rows within an hour. Try again later, or write to the "
        "project where a whole table is at fault.",
        retry_after_s=int(wait.total_seconds()) + 1,
    )
