"""Name the jobs of the pulls that wait for a worker."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import PullStatus
from evalhub.db.tables import pull, pull_endpoint


@dataclass(frozen=True, slots=True)
class ShareJob:
    """Name one endpoint's share of one run of a pull."""

    pull_id: int
    endpoint_id: int
    run_number: int

    @property
    def job_id(self) -> str:
        """Return the id under which the job exists once, however often it is handed out."""
        return f"pull-{self.pull_id}-{self.run_number}-endpoint-{self.endpoint_id}"


def waiting_jobs(*, session: Session) -> Sequence[ShareJob]:
    """Return the jobs of every pull that is queued, the oldest first.

    The pull's own row is what queues it: it is written in the transaction of whoever
    started it, so no pull can be committed and then not handed to a worker.
    """
    statement = (
        sa.select(pull.c.id, pull_endpoint.c.endpoint_id, pull.c.run_number)
        .join(pull_endpoint, pull_endpoint.c.pull_id == pull.c.id)
        .where(pull.c.status == PullStatus.QUEUED)
        .order_by(pull.c.id, pull_endpoint.c.endpoint_id)
    )
    return [ShareJob(*row) for row in session.connection().execute(statement)]
