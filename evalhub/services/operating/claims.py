"""List the comparisons that are in somebody's hands, and take one back for somebody else."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease, ReleaseReason
from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.free_words import plain_words
from evalhub.core.pay.tiers import Price
from evalhub.core.people import Actor, Origin
from evalhub.core.qualifying.credentials import check_reason
from evalhub.db import tables as t
from evalhub.db.models import Person, Project
from evalhub.errors import BadInput, Conflict, NotFound, Sentence
from evalhub.services.assigning.leases import LEASE_COLUMNS, lease_of
from evalhub.services.assigning.releasing import end_lease
from evalhub.services.audit import record
from evalhub.services.paying.booking import book_taken_back
from evalhub.services.paying.terms import minutes_at
from evalhub.services.projects.finding import get_project_to_manage

MOST_LISTED = 200
"""As many as somebody reads; those that run out first come first."""


@dataclass(frozen=True, slots=True)
class HeldClaim:
    """Hold one comparison in somebody's hands; ``id`` is its row, the token is its expert's own."""

    id: int
    expert: str
    expert_public_id: str
    prompt: str
    leased_at: datetime
    expires_at: datetime
    saved_at: datetime | None


def list_claims(project: Project, *, session: Session) -> list[HeldClaim]:
    """Return what is held in a project, what runs out first before the rest."""
    a, person, prompt = t.assignment.c, t.person.c, t.prompt.c
    rows = session.connection().execute(
        sa.select(
            a.id,
            person.name.label("expert"),
            person.public_id.label("expert_public_id"),
            prompt.key.label("prompt"),
            a.leased_at,
            a.expires_at,
            t.draft.c.saved_at,
        )
        .join(t.person, person.id == a.person_id)
        .join(t.pair, t.pair.c.id == a.pair_id)
        .join(t.prompt, prompt.id == t.pair.c.prompt_id)
        .outerjoin(t.draft, t.draft.c.assignment_id == a.id)
        .where(a.project_id == project.id, a.status == AssignmentStatus.LEASED)
        .order_by(a.expires_at, a.id)
        .limit(MOST_LISTED)
    )
    return [HeldClaim(**row._mapping) for row in rows]  # noqa: SLF001 - a documented attribute


def take_back(
    slug: str,
    claim_id: int,
    *,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a comparison from who holds it, so that somebody else gets it.

    It costs them nothing: the time that went into it is booked as paid at the price of its claim,
    and neither scores, levels nor offers know of it. The draft stays theirs to read. Raise
    ``BadInput`` without a reason, ``NotFound`` for a claim of another project and ``Conflict``
    where it is over: judged, given back or run out.
    """
    project = get_project_to_manage(slug, session=session, actor=actor)
    problems = check_reason(reason)
    if problems:
        raise BadInput(problems)
    lease = _held(project, claim_id, session)
    end_lease(lease, reason=ReleaseReason.REASSIGNED, session=session, now=now)
    person = session.get_one(Person, lease.person_id)
    if person.origin is not Origin.SIMULATED:
        price = _price(lease, project, session)
        book_taken_back(lease, price, session=session, now=now, booked_by=actor.person_id)
    record(
        "project.take_back",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"assignment": lease.id, "person": person.public_id, "reason": plain_words(reason)},
        now=now,
    )


def _held(project: Project, claim_id: int, session: Session) -> Lease:
    """Return the claim, held: a judgment that is being stored comes first or finds it gone."""
    query = (
        sa.select(*LEASE_COLUMNS)
        .where(t.assignment.c.id == claim_id, t.assignment.c.project_id == project.id)
        .with_for_update()
    )
    row = session.connection().execute(query).first()
    if row is None:
        raise NotFound(Sentence("There is no such claim in this project."))
    lease = lease_of(row)
    if lease.status is not AssignmentStatus.LEASED:
        raise Conflict(Sentence("This comparison is in nobody's hands any more."))
    return lease


def _price(lease: Lease, project: Project, session: Session) -> Price:
    """Return the price that was promised at the claim."""
    minutes = minutes_at(project, lease.terms_number, session=session)
    return Price(lease.pay_minor_units, lease.pay_currency, minutes)
