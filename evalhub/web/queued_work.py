"""Say on pages where queued work stands: builds of releases, imports of prompts."""

from typing import Protocol

from evalhub.core.queued_work import Attendance, WorkStatus
from evalhub.web.language import N_, _

_ADVICE = {
    Attendance.UNATTENDED: N_("No worker is running. Start one with `evalhub worker`."),
    Attendance.ABANDONED: N_(
        "Nobody works on it any more: the process that did has ended. A worker takes it over "
        "within a minute, or try again."
    ),
}


class QueuedView(Protocol):
    """What every view of queued work tells."""

    @property
    def status(self) -> WorkStatus:
        """Return where it stands."""

    @property
    def stage(self) -> str:
        """Return what it is at."""

    @property
    def attendance(self) -> Attendance:
        """Return who sees to it."""


def advice_for(view: QueuedView) -> str:
    """Return what to do so that it goes on; empty where nothing has to be done."""
    return _(_ADVICE[view.attendance]) if view.attendance in _ADVICE else ""


def state_of(view: QueuedView) -> str:
    """Return what its page must be loaded anew for when it changes."""
    return f"{view.status} {view.stage} {view.attendance}"
