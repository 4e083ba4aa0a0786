"""Share the life of work that one process does whole: its claim, its progress, its end."""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.people import Actor, command_actor
from evalhub.core.queued_work import Attendance, RunEnd, WorkStatus, attendance_of
from evalhub.db.claims import held_names
from evalhub.db.models import Person, PromptImport, ReleaseBuild
from evalhub.services.transaction import Database
from evalhub.services.workers import has_live_worker

TELL_EVERY_S = 1.0
"""How often running work writes down how far it is, and looks whether it was cancelled."""
COMMAND = "command line"
"""Who asked where no account did."""

Row = TypeVar("Row", PromptImport, ReleaseBuild)


class AnyRow(Protocol):
    """What the row of any queued work holds."""

    id: int
    status: WorkStatus


class Ended(Exception):
    """End work from within, with nothing kept."""

    def __init__(self, end: RunEnd) -> None:
        super().__init__(end)
        self.end = end


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """Name one run of queued work."""

    kind: str
    row_id: int
    run_number: int

    @property
    def job_id(self) -> str:
        """Return the id under which the job exists once, however often it is handed out."""
        return f"{self.kind}-{self.row_id}-{self.run_number}"


@dataclass(frozen=True, slots=True)
class Kind:
    """Describe one kind of work: its table, its name, and the columns that tell how far it is."""

    name: str
    table: sa.Table
    figures: tuple[str, ...]

    def claim_name(self, row_id: int) -> str:
        """Return the name that whoever works on a row holds."""
        return f"{self.name}-{row_id}"

    def is_held(self, row_id: int, *, session: Session) -> bool:
        """Tell whether a process works on a row."""
        return bool(held_names([self.claim_name(row_id)], session=session))

    def waiting(self, *, session: Session) -> Sequence[QueuedJob]:
        """Return the jobs of every row that is queued, the oldest first."""
        row = self.table.c
        query = sa.select(row.id, row.run_number).where(row.status == WorkStatus.QUEUED)
        found = session.connection().execute(query.order_by(row.id))
        return [QueuedJob(self.name, *job) for job in found]

    def attendances(self, rows: Collection[AnyRow], *, session: Session) -> dict[int, Attendance]:
        """Return by id who sees to each of ``rows``, with two queries, however many there are."""
        running = [self.claim_name(row.id) for row in rows if row.status is WorkStatus.RUNNING]
        held = held_names(running, session=session) if running else frozenset()
        has_worker = has_live_worker(session=session)
        return {
            row.id: attendance_of(
                row.status, is_held=self.claim_name(row.id) in held, has_worker=has_worker
            )
            for row in rows
        }


@dataclass(frozen=True, slots=True)
class WorkTools:
    """Name what a run needs from outside: a clock, a stop signal."""

    now: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    tell_every_s: float = TELL_EVERY_S


@dataclass(slots=True)
class Teller:
    """Write down how far work is, and end it where it was cancelled or this process stops."""

    database: Database
    kind: Kind
    row_id: int
    tools: WorkTools
    _told: tuple[StrEnum, float] | None = None

    def __call__(self, stage: StrEnum, *figures: int) -> None:
        """Hear of a stage and of the figures that the kind names, in their order."""
        if self.tools.stop.is_set():
            raise Ended(RunEnd.STOPPED)
        moment = time.monotonic()
        # Called for every row or page; a commit for each would take longer than the row.
        if self._told is not None:
            told, at = self._told
            if told is stage and moment - at < self.tools.tell_every_s:
                return
        self._told = (stage, moment)
        row = self.kind.table
        values = dict(zip(self.kind.figures, figures, strict=True))
        with self.database.transaction() as session:
            changed = session.execute(
                sa.update(row)
                .where(row.c.id == self.row_id, row.c.status == WorkStatus.RUNNING)
                .values(stage=stage, **values)
                .returning(row.c.id)
            ).first()
        if changed is None:
            raise Ended(RunEnd.CANCELLED)


def hold_running(model: type[Row], row_id: int, *, session: Session) -> Row:
    """Return the row, held; end the work where somebody ended it meanwhile.

    Asked for where the outcome is stored: whoever cancels either comes before and is obeyed, or
    comes after and is told that the work is done.
    """
    row = session.get_one(model, row_id, with_for_update=True)
    if row.status is not WorkStatus.RUNNING:
        raise Ended(RunEnd.CANCELLED)
    return row


def asker(person_id: int | None, *, session: Session) -> Actor:
    """Return who asked for the work, in whose name its outcome is kept."""
    if person_id is None:
        return command_actor()
    person = session.get_one(Person, person_id)
    # Whether they may was asked when they did; the work needs no roles of its own.
    return Actor(person.id, person.name, frozenset())


def askers(person_ids: Collection[int | None], *, session: Session) -> dict[int | None, str]:
    """Return the name of each who asked, with one query; None stands for the command line."""
    query = select(Person.id, Person.name).where(col(Person.id).in_(set(person_ids) - {None}))
    return {**dict(session.exec(query).all()), None: COMMAND}


def words_for_defect(error: Exception) -> str:
    """Return what is written beside work that a defect stopped; it quotes nothing of the data."""
    return f"Stopped by a defect of EvalHub ({type(error).__name__})."
