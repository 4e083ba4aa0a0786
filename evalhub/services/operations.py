"""Count what an operator watches: workers, what waits for them, and leases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, PullStatus
from evalhub.core.queued_work import WorkStatus
from evalhub.db.tables import assignment, prompt_import, pull, pull_endpoint, release_build
from evalhub.services.workers import LEASE_S, live_workers

Status = TypeVar("Status", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class OperationFigures:
    """Hold what the database says of the present moment, the same whichever process asks.

    A share is one endpoint's part of a pull. One that is ``stalled`` waits for an endpoint that
    stopped answering. A lease that is overdue ran out and nobody has claimed its pair since.
    """

    n_workers: int
    n_waiting_shares: int
    n_running_shares: int
    n_stalled_shares: int
    n_leases: int
    n_overdue_leases: int
    pulls: Mapping[PullStatus, int]
    builds: Mapping[WorkStatus, int]
    imports: Mapping[WorkStatus, int]


def operation_figures(*, session: Session, now: datetime) -> OperationFigures:
    """Return the figures; every query reads an index or a short table, however much was judged."""
    shares = _shares(session)
    leases = _leases(session, now)
    return OperationFigures(
        n_workers=len(live_workers(LEASE_S, session=session)),
        n_waiting_shares=shares.get((PullStatus.QUEUED, False), 0),
        n_running_shares=shares.get((PullStatus.RUNNING, False), 0),
        n_stalled_shares=shares.get((PullStatus.RUNNING, True), 0),
        n_leases=leases.get(False, 0),
        n_overdue_leases=leases.get(True, 0),
        pulls=_by_status(pull, PullStatus, session),
        builds=_by_status(release_build, WorkStatus, session),
        imports=_by_status(prompt_import, WorkStatus, session),
    )


def _shares(session: Session) -> dict[tuple[PullStatus, bool], int]:
    """Count the shares that have not ended, by their pull's status and whether they are stalled."""
    # A queued share may keep the reason of its last run.
    is_stalled = sa.and_(pull.c.status == PullStatus.RUNNING, pull_endpoint.c.reason != "")
    query = (
        sa.select(pull.c.status, is_stalled, sa.func.count())
        .join(pull_endpoint, pull_endpoint.c.pull_id == pull.c.id)
        .where(
            pull.c.status.in_((PullStatus.QUEUED, PullStatus.RUNNING)),
            sa.or_(pull.c.status == PullStatus.QUEUED, pull_endpoint.c.ended_at.is_(None)),
        )
        .group_by(pull.c.status, is_stalled)
    )
    rows = session.connection().execute(query)
    return {(PullStatus(status), bool(stalled)): n for status, stalled, n in rows}


def _leases(session: Session, now: datetime) -> dict[bool, int]:
    is_overdue = assignment.c.expires_at <= now
    query = (
        sa.select(is_overdue, sa.func.count())
        .where(assignment.c.status == AssignmentStatus.LEASED)
        .group_by(is_overdue)
    )
    return {bool(overdue): n for overdue, n in session.connection().execute(query)}


def _by_status(table: sa.Table, statuses: type[Status], session: Session) -> dict[Status, int]:
    """Count rows by status; one that nothing has is 0, so that a graph of it begins at once."""
    query = sa.select(table.c.status, sa.func.count()).group_by(table.c.status)
    found = {statuses(status): n for status, n in session.connection().execute(query)}
    return {status: found.get(status, 0) for status in statuses}
