"""Say whether a reference answer may be shown to somebody who judges.

Who has read the reference judges by it: the judgment would measure the reference, not the
expert. It is therefore held back as long as anything this person may still say about the
prompt could follow it.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.assigning import REVISABLE_FOR
from evalhub.core.campaigns import AssignmentStatus, ProjectStatus
from evalhub.core.people import Role
from evalhub.db import tables as t


def is_prompt_settled(
    prompt_sha256: str, *, person_id: int, session: Session, now: datetime
) -> bool:
    """Tell whether nothing that a person can still say about a prompt is left.

    Something is left while they hold a comparison of the prompt, may still change a judgment
    of one, or could be given one, in whatever project: the prompt is known by its content, as
    two projects may ask the same. Places that others have taken count as free, because they
    may become so.
    """
    own = (t.assignment.c.pair_id == t.pair.c.id, t.assignment.c.person_id == person_id)
    is_held = sa.exists().where(*own, t.assignment.c.status == AssignmentStatus.LEASED)
    ran_out = sa.exists().where(*own, t.assignment.c.status == AssignmentStatus.EXPIRED)
    is_over = sa.exists().where(*own, t.assignment.c.status != AssignmentStatus.EXPIRED)
    is_fresh = sa.exists().where(
        t.judgment.c.pair_id == t.pair.c.id,
        t.judgment.c.person_id == person_id,
        t.judgment.c.revision == 1,
        t.judgment.c.created_at >= now - REVISABLE_FOR,
    )
    is_member = sa.exists().where(
        t.project_member.c.project_id == t.pair.c.project_id,
        t.project_member.c.person_id == person_id,
        t.project_member.c.role == Role.ANNOTATOR,
    )
    # Who is not on a project that anybody may join could read the reference first and join then.
    can_join = t.project.c.is_joinable.is_(True)
    # What checks quality is off the queue and is given out all the same. Of a control that was
    # withdrawn the reference stays hidden too: another key gives it out again.
    is_item = sa.exists().where(t.control_item.c.pair_id == t.pair.c.id)
    is_given = sa.or_(t.pair.c.is_offered.is_(True), is_item)
    may_come = sa.and_(
        t.project.c.status != ProjectStatus.CLOSED,
        ~is_over,
        sa.or_(ran_out, sa.and_(is_given, sa.or_(is_member, can_join))),
    )
    left = (
        sa.select(t.pair.c.id)
        .join(t.prompt, t.prompt.c.id == t.pair.c.prompt_id)
        .join(t.project, t.project.c.id == t.pair.c.project_id)
        .where(t.prompt.c.sha256 == prompt_sha256, sa.or_(is_held, is_fresh, may_come))
        .limit(1)
    )
    return session.connection().execute(left).first() is None
