"""Name the life of work that one process does whole: builds of releases, imports of prompts.

A row queues such work and is its history. What happens to it is the same whatever it is, so that
a worker, a page and a command need to know one life only.
"""

from enum import StrEnum


class WorkStatus(StrEnum):
    """Where queued work stands."""

    QUEUED = "queued"
    """Waiting for a worker."""
    RUNNING = "running"
    """A process works on it."""
    DONE = "done"
    """What was asked for is there, or stood already."""
    CANCELLED = "cancelled"
    """Stopped by a person; nothing was kept."""
    FAILED = "failed"
    """Refused or stopped by what is written beside it; nothing was kept."""


ACTIVE = (WorkStatus.QUEUED, WorkStatus.RUNNING)
"""Where a person may still cancel it."""


class Attendance(StrEnum):
    """Who sees to queued work at this moment."""

    OVER = "over"
    """Nobody has to: it has ended."""
    WAITING = "waiting"
    """It waits for a worker, and one is alive."""
    UNATTENDED = "unattended"
    """It waits for a worker, and none is alive."""
    WORKING = "working"
    """A process works on it."""
    ABANDONED = "abandoned"
    """It is marked as running, and no process works on it."""


class RunEnd(StrEnum):
    """How one run of queued work ended."""

    DONE = "done"
    """What was asked for is there."""
    FAILED = "failed"
    """It cannot be done; why is written beside it."""
    CANCELLED = "cancelled"
    """A person cancelled it."""
    STOPPED = "stopped"
    """This process was asked to stop; another starts it anew."""
    HELD = "held"
    """Another process works on it."""


def attendance_of(status: WorkStatus, *, is_held: bool, has_worker: bool) -> Attendance:
    """Return who sees to work of a status, from who holds its name and who is alive."""
    if status not in ACTIVE:
        return Attendance.OVER
    if status is WorkStatus.QUEUED:
        return Attendance.WAITING if has_worker else Attendance.UNATTENDED
    # A row that says "running" cannot know that its process was killed; the claim can.
    return Attendance.WORKING if is_held else Attendance.ABANDONED
