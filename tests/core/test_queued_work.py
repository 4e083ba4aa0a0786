"""Who sees to queued work follows from its status, its claim and the workers alive."""

import pytest

from evalhub.core.queued_work import ACTIVE, Attendance, WorkStatus, attendance_of


@pytest.mark.parametrize("status", [one for one in WorkStatus if one not in ACTIVE])
@pytest.mark.parametrize("is_held", [False, True])
def test_nobody_has_to_see_to_what_has_ended(status: WorkStatus, *, is_held: bool) -> None:
    # Whoever works gives its claim back a moment after the row has ended.
    assert attendance_of(status, is_held=is_held, has_worker=True) is Attendance.OVER


@pytest.mark.parametrize(
    ("status", "is_held", "has_worker", "expected"),
    [
        (WorkStatus.QUEUED, False, True, Attendance.WAITING),
        (WorkStatus.QUEUED, False, False, Attendance.UNATTENDED),
        (WorkStatus.RUNNING, True, True, Attendance.WORKING),
        # A build on the command line is worked on while no worker is alive.
        (WorkStatus.RUNNING, True, False, Attendance.WORKING),
        (WorkStatus.RUNNING, False, True, Attendance.ABANDONED),
        (WorkStatus.RUNNING, False, False, Attendance.ABANDONED),
    ],
)
def test_what_is_under_way_is_told_by_claims_and_workers(
    status: WorkStatus, expected: Attendance, *, is_held: bool, has_worker: bool
) -> None:
    assert attendance_of(status, is_held=is_held, has_worker=has_worker) is expected
