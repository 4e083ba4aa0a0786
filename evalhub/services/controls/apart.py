"""Keep the keys of a project's controls from those who may be given them to judge."""

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import Actor, Role
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.errors import Forbidden, Sentence
from evalhub.services.projects.finding import get_project


def get_project_apart(slug: str, *, session: Session, actor: Actor) -> Project:
    """Return a project for who looks after its controls; raise ``NotFound`` and ``Forbidden``.

    Who judges in it or may join it is refused, whatever else they do there: the figures beside the
    keys count at once and would tell which comparison was a control.
    """
    project = get_project(slug, session=session)
    if may_be_given(project, actor=actor, session=session):
        raise Forbidden(
            Sentence(
                "Controls may come to you to judge in this project, so others look after them."
            )
        )
    return project


def may_be_given(project: Project, *, actor: Actor, session: Session) -> bool:
    """Tell whether a control of a project may come to somebody, now or once they have joined."""
    if actor.person_id is None or project.status is ProjectStatus.CLOSED:
        return False
    # Who is not on a project that any expert may join could read the keys first and join then.
    if project.is_joinable and actor.has(Role.ANNOTATOR):
        return True
    member = t.project_member.c
    judges = sa.select(member.person_id).where(
        member.project_id == project.id,
        member.person_id == actor.person_id,
        member.role == Role.ANNOTATOR,
    )
    return session.connection().execute(judges).first() is not None
