"""Run the import of a prompt set from claim to ending, and tell its row how far it has come."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.people import Actor
from evalhub.core.prompts.imports import ImportStage
from evalhub.core.prompts.report import report_on
from evalhub.core.queued_work import ACTIVE, RunEnd, WorkStatus
from evalhub.db.claims import claim
from evalhub.db.models import PromptImport, PromptImportFile, PromptUpload
from evalhub.errors import BadInput, EvalHubError, Problem
from evalhub.services.prompt_sets.import_rows import forget_file
from evalhub.services.prompt_sets.imports import (
    IMPORTS,
    OPTIONS,
    PROBLEMS,
)
from evalhub.services.prompt_sets.reading import read_upload
from evalhub.services.prompt_sets.reports import write_rows
from evalhub.services.prompt_sets.staging import (
    SetNames,
    confirm_upload,
    stage_upload,
    upload_material,
)
from evalhub.services.queued_work import (
    Ended,
    Teller,
    WorkTools,
    asker,
    hold_running,
    words_for_defect,
)
from evalhub.services.transaction import Database, is_passing

MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class _Work:
    """Hold what an import was asked for; ``content`` is None where it was read before."""

    import_id: int
    names: SetNames
    content: bytes | None
    filename: str
    options: str
    upload: str
    freezes: bool
    actor: Actor


def run_import(database: Database, import_id: int, *, tools: WorkTools) -> RunEnd:
    """Do what the row of ``import_id`` asks for, and write down how it ended.

    One process works on an import at a time. One that dies leaves its row as running and holds
    no claim, so that whoever takes it over starts anew. What breaks a rule fails with every
    problem, as it would have for a file that is read at once; a defect is written down and raised.
    """
    with claim(database, IMPORTS.claim_name(import_id)) as is_held:
        if not is_held:
            return RunEnd.HELD
        with database.transaction() as session:
            work = _begin(import_id, session=session, now=tools.now())
        if work is None:
            return RunEnd.CANCELLED
        return _run(database, work, tools)


def _run(database: Database, work: _Work, tools: WorkTools) -> RunEnd:
    problems: tuple[Problem, ...] = ()
    is_refused = True
    say = Teller(database, IMPORTS, work.import_id, tools)
    try:
        token = work.upload
        if work.content is not None:
            token = _stage(work, work.content, database, tools, say)
        if work.freezes:
            _freeze(work, token, database, tools, say)
    except Ended as ended:
        return ended.end
    except BadInput as error:
        problems = error.problems[:MAX_PROBLEMS]
    except EvalHubError as error:
        problems = (Problem("", str(error)),)
    except Exception as error:
        # Where the database may come back the job waits for it, and then starts anew.
        is_refused = False
        if not is_passing(error):
            problems = (Problem("", words_for_defect(error)),)
        raise
    finally:
        if problems:
            with database.transaction() as session:
                _fail(work.import_id, problems, session=session, now=tools.now())
                # What was refused is refused again; a defect may be mended before the next try.
                if is_refused:
                    forget_file(work.import_id, session=session)
    return RunEnd.FAILED if problems else RunEnd.DONE


def _stage(work: _Work, content: bytes, database: Database, tools: WorkTools, say: Teller) -> str:
    """Read the file outside any transaction, and keep its report in a short one."""
    options = OPTIONS.validate_json(work.options)
    file = read_upload(content, filename=work.filename, options=options, say=say)
    report = report_on(file, say=say)
    say(ImportStage.PREPARING, report.n_good)
    # Seconds for a large file, in which nobody could lease or submit on SQLite.
    rows = write_rows(file.prompts)
    with database.transaction() as session:
        row = hold_running(PromptImport, work.import_id, session=session)
        upload = stage_upload(
            file,
            work.names,
            session=session,
            actor=work.actor,
            now=tools.now(),
            report=report,
            rows=rows,
        )
        row.prompt_upload_id = session.scalar(
            sa.select(col(PromptUpload.id)).where(col(PromptUpload.token) == upload.token)
        )
        # In the same transaction: a worker that takes over finds the file or the report.
        forget_file(row.id, session=session)
        if not work.freezes:
            row.status, row.finished_at = WorkStatus.DONE, tools.now()
        session.add(row)
        session.flush()
        return upload.token


def _freeze(work: _Work, token: str, database: Database, tools: WorkTools, say: Teller) -> None:
    say(ImportStage.PREPARING, 0)
    with database.transaction(write=False) as reading:
        material = upload_material(token, session=reading)
    say(ImportStage.FREEZING, len(material.prompts))
    with database.transaction() as session:
        row = hold_running(PromptImport, work.import_id, session=session)
        confirm_upload(token, session=session, actor=work.actor, now=tools.now(), material=material)
        row.status, row.finished_at = WorkStatus.DONE, tools.now()
        session.add(row)
        session.flush()


def _begin(import_id: int, *, session: Session, now: datetime) -> _Work | None:
    """Mark the import as running and return what it asks for; None where it is over."""
    row = session.get_one(PromptImport, import_id, with_for_update=True)
    if row.status not in ACTIVE:
        return None
    row.status, row.started_at = WorkStatus.RUNNING, now
    session.add(row)
    session.flush()
    upload = session.get(PromptUpload, row.prompt_upload_id) if row.prompt_upload_id else None
    return _Work(
        import_id=row.id,
        names=SetNames(row.slug, row.title),
        content=None if upload else session.get_one(PromptImportFile, row.id).content,
        filename=row.filename,
        options=row.options,
        upload=upload.token if upload else "",
        freezes=row.freezes,
        actor=asker(row.created_by, session=session),
    )


def _fail(
    import_id: int, problems: tuple[Problem, ...], *, session: Session, now: datetime
) -> None:
    row = session.get_one(PromptImport, import_id, with_for_update=True)
    if row.status is WorkStatus.RUNNING:
        row.status, row.finished_at = WorkStatus.FAILED, now
        row.problems = PROBLEMS.dump_json(problems).decode()
        session.add(row)
        session.flush()
