"""Ask of who judges after their lease ran out what a claim at this moment would ask of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.people import Role
from evalhub.db import tables as t
from evalhub.errors import Forbidden, LeaseLost, Sentence
from evalhub.services.assigning.reach import class_by_which
from evalhub.services.qualifying.letting_in import class_let_in
from evalhub.services.qualifying.requirements import requirement_in_force

NOT_FOR_THEM = Sentence(
    "This project gives each prompt only to those it is for by now: by language, jurisdiction or "
    "specialty. This one is not for what you have shown."
)


def refuse_removed(lease: Lease, *, session: Session) -> None:
    """Refuse who was taken off the project after their lease ran out.

    Taking somebody off ends the lease they hold; one that ran out before would stay a way in.
    """
    membership = sa.select(t.project_member.c.person_id).where(
        t.project_member.c.project_id == lease.project_id,
        t.project_member.c.person_id == lease.person_id,
        t.project_member.c.role == Role.ANNOTATOR,
    )
    if session.connection().execute(membership).first() is None:
        raise LeaseLost(
            Sentence("You are no longer on this project, so this cannot be judged any more.")
        )


def let_in_again(lease: Lease, *, session: Session, now: datetime) -> str | None:
    """Refuse who lacks by now what the project asks for; as a lost lease, which keeps the draft.

    The assignment keeps the class that lets them in now, which is returned: the judgment counts
    under what the project asks for at this moment, and not under what it asked of the lapsed claim.
    """
    requirement = requirement_in_force(lease.project_id, session=session).requirement
    try:
        let_in_by = class_let_in(requirement, person_id=lease.person_id, session=session, now=now)
    except Forbidden as lack:
        raise LeaseLost(lack.message) from lack
    if requirement.routes_prompts:
        by_prompt = class_by_which(
            lease.pair_id, requirement, person_id=lease.person_id, session=session, now=now
        )
        if by_prompt is None:
            raise LeaseLost(NOT_FOR_THEM)
        let_in_by = by_prompt or None
    session.connection().execute(
        sa.update(t.assignment)
        .where(t.assignment.c.id == lease.id)
        .values(credential_class=let_in_by)
    )
    return let_in_by
