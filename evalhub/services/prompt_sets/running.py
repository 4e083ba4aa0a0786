"""Run the import of a prompt set from claim to ending, and tell its row how far it has come."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col

from evalhub.core.people import Actor, command_actor
from evalhub.core.prompts.imports import ImportStage, ImportStatus
from evalhub.core.prompts.report import report_on
from evalhub.db import tables as t
from evalhub.db.claims import claim
from evalhub.db.models import Person, PromptImport, PromptImportFile, PromptUpload
from evalhub.errors import BadInput, EvalHubError, Problem
from evalhub.services.prompt_sets.import_rows import forget_file
from evalhub.services.prompt_sets.imports import (
    ACTIVE,
    OPTIONS,
    PROBLEMS,
    claim_name,
)
from evalhub.services.prompt_sets.reading import read_upload
from evalhub.services.prompt_sets.reports import write_rows
from evalhub.services.prompt_sets.staging import (
    SetNames,
    confirm_upload,
    stage_upload,
    upload_material,
)
from evalhub.services.transaction import Database, is_passing

TELL_EVERY_S = 1.0
"""How often a running import writes down how far it is, and looks whether it was cancelled."""
MAX_PROBLEMS = 100


class ImportEnd(StrEnum):
    """How one run of an import ended."""

    DONE = "done"
    """What was asked for is there."""
    FAILED = "failed"
    """It was refused; the problems are written beside it."""
    CANCELLED = "cancelled"
    """A person cancelled it."""
    STOPPED = "stopped"
    """This process was asked to stop; another starts it anew."""
    HELD = "held"
    """Another process works on it."""


@dataclass(frozen=True, slots=True)
class ImportTools:
    """Name what a run needs from outside: a clock, a stop signal."""

    now: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    tell_every_s: float = TELL_EVERY_S


class _Ended(Exception):
    """End an import from within, with nothing kept."""

    def __init__(self, end: ImportEnd) -> None:
        super().__init__(end)
        self.end = end


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


def run_import(database: Database, import_id: int, *, tools: ImportTools) -> ImportEnd:
    """Do what the row of ``import_id`` asks for, and write down how it ended.

    One process works on an import at a time. One that dies leaves its row as running and holds
    no claim, so that whoever takes it over starts anew. What breaks a rule fails with every
    problem, as it would have for a file that is read at once; a defect is written down and raised.
    """
    with claim(database, claim_name(import_id)) as is_held:
        if not is_held:
            return ImportEnd.HELD
        with database.transaction() as session:
            work = _begin(import_id, session=session, now=tools.now())
        if work is None:
            return ImportEnd.CANCELLED
        return _run(database, work, tools)


def _run(database: Database, work: _Work, tools: ImportTools) -> ImportEnd:
    problems: tuple[Problem, ...] = ()
    is_refused = True
    say = Teller(database, work.import_id, tools)
    try:
        token = work.upload
        if work.content is not None:
            token = _stage(work, work.content, database, tools, say)
        if work.freezes:
            _freeze(work, token, database, tools, say)
    except _Ended as ended:
        return ended.end
    except BadInput as error:
        problems = error.problems[:MAX_PROBLEMS]
    except EvalHubError as error:
        problems = (Problem("", str(error)),)
    except Exception as error:
        # Where the database may come back the job waits for it, and then starts anew.
        is_refused = False
        if not is_passing(error):
            problems = (Problem("", f"Stopped by a defect of EvalHub ({type(error).__name__})."),)
        raise
    finally:
        if problems:
            with database.transaction() as session:
                _fail(work.import_id, problems, session=session, now=tools.now())
                # What was refused is refused again; a defect may be mended before the next try.
                if is_refused:
                    forget_file(work.import_id, session=session)
    return ImportEnd.FAILED if problems else ImportEnd.DONE


def _stage(
    work: _Work, content: bytes, database: Database, tools: ImportTools, say: "Teller"
) -> str:
    """Read the file outside any transaction, and keep its report in a short one."""
    options = OPTIONS.validate_json(work.options)
    file = read_upload(content, filename=work.filename, options=options, say=say)
    report = report_on(file, say=say)
    say(ImportStage.PREPARING, report.n_good)
    # Seconds for a large file, in which nobody could lease or submit on SQLite.
    rows = write_rows(file.prompts)
    with database.transaction() as session:
        row = _running(work.import_id, session)
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
            row.status, row.finished_at = ImportStatus.DONE, tools.now()
        session.add(row)
        session.flush()
        return upload.token


def _freeze(work: _Work, token: str, database: Database, tools: ImportTools, say: "Teller") -> None:
    say(ImportStage.PREPARING, 0)
    with database.transaction(write=False) as reading:
        material = upload_material(token, session=reading)
    say(ImportStage.FREEZING, len(material.prompts))
    with database.transaction() as session:
        # Looked at where it is stored: whoever cancels either comes before and is obeyed, or
        # comes after and is told that the import is done.
        row = _running(work.import_id, session)
        confirm_upload(token, session=session, actor=work.actor, now=tools.now(), material=material)
        row.status, row.finished_at = ImportStatus.DONE, tools.now()
        session.add(row)
        session.flush()


@dataclass(slots=True)
class Teller:
    """Write down how far an import is, and end it where it was cancelled or this process stops."""

    database: Database
    import_id: int
    tools: ImportTools
    _told: tuple[ImportStage, float] | None = None

    def __call__(self, stage: ImportStage, n_done: int) -> None:
        """Hear of a stage; see ``Say``."""
        moment = time.monotonic()
        # Called for every row; a commit for each would take longer than the row.
        if self._told is not None:
            told, at = self._told
            if told is stage and moment - at < self.tools.tell_every_s:
                return
        self._told = (stage, moment)
        if self.tools.stop.is_set():
            raise _Ended(ImportEnd.STOPPED)
        row = t.prompt_import
        with self.database.transaction() as session:
            changed = session.execute(
                sa.update(row)
                .where(row.c.id == self.import_id, row.c.status == ImportStatus.RUNNING)
                .values(stage=stage, n_done=n_done)
                .returning(row.c.id)
            ).first()
        if changed is None:
            raise _Ended(ImportEnd.CANCELLED)


def _begin(import_id: int, *, session: Session, now: datetime) -> _Work | None:
    """Mark the import as running and return what it asks for; None where it is over."""
    row = session.get_one(PromptImport, import_id, with_for_update=True)
    if row.status not in ACTIVE:
        return None
    row.status, row.started_at = ImportStatus.RUNNING, now
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
        actor=_actor(row, session),
    )


def _actor(row: PromptImport, session: Session) -> Actor:
    """Return who asked for the import, in whose name the version is frozen."""
    if row.created_by is None:
        return command_actor()
    person = session.get_one(Person, row.created_by)
    # Whether they may import was asked when they did; the work needs no roles of its own.
    return Actor(person.id, person.name, frozenset())


def _running(import_id: int, session: Session) -> PromptImport:
    """Return the row, held; end the import where somebody ended it meanwhile."""
    row = session.get_one(PromptImport, import_id, with_for_update=True)
    if row.status is not ImportStatus.RUNNING:
        raise _Ended(ImportEnd.CANCELLED)
    return row


def _fail(
    import_id: int, problems: tuple[Problem, ...], *, session: Session, now: datetime
) -> None:
    row = session.get_one(PromptImport, import_id, with_for_update=True)
    if row.status is ImportStatus.RUNNING:
        row.status, row.finished_at = ImportStatus.FAILED, now
        row.problems = PROBLEMS.dump_json(problems).decode()
        session.add(row)
        session.flush()
