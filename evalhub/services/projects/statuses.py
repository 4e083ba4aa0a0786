"""Open, pause and close projects."""

from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.campaigns import ProjectStatus, SelectionMode
from evalhub.core.people import Actor
from evalhub.core.projects import NEXT_STATUSES
from evalhub.db.models import Pair, Project
from evalhub.errors import Conflict
from evalhub.services.audit import record
from evalhub.services.pairing.adding import PairingReport, add_pairs
from evalhub.services.selecting.planning import draft_plan, store_plan

STATES = {
    ProjectStatus.DRAFT: "a draft",
    ProjectStatus.OPEN: "open",
    ProjectStatus.PAUSED: "paused",
    ProjectStatus.CLOSED: "closed for good",
}
VERBS = {
    ProjectStatus.DRAFT: "made a draft",
    ProjectStatus.OPEN: "opened",
    ProjectStatus.PAUSED: "paused",
    ProjectStatus.CLOSED: "closed",
}
"""How a refusal says what a project is, and what was wanted of it."""


def change_status(
    project: Project, to: ProjectStatus, *, session: Session, actor: Actor, now: datetime
) -> PairingReport:
    """Bring ``project`` to another status; the one it has already changes nothing.

    Opening makes the pairs for every response that has arrived; the report says how many.
    Raise ``Conflict`` when there is no way from the present status, or nothing to compare.
    """
    report = PairingReport()
    session.refresh(project, with_for_update={"key_share": True})
    if to is project.status:
        return report
    if to not in NEXT_STATUSES[project.status]:
        raise Conflict(
            f"Project {project.slug!r} is {STATES[project.status]}, so it cannot be {VERBS[to]}."
        )
    if to is ProjectStatus.OPEN:
        report = add_pairs(project, session=session)
        _refuse_without_pairs(project, session=session)
    before, project.status = project.status, to
    session.add(project)
    session.flush()
    if to is ProjectStatus.OPEN and project.selection_mode is not SelectionMode.UNIFORM:
        # Pairs that were just made are in no plan yet; nobody leases before this commits.
        store_plan(draft_plan(project.id, session=session), session=session, now=now)
    record(
        f"project.{to.value}",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={
            "before": before.value,
            "n_pairs_added": report.n_added,
            "n_pairs_identical": report.n_identical,
        },
        now=now,
    )
    return report


def _refuse_without_pairs(project: Project, *, session: Session) -> None:
    query = select(Pair.id).where(Pair.project_id == project.id, col(Pair.is_offered).is_(True))
    if session.exec(query.limit(1)).first() is None:
        raise Conflict(
            f"The project {project.slug!r} has no pair to judge: no prompt has answers of two "
            "of its endpoints that differ. Pull responses first."
        )
