"""Tell whether anybody still asks for a pull that is marked as running."""

from evalhub.core.campaigns import PullStatus
from evalhub.db.claims import claim
from evalhub.db.engine import Database
from evalhub.services.pulling.progress import PullProgress


def is_abandoned(database: Database, progress: PullProgress) -> bool:
    """Tell whether the pull is marked as running and no process holds any of its endpoints.

    Whoever asks an endpoint holds its name until it ends, however it ends, so a process that
    was killed holds none. A pull whose row says "running" cannot know that by itself.
    """
    if progress.pull.status is not PullStatus.RUNNING:
        return False
    return all(_is_free(database, share.endpoint_id) for share in progress.endpoints)


def _is_free(database: Database, endpoint_id: int) -> bool:
    with claim(database, f"endpoint-{endpoint_id}") as is_mine:
        return is_mine
