"""What an operator watches is counted from the rows, by their states."""

from datetime import timedelta

from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, PullStatus
from evalhub.core.queued_work import WorkStatus
from evalhub.db.models import Project
from evalhub.services.operations import operation_figures
from evalhub.services.workers import beat
from tests.factories import (
    MOMENT,
    make_assignment,
    make_build,
    make_person,
    make_pull,
)
from tests.services.assigning.conftest import make_campaign


def test_an_empty_instance_has_a_zero_for_everything(session: Session) -> None:
    found = operation_figures(session=session, now=MOMENT)

    assert (found.n_workers, found.n_waiting_shares, found.n_leases) == (0, 0, 0)
    assert found.pulls == dict.fromkeys(PullStatus, 0)
    assert found.builds == dict.fromkeys(WorkStatus, 0)
    assert found.imports == dict.fromkeys(WorkStatus, 0)


def test_shares_are_counted_by_what_becomes_of_them(session: Session) -> None:
    make_pull(session, PullStatus.QUEUED, (None, ""), (MOMENT, "the last run failed"))
    make_pull(session, PullStatus.RUNNING, (None, ""), (None, "it does not answer"), (MOMENT, ""))
    make_pull(session, PullStatus.DONE, (MOMENT, ""))
    make_pull(session, PullStatus.FAILED, (None, "no key"))

    found = operation_figures(session=session, now=MOMENT)

    assert (found.n_waiting_shares, found.n_running_shares, found.n_stalled_shares) == (2, 1, 1)
    assert found.pulls == {
        **dict.fromkeys(PullStatus, 1),
        PullStatus.CANCELLED: 0,
    }


def test_leases_are_held_until_they_run_out(session: Session) -> None:
    campaign = make_campaign(session, n_pairs=3, n_people=2)
    first, second, third = campaign.pairs
    make_assignment(session, first, campaign.people[0])
    make_assignment(session, second, campaign.people[1])
    make_assignment(session, third, make_person(session), status=AssignmentStatus.SUBMITTED)

    held = operation_figures(session=session, now=MOMENT)
    later = operation_figures(session=session, now=MOMENT + timedelta(hours=1))

    assert (held.n_leases, held.n_overdue_leases) == (2, 0)
    assert (later.n_leases, later.n_overdue_leases) == (0, 2)


def test_live_workers_and_builds_are_counted(session: Session) -> None:
    project: Project = make_campaign(session).project
    make_build(session, project, status=WorkStatus.FAILED)
    beat("a", session=session)
    beat("b", session=session)

    found = operation_figures(session=session, now=MOMENT)

    assert found.n_workers == 2
    assert found.builds[WorkStatus.FAILED] == 1
