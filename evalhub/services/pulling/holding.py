"""Say whether anybody sees to a pull, when it last moved, and how it goes on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from evalhub.core.campaigns import PullStatus
from evalhub.db.claims import held_names
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

    ``advice`` is empty where nothing has to be done; what stands between backquotes in it is
    a command or an address.
    """

    attendance: Attendance
    has_worker: bool
    last_response_at: datetime | None
    advice: str


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
        _advice(progress, attendance, has_worker=has_worker),
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


def _advice(progress: PullProgress, attendance: Attendance, *, has_worker: bool) -> str:
    pull = progress.pull
    command = f"`evalhub pull run {pull.public_id}`"
    if attendance is Attendance.UNATTENDED:
        return f"No worker is running. Start one with `evalhub worker`, or run it with {command}."
    if attendance is Attendance.ABANDONED:
        # A worker's jobs are found again; a pull on the command line is nobody's job.
        rescue = (
            f"If a worker ran it, another takes it over within {LEASE_S:.0f} seconds. If not, "
            if has_worker
            else "No worker is running either. "
        )
        return (
            "Nobody asks any more: the process that ran this pull has ended. "
            f"{rescue}{'take' if has_worker else 'Take'} it over, or go on with {command}."
        )
    if attendance is Attendance.STALLED:
        waiting = [one for one in progress.endpoints if one.is_waiting]
        told = [f"{one.label} {one.waits_for}" for one in waiting]
        # An account has room again by the clock; an endpoint may never answer any more.
        if any(one.reason for one in waiting):
            told.append("Nothing has to be done unless it is gone for good.")
        return " ".join(told)
    return _advice_after(progress, command)


def _advice_after(progress: PullProgress, command: str) -> str:
    """Return what to do about a pull that nobody has to see to."""
    status = progress.pull.status
    if status not in {PullStatus.FAILED, PullStatus.CANCELLED}:
        return ""
    if progress.is_budget_spent:
        return AFTER_A_BUDGET
    first = "Mend what the reason names, then resume" if status is PullStatus.FAILED else "Resume"
    return f"{first} it, or go on with {command}: only what is missing is asked."
