"""Keep those who may still be given a pair from reading what others said of it."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, ProjectStatus
from evalhub.core.people import Actor, Role
from evalhub.core.reviewing.cases import check_apart
from evalhub.db import tables as t
from evalhub.db.chunks import chunks
from evalhub.errors import Forbidden, Sentence
from evalhub.services.judging.cases import StoredCase


def check_reader(stored: StoredCase, *, actor: Actor, session: Session) -> None:
    """Raise ``Forbidden`` for who has judged the pair of a case or may yet be given it."""
    check_apart(stored.case, actor)
    if pairs_to_come([stored.pair_id], actor=actor, session=session):
        raise Forbidden(
            Sentence("This pair may still come to you to judge, so somebody else looks at it.")
        )


def pairs_to_come(pair_ids: Collection[int], *, actor: Actor, session: Session) -> frozenset[int]:
    """Return those of some pairs that somebody could still be given to judge.

    Places that others hold count as free, because they may become so; those that are judged do
    not, or nobody who works in a project could ever review in it.
    """
    if actor.person_id is None:
        # A command has every role and is nobody to whom a pair could be given.
        return frozenset()
    asked = (_to_come(actor).where(t.pair.c.id.in_(chunk)) for chunk in chunks(pair_ids))
    return frozenset(
        pair_id for query in asked for pair_id in session.connection().execute(query).scalars()
    )


def _to_come(actor: Actor) -> "sa.Select[int]":
    of_pair = t.assignment.c.pair_id == t.pair.c.id
    n_judged = (
        sa.select(sa.func.count())
        .where(of_pair, t.assignment.c.status == AssignmentStatus.SUBMITTED)
        .scalar_subquery()
    )
    ran_out = sa.exists().where(
        of_pair,
        t.assignment.c.person_id == actor.person_id,
        t.assignment.c.status == AssignmentStatus.EXPIRED,
    )
    is_member = sa.exists().where(
        t.project_member.c.project_id == t.pair.c.project_id,
        t.project_member.c.person_id == actor.person_id,
        t.project_member.c.role == Role.ANNOTATOR,
    )
    # Who is not on a project that anybody may join could read the case first and join then.
    can_join = t.project.c.is_joinable.is_(True) if actor.has(Role.ANNOTATOR) else sa.false()
    return (
        sa.select(t.pair.c.id)
        .join(t.project, t.project.c.id == t.pair.c.project_id)
        .where(
            t.project.c.status != ProjectStatus.CLOSED,
            n_judged < t.pair.c.overlap,
            sa.or_(ran_out, sa.and_(t.pair.c.is_offered.is_(True), sa.or_(is_member, can_join))),
        )
    )
