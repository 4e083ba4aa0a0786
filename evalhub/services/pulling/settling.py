"""Write down where a pull and its shares stand, as they begin and end."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import PullStatus
from evalhub.core.responses import ResponseStatus
from evalhub.db.models import Pull, PullEndpoint, Response

ACTIVE = frozenset({PullStatus.QUEUED, PullStatus.RUNNING})
REASON_KEPT = 1000


def begin_share(pull_id: int, endpoint_id: int, *, session: Session, now: datetime) -> Pull | None:
    """Mark the share as running and return its pull, or None when the pull is over.

    The pull's ``run_number`` is that of the run which begins: ``end_share`` asks for it.
    """
    pull = _locked(pull_id, session)
    if pull.status not in ACTIVE:
        return None
    share = _share(pull_id, endpoint_id, session)
    share.ended_at, share.reason = None, ""
    pull.status = PullStatus.RUNNING
    pull.started_at = pull.started_at or now
    session.add_all([pull, share])
    session.flush()
    return pull


def end_share(
    pull_id: int,
    endpoint_id: int,
    *,
    run_number: int,
    reason: str,
    session: Session,
    now: datetime,
) -> None:
    """Mark the share as ended; the pull ends with its last share.

    It is done when no share failed; else it failed, for the reasons of those that did. Nothing is
    marked for a run after which the pull was resumed: the run that follows asks what it left.
    """
    pull = _locked(pull_id, session)
    # A cancelled run lets what is under way end, and may so outlast the click on Resume: its end
    # would be taken for that of the new run, and prompts that nobody asked for settled.
    if pull.run_number != run_number:
        return
    share = _share(pull_id, endpoint_id, session)
    share.ended_at, share.reason = now, reason[:REASON_KEPT]
    session.add(share)
    session.flush()
    shares = session.exec(select(PullEndpoint).where(PullEndpoint.pull_id == pull_id)).all()
    # A cancelled pull stays cancelled, however its last share ended.
    if pull.status not in ACTIVE or any(one.ended_at is None for one in shares):
        return
    reasons = [one.reason for one in shares if one.reason]
    pull.status = PullStatus.FAILED if reasons else PullStatus.DONE
    pull.reason = " ".join(reasons)[:REASON_KEPT]
    pull.finished_at = now
    session.add(pull)
    session.flush()


def note_wait(pull_id: int, endpoint_id: int, *, reason: str, session: Session) -> None:
    """Write down why a share that goes on asks nothing now; an empty reason: it asks again."""
    share = _share(pull_id, endpoint_id, session)
    share.reason = reason[:REASON_KEPT]
    session.add(share)
    session.flush()


def has_answered(endpoint_id: int, *, session: Session) -> bool:
    """Tell whether the endpoint has ever given a reply, in this or in any other pull."""
    found = sa.select(col(Response.id)).where(
        col(Response.endpoint_id) == endpoint_id, col(Response.status) != ResponseStatus.ERROR
    )
    return session.execute(found.limit(1)).first() is not None


def is_over(pull_id: int, *, session: Session) -> bool:
    """Tell whether the pull has ended, however that was."""
    status = session.scalar(sa.select(col(Pull.status)).where(col(Pull.id) == pull_id))
    return status not in ACTIVE


def is_cancelled(pull_id: int, *, session: Session) -> bool:
    """Tell whether a person cancelled the pull."""
    status = session.scalar(sa.select(col(Pull.status)).where(col(Pull.id) == pull_id))
    return status is PullStatus.CANCELLED


def _locked(pull_id: int, session: Session) -> Pull:
    """Return the pull, locked: two shares that end at once must see each other."""
    query = select(Pull).where(Pull.id == pull_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def _share(pull_id: int, endpoint_id: int, session: Session) -> PullEndpoint:
    query = select(PullEndpoint).where(
        PullEndpoint.pull_id == pull_id, PullEndpoint.endpoint_id == endpoint_id
    )
    return session.exec(query).one()
