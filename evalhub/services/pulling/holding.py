"""Say whether anybody sees to a pull, when it last moved, and how it goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from evalhub.core.campaigns import PullStatus
from evalhub.db.claims import held_names
from evalhub.errors import Sentence
from evalhub.services.pulling.budgeting import AFTER_A_BUDGET
from evalhub.services.pulling.progress import PullProgress
from evalhub.services.workers import LEASE_S, has_live_worker


class Attendance(StrEnum):
    """Who sees to a pull at this moment."""

    OVER = "over"
    """Nobody has to: it has ended."""
    WAITING = "waiting"
    """It waits for a worker, and one is alive."""
    UNATTENDED = "unattended"
    """It waits for a worker, and none is alive."""
    ASKED = "asked"
    """A process holds one of its endpoints and asks it."""
    STALLED = "stalled"
    """A process holds its endpoints, and one of them is waited for: it does not answer, or the
    limits of its account are used up."""
    ABANDONED = "abandoned"
    """It is marked as running, and no process holds any of its endpoints."""


@dataclass(frozen=True, slots=True)
class PullAttendance:
    """Say who sees to a pull, and what to do so that it goes on.

    ``said`` is empty where nothing has to be done; what stands between backquotes in it is a
    command or an address.
    """

    attendance: Attendance
    has_worker: bool
    last_response_at: datetime | None
    said: tuple[Sentence, ...]

    @property
    def advice(self) -> str:
        """Return what to do in English, for programs and commands."""
        return " ".join(self.said)


def claim_name(slug: str) -> str:
    """Return the name that whoever asks an endpoint holds meanwhile.

    All revisions share it: a revision made during a pull asks the same server, which would
    else be sent twice what it was said to bear.
    """
    return f"endpoint-{slug}"


def attend(progress: PullProgress, *, session: Session) -> PullAttendance:
    """Return who sees to the pull of ``progress``, from the claims on its endpoints.

    Whoever asks an endpoint holds its name until it ends, however it ends, so a process that
    was killed holds none. A pull whose row says "running" cannot know that by itself.
    """
    has_worker = has_live_worker(session=session)
    attendance = _attendance(progress, session, has_worker=has_worker)
    return PullAttendance(
        attendance,
        has_worker,
        progress.last_response_at,
        tuple(_said(progress, attendance, has_worker=has_worker)),
    )


def _attendance(progress: PullProgress, session: Session, *, has_worker: bool) -> Attendance:
    if not progress.pull.is_active:
        return Attendance.OVER
    if progress.pull.status is PullStatus.QUEUED:
        return Attendance.WAITING if has_worker else Attendance.UNATTENDED
    names = [claim_name(share.slug) for share in progress.endpoints]
    if not held_names(names, session=session):
        return Attendance.ABANDONED
    is_stalled = any(share.is_waiting for share in progress.endpoints)
    return Attendance.STALLED if is_stalled else Attendance.ASKED


def _said(
    progress: PullProgress, attendance: Attendance, *, has_worker: bool
) -> Iterator[Sentence]:
    command = f"`evalhub pull run {progress.pull.public_id}`"
    if attendance is Attendance.UNATTENDED:
        yield Sentence(
            "No worker is running. Start one with `evalhub worker`, or run it with %(command)s.",
            command=command,
        )
    elif attendance is Attendance.ABANDONED:
        yield _after_the_process(command, has_worker=has_worker)
    elif attendance is Attendance.STALLED:
        waiting = [one for one in progress.endpoints if one.is_waiting]
        yield from (one.waits_for for one in waiting)
        # An account has room again by the clock; an endpoint may never answer any more.
        if any(one.reason for one in waiting):
            yield Sentence("Nothing has to be done unless it is gone for good.")
    else:
        yield from _after_the_pull(progress, command)


def _after_the_process(command: str, *, has_worker: bool) -> Sentence:
    """Return what to do about a pull whose process has died."""
    if not has_worker:
        return Sentence(
            "Nobody asks any more: the process that ran this pull has ended. No worker is running "
            "either. Take it over, or go on with %(command)s.",
            command=command,
        )
    # A worker's jobs are found again; a pull on the command line is nobody's job.
    return Sentence(
        "Nobody asks any more: the process that ran this pull has ended. If a worker ran it, "
        "another takes it over within %(seconds)s seconds. If not, take it over, or go on with "
        "%(command)s.",
        seconds=round(LEASE_S),
        command=command,
    )


def _after_the_pull(progress: PullProgress, command: str) -> Iterator[Sentence]:
    """Yield what to do about a pull that nobody has to see to."""
    status = progress.pull.status
    if status not in {PullStatus.FAILED, PullStatus.CANCELLED}:
        return
    if progress.is_budget_spent:
        yield AFTER_A_BUDGET
    elif status is PullStatus.FAILED:
        yield Sentence(
            "Mend what the reason names, then resume it, or go on with %(command)s: only what is "
            "missing is asked.",
            command=command,
        )
    else:
        yield Sentence(
            "Resume it, or go on with %(command)s: only what is missing is asked.", command=command
        )
