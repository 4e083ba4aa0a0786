"""Open a project in two transactions, so that drawing its pairs keeps nobody from judging."""

from datetime import datetime

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.pay.tiers import Floors
from evalhub.core.people import Actor
from evalhub.services.pairing.adding import PairingReport
from evalhub.services.projects.finding import get_project_to_manage
from evalhub.services.projects.statuses import (
    SHIPPED_FLOORS,
    DraftOpening,
    change_status,
    draft_opening,
)
from evalhub.services.transaction import Database


def set_status(
    slug: str,
    to: ProjectStatus,
    *,
    database: Database,
    actor: Actor,
    now: datetime,
    floors: Floors = SHIPPED_FLOORS,
    reason: str | None = None,
) -> PairingReport:
    """Bring the project ``slug`` to another status; the second transaction only stores.

    The caller must not be inside a writing transaction of its own. Raise ``NotFound``,
    ``Forbidden``, ``Conflict`` when there is no way from the present status or nothing to
    compare, and ``BadInput`` when the pay is under its floor; nothing is changed then.
    """
    draft: DraftOpening | None = None
    if to is ProjectStatus.OPEN:
        # Drawing ten thousand pairs takes a second, in which experts go on judging; storing them
        # is quick.
        with database.transaction(write=False) as reading:
            project = get_project_to_manage(slug, session=reading, actor=actor)
            draft = draft_opening(project, session=reading)
    with database.transaction() as writing:
        project = get_project_to_manage(slug, session=writing, actor=actor)
        return change_status(
            project,
            to,
            session=writing,
            actor=actor,
            now=now,
            draft=draft,
            floors=floors,
            reason=reason,
        )
