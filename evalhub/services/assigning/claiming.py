"""Let an annotator take work from the list, on terms they have seen."""

import random
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.assigning import Lease
from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Actor, Role
from evalhub.db import tables as t
from evalhub.db.models import Project, ProjectMember
from evalhub.errors import BadInput, NotFound, Sentence
from evalhub.services.assigning.leasing import lease_next
from evalhub.services.audit import record


def claim(
    slug: str,
    *,
    actor: Actor,
    accepts_terms: bool,
    session: Session,
    now: datetime,
    rng: random.Random,
) -> Lease | None:
    """Return the actor's open or next lease in the project; None when nothing is left.

    The first claim in a project with terms needs them accepted, which is put on record with
    their hash. Raise ``BadInput`` without it; otherwise as ``lease_next``.
    """
    if actor.person_id is None:
        raise NotFound(Sentence("Only a signed-in expert can claim work."))
    project = session.exec(select(Project).where(Project.slug == slug)).first()
    member = project and session.get(ProjectMember, (project.id, actor.person_id, Role.ANNOTATOR))
    if project is None or member is None:
        # The same words for both: an outsider does not learn which projects there are.
        raise NotFound(Sentence("There is no such project for you to judge in."))
    # Asked before leasing, which would make it the second.
    is_first = _is_first(project, actor.person_id, session)
    if is_first and project.terms and not accepts_terms:
        raise BadInput.at(
            "terms", Sentence("read the terms and tick that you agree before you claim")
        )
    lease = lease_next(project.id, person_id=actor.person_id, session=session, now=now, rng=rng)
    # Nothing was agreed to where nothing was left to claim. Late, because an entry holds the log
    # until the commit.
    if lease is not None and is_first and project.terms:
        record(
            "project.accept_terms",
            session=session,
            actor=actor,
            subject=f"project:{project.slug}",
            details={"terms_sha256": sha256_hex(project.terms)},
            now=now,
        )
    return lease


def _is_first(project: Project, person_id: int, session: Session) -> bool:
    query = sa.select(t.assignment.c.id).where(
        t.assignment.c.project_id == project.id, t.assignment.c.person_id == person_id
    )
    return session.connection().execute(query.limit(1)).first() is None
