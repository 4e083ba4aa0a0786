"""Open, pause and close projects."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.config import DEFAULT_PAY_FLOORS
from evalhub.core.campaigns import ProjectStatus, SelectionMode
from evalhub.core.free_words import plain_words
from evalhub.core.pay.tiers import Floors, Price, check_floor, parse_floors
from evalhub.core.people import Actor
from evalhub.core.projects import NEXT_STATUSES
from evalhub.core.qualifying.credentials import check_reason
from evalhub.db.models import Pair, Project
from evalhub.errors import BadInput, Conflict
from evalhub.services.audit import record
from evalhub.services.pairing.adding import PairingReport, add_pairs
from evalhub.services.pairing.drafting import DraftPairs, draft_pairs
from evalhub.services.pairing.pool import fill_pool
from evalhub.services.selecting.planning import draft_plan, is_plan_due, store_plan
from evalhub.services.selecting.tallies import Tally, tally_project

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


SHIPPED_FLOORS = parse_floors(DEFAULT_PAY_FLOORS)


@dataclass(frozen=True, slots=True)
class DraftOpening:
    """Hold what opening a project needs and what takes long: its pairs, its judgments counted.

    ``tally`` is None where pairs are drawn evenly, so that no plan rests on the judgments.
    """

    pairs: DraftPairs
    tally: Tally | None


def draft_opening(project: Project, *, session: Session) -> DraftOpening | None:
    """Draw the pairs of a project that is about to open and count its judgments.

    None where its status does not lead there: nothing would use what takes seconds to draw.
    """
    if ProjectStatus.OPEN not in NEXT_STATUSES[project.status]:
        return None
    is_planned = project.selection_mode is not SelectionMode.UNIFORM
    tally = tally_project(project.id, session=session) if is_planned else None
    return DraftOpening(draft_pairs(project, session=session), tally)


def change_status(
    project: Project,
    to: ProjectStatus,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    draft: DraftOpening | None = None,
    floors: Floors = SHIPPED_FLOORS,
    reason: str | None = None,
) -> PairingReport:
    """Bring ``project`` to another status; the one it has already changes nothing.

    Opening makes the pairs for every response that has arrived; the report says how many.
    ``draft`` was made in a transaction before this one, which then only stores. Raise
    ``Conflict`` when there is no way from the present status, or nothing to compare, and
    ``BadInput`` when the pay is under the floor of its tier. Where a ``reason`` is asked for it
    stands in the audit log; an empty one is refused.
    """
    report = PairingReport()
    if reason is not None and (problems := check_reason(reason)):
        raise BadInput(problems)
    # Held without its key: two people who open the project at once would both make its pairs,
    # while claims, which refer to the key, go on.
    session.refresh(project, with_for_update={"key_share": True})
    # A button pressed twice, or a page sent again, is no mistake to be told of.
    if to is project.status:
        return report
    if to not in NEXT_STATUSES[project.status]:
        raise Conflict(
            f"Project {project.slug!r} is {STATES[project.status]}, so it cannot be {VERBS[to]}."
        )
    before = project.status
    if to is ProjectStatus.OPEN:
        report = _open(project, draft, floors=floors, session=session, now=now)
    project.status = to
    session.add(project)
    session.flush()
    details = {"n_pairs_added": report.n_added, "n_pairs_identical": report.n_identical}
    said = {} if reason is None else {"reason": plain_words(reason)}
    record(
        f"project.{to.value}",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"before": before.value, **details, **said},
        now=now,
    )
    return report


def _open(
    project: Project,
    draft: DraftOpening | None,
    *,
    floors: Floors,
    session: Session,
    now: datetime,
) -> PairingReport:
    """Make what is compared: the pairs, and the plan of which comes next.

    On every opening, not the first alone: what was pulled during a pause becomes pairs now, and
    floors are raised while projects rest.
    """
    check_floor(project.pay_tier, price_of(project), floors)
    report = add_pairs(project, session=session, draft=draft.pairs if draft else None)
    fill_pool(project, session=session, now=now)
    _refuse_without_pairs(project, session=session)
    if _needs_plan(project, report, session=session):
        # Pairs that were just made are in no plan yet; nobody leases before this commits.
        tally = draft.tally if draft else None
        store_plan(draft_plan(project.id, session=session, tally=tally), session=session, now=now)
    return report


def price_of(project: Project) -> Price:
    """Return what a comparison of ``project`` pays, and the minutes that it is expected to take."""
    return Price(project.pay_minor_units, project.pay_currency, project.expected_minutes)


def _needs_plan(project: Project, report: PairingReport, *, session: Session) -> bool:
    if project.selection_mode is SelectionMode.UNIFORM:
        return False
    # Opening after a pause with nothing new keeps the plan: a new one would cost a fit for the
    # same draw.
    return report.n_added > 0 or is_plan_due(project.id, session=session)


def _refuse_without_pairs(project: Project, *, session: Session) -> None:
    query = select(Pair.id).where(Pair.project_id == project.id, col(Pair.is_offered).is_(True))
    if session.exec(query.limit(1)).first() is None:
        raise Conflict(
            f"The project {project.slug!r} has no pair to judge: no prompt has answers of two "
            "of its endpoints that differ. Pull responses first."
        )
