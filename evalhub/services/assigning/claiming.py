"""Let an annotator take work from the list, on terms they have seen."""

import random
from datetime import datetime

from sqlmodel import Session, select

from evalhub.core.assigning import Lease
from evalhub.core.canonical import sha256_hex
from evalhub.core.people import Actor, Role
from evalhub.db.models import Project, ProjectMember
from evalhub.db.prepared import savepoint
from evalhub.errors import BadInput, Conflict, NotFound, Sentence
from evalhub.services.assigning.leases import find_open_lease
from evalhub.services.assigning.leasing import CHANGED, lease_next
from evalhub.services.audit import record
from evalhub.services.paying.terms import terms_read


def claim(
    slug: str,
    *,
    actor: Actor,
    accepts_terms: bool,
    session: Session,
    now: datetime,
    rng: random.Random,
    terms_number: int | None = None,
) -> Lease | None:
    """Return the actor's open or next lease in the project; None when nothing is left.

    The first claim in a project with terms needs them accepted, and so does the first one after
    the pay, the minutes, the rubric or the terms were changed; that is put on record with a hash
    of the terms. ``terms_number`` is the one of the terms that were read. A comparison in hand
    stays on the terms it was claimed on, whatever changed meanwhile. Raise ``BadInput`` where
    other terms hold than were accepted; otherwise as ``lease_next``.
    """
    if actor.person_id is None:
        raise NotFound(Sentence("Only a signed-in expert can claim work."))
    project = session.exec(select(Project).where(Project.slug == slug)).first()
    member = project and session.get(ProjectMember, (project.id, actor.person_id, Role.ANNOTATOR))
    if project is None or member is None:
        # The same words for both: an outsider does not learn which projects there are.
        raise NotFound(Sentence("There is no such project for you to judge in."))
    # Asked before leasing, which would make it the second.
    must_agree = _must_agree(project, actor.person_id, session=session, now=now)
    if must_agree and not accepts_terms:
        raise BadInput.at(
            "terms", Sentence("read the terms and tick that you agree before you claim")
        )
    if must_agree and terms_number not in (None, project.terms_number):
        raise BadInput.at("terms", CHANGED)
    lease = lease_next(project.id, person_id=actor.person_id, session=session, now=now, rng=rng)
    lease = _on_read_terms(lease, project.terms_number, now=now)
    # Nothing was agreed to where nothing was left to claim. Late, because an entry holds the log
    # until the commit.
    if lease is not None and must_agree:
        record(
            "project.accept_terms",
            session=session,
            actor=actor,
            subject=f"project:{project.slug}",
            details={
                "terms_sha256": sha256_hex(project.terms),
                "number": lease.terms_number,
                "pay": [lease.pay_minor_units, lease.pay_currency],
            },
            now=now,
        )
    return lease


def go_on(
    project_id: int, *, person_id: int, session: Session, now: datetime, rng: random.Random
) -> Lease | None:
    """Return the next lease of somebody who has just judged; None when nothing is left.

    Nobody is led into work on terms they have not seen: raise ``Conflict`` where those of the
    project have changed since their last claim; otherwise as ``lease_next``.
    """
    # What is refused is refused before anything is given out. The savepoint is for what nobody
    # foresaw: a place that was taken must not be committed with the judgment before it.
    with savepoint(session):
        return lease_next(
            project_id,
            person_id=person_id,
            session=session,
            now=now,
            rng=rng,
            only_on_read_terms=True,
        )


def _must_agree(project: Project, person_id: int, *, session: Session, now: datetime) -> bool:
    """Tell whether somebody's next claim is their first one, or on other terms than their last."""
    read = terms_read(project.id, person_id=person_id, session=session)
    if read is None:
        return bool(project.terms)
    if read >= project.terms_number:
        return False
    # What is in hand is no new claim. A lease that ran out is: another may come of it.
    held = find_open_lease(project.id, person_id=person_id, session=session)
    return held is None or held.expires_at <= now


def _on_read_terms(lease: Lease | None, number: int, *, now: datetime) -> Lease | None:
    """Return a lease, or raise ``Conflict`` for one that was just made on terms newer than read.

    The terms may be changed between the look at them and the claim; what was claimed is then
    undone with the caller's transaction.
    """
    if lease is not None and lease.leased_at == now and lease.terms_number > number:
        raise Conflict(CHANGED)
    return lease
