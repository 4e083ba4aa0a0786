"""Put people on projects and take them off."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.assigning import ReleaseReason
from evalhub.core.free_words import plain_words
from evalhub.core.pay.ledger import UnpaidReason
from evalhub.core.people import Actor, Origin, Role
from evalhub.core.projects import MEMBER_ROLES
from evalhub.core.qualifying.credentials import check_reason
from evalhub.db.models import Person, Project, ProjectMember, RoleGrant
from evalhub.errors import BadInput, Conflict, NotFound, Sentence
from evalhub.services.accounts.fields import folded_email
from evalhub.services.assigning.leases import find_open_lease
from evalhub.services.assigning.releasing import end_lease
from evalhub.services.audit import record
from evalhub.services.paying.booking import book_return
from evalhub.services.projects.removals import hold_membership, is_removed, keep_removal


@dataclass(frozen=True, slots=True)
class Member:
    """Hold one person in one role on a project."""

    public_id: str
    name: str
    email: str | None
    role: Role
    is_simulated: bool
    added_at: datetime


def list_members(project: Project, *, session: Session) -> list[Member]:
    """Return who is on the project, by role and name."""
    rows = session.exec(
        select(ProjectMember, Person)
        .join(Person, col(Person.id) == col(ProjectMember.person_id))
        .where(ProjectMember.project_id == project.id)
    )
    members = [
        Member(
            public_id=person.public_id,
            name=person.name,
            email=person.email,
            role=member.role,
            is_simulated=person.origin is Origin.SIMULATED,
            added_at=member.added_at,
        )
        for member, person in rows
    ]
    # Sorted here: databases disagree on the order of names with accents.
    return sorted(members, key=lambda member: (member.role, member.name, member.public_id))


def add_member(
    project: Project, *, email: str, role: Role, session: Session, actor: Actor, now: datetime
) -> None:
    """Put the person with this e-mail address on the project; twice changes nothing.

    Raise ``BadInput`` when nobody has the address, when the role is none a project has, or
    when the person does not hold it: projects use roles, they do not grant them. Raise
    ``Conflict`` for an expert who was taken off it: that is lifted first, with a reason.
    """
    if role not in MEMBER_ROLES:
        raise BadInput.at("role", f"nobody is {role.value!r} on a project")
    wanted = folded_email(email)
    person = session.exec(select(Person).where(Person.email == wanted)).first()
    if person is None:
        raise BadInput.at("email", f"nobody has the address {wanted[:254]!r}")
    # Joining as a reviewer must not make one: only an admin gives roles, and takes them.
    if session.get(RoleGrant, (person.id, role)) is None:
        raise BadInput.at("role", f"{person.name} does not hold the role {role.value!r}")
    hold_membership(project.id, person.id, session=session)
    if role is Role.ANNOTATOR and is_removed(project.id, person.id, session=session):
        raise Conflict(
            Sentence(
                "%(name)s was taken off this project. Lift that first, with a reason.",
                name=person.name,
            )
        )
    join(project, person_id=person.id, role=role, session=session, actor=actor, now=now)


def join(
    project: Project, *, person_id: int, role: Role, session: Session, actor: Actor, now: datetime
) -> None:
    """Put a known person on the project as ``role``; twice changes nothing."""
    if session.get(ProjectMember, (project.id, person_id, role)) is not None:
        return
    session.add(
        ProjectMember(
            project_id=project.id,
            person_id=person_id,
            role=role,
            added_at=now,
            added_by=actor.person_id,
        )
    )
    session.flush()
    _record("project.add_member", project, person_id, role, session=session, actor=actor, now=now)


def remove_member(
    project: Project,
    *,
    public_id: str,
    role: Role,
    reason: str,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a person off the project, with a reason; what they judged stays.

    The comparison an annotator has in work goes back to the queue, and they are kept away until
    somebody lifts it: they read the reason and may object. Raise ``BadInput`` without a reason and
    ``NotFound`` for who is not on it.
    """
    if problems := check_reason(reason):
        raise BadInput(problems)
    # One refusal for both: whether somebody has an account is not for a project's page to say.
    person = session.exec(select(Person).where(Person.public_id == public_id)).first()
    if person is not None:
        hold_membership(project.id, person.id, session=session)
    member = person and session.get(ProjectMember, (project.id, person.id, role))
    if person is None or member is None:
        raise NotFound(f"There is no such {role.value} on {project.slug!r}.")
    # The membership goes first. On PostgreSQL a claim of the same person holds it, so this waits
    # for the claim and then sees the lease it made.
    session.delete(member)
    session.flush()
    if role is Role.ANNOTATOR:
        keep_removal(project, person.id, reason, session=session, actor=actor, now=now)
        _end_open_lease(
            project,
            person.id,
            ReleaseReason.REMOVED,
            UnpaidReason.REMOVED,
            session=session,
            now=now,
        )
    _record(
        "project.remove_member",
        project,
        person.id,
        role,
        reason=plain_words(reason),
        session=session,
        actor=actor,
        now=now,
    )


def leave(project: Project, *, session: Session, actor: Actor, now: datetime) -> None:
    """Take the actor off a project's work, by their own wish.

    What they judged stays and the comparison in hand goes back like any other that is given back,
    so nothing counts against them, and they may join again. Raise ``NotFound`` for others.
    """
    person_id = actor.person_id
    # The row itself tells who took it away: of two that read it at once only one leaves.
    gone = session.execute(
        sa.delete(ProjectMember)
        .where(
            col(ProjectMember.project_id) == project.id,
            col(ProjectMember.person_id) == person_id,
            col(ProjectMember.role) == Role.ANNOTATOR,
        )
        .returning(col(ProjectMember.person_id))
    ).first()
    if gone is None or person_id is None:
        raise NotFound(Sentence("You are not on this project."))
    _end_open_lease(
        project,
        person_id,
        ReleaseReason.UNSTATED,
        UnpaidReason.RETURNED,
        session=session,
        now=now,
    )
    _record(
        "project.leave", project, person_id, Role.ANNOTATOR, session=session, actor=actor, now=now
    )


def _end_open_lease(
    project: Project,
    person_id: int,
    reason: ReleaseReason,
    unpaid: UnpaidReason,
    *,
    session: Session,
    now: datetime,
) -> None:
    lease = find_open_lease(project.id, person_id=person_id, session=session, for_update=True)
    if lease is not None:
        end_lease(lease, reason=reason, session=session, now=now)
        book_return(lease, unpaid, session=session, now=now)


def _record(
    action: str,
    project: Project,
    person_id: int,
    role: Role,
    *,
    session: Session,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    person = session.get_one(Person, person_id)
    details = {"person": person.public_id, "role": role.value}
    record(
        action,
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={**details, "reason": reason} if reason else details,
        now=now,
    )
