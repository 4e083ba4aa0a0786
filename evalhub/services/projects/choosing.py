"""Let experts choose projects: see those they could judge in, join them, and leave them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.pay.tiers import PayTier, Price
from evalhub.core.people import Actor, Role
from evalhub.core.qualifying.requirements import LackKind, Qualifications, Requirement, fit_of
from evalhub.core.quality import QualityShares
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.errors import Conflict, Forbidden, NotFound, Sentence
from evalhub.services import audit
from evalhub.services.assigning.checking import shares_that_come
from evalhub.services.assigning.shares import shares_in
from evalhub.services.projects.finding import get_project, get_project_to_manage
from evalhub.services.projects.members import join, leave
from evalhub.services.projects.removals import hold_membership, is_removed, removed_from
from evalhub.services.qualifying.letting_in import LACK_SENTENCES, qualifications_of
from evalhub.services.qualifying.requirements import parse_requirement, requirement_in_force


@dataclass(frozen=True, slots=True)
class ProjectOffer:
    """Hold a project as an expert reads it before joining: pay, terms, and what they lack for it.

    It names no model, as the list of work does not.
    """

    slug: str
    title: str
    purpose: str
    domain: str
    rubric_id: str
    rubric_version: str
    pay_tier: PayTier
    price: Price
    terms: str
    is_simulated: bool
    is_joinable: bool
    is_member: bool
    is_removed: bool
    shares: QualityShares
    requirement: Requirement
    lacks: tuple[LackKind, ...]

    @property
    def can_join(self) -> bool:
        """Tell whether the person can put themselves on it now."""
        is_kept_away = self.is_member or self.is_removed
        return self.is_joinable and not is_kept_away and not self.lacks


def list_offers(person_id: int, *, session: Session, now: datetime) -> list[ProjectOffer]:
    """Return the open projects that can be joined or that a person is on.

    Their own come first, then those they could join, then those they lack something for, so that
    everybody reads why a project is not theirs and what would make it so.
    """
    held = qualifications_of(person_id, session=session)
    removed = removed_from(person_id, session=session)
    found = [_offer(row, held, removed, session, now) for row in _projects(person_id, session)]
    return sorted(found, key=lambda one: (not one.is_member, bool(one.lacks), one.title, one.slug))


def join_project(slug: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Put the actor on a project as an annotator, by their own choice; twice changes nothing.

    Raise ``NotFound`` for a project that nobody may join, which says no more than that of one that
    is not there, ``Conflict`` for one that is not open, and ``Forbidden`` for who was taken off it,
    who has a hand in it and with what they lack: also an answer about consent, without which no
    work is begun.
    """
    project = get_project(slug, session=session)
    if not project.is_joinable or project.status is ProjectStatus.DRAFT:
        raise NotFound(Sentence("There is no such project to join."))
    if project.status is not ProjectStatus.OPEN:
        raise Conflict(Sentence("This project takes nobody in now."))
    if actor.person_id is None or not actor.has(Role.ANNOTATOR):
        raise Forbidden(Sentence("Projects are joined by experts."))
    # Held: a removal at this moment comes first, and is seen here, or waits.
    hold_membership(project.id, actor.person_id, session=session)
    if is_removed(project.id, actor.person_id, session=session):
        raise Forbidden(
            Sentence(
                "You were taken off this project, so you cannot put yourself on it. Read why, and "
                "object if it is wrong."
            )
        )
    inside = sa.select(t.project.c.id).where(t.project.c.id == project.id)
    knows_models = inside.where(_knows_models(actor.person_id))
    if session.connection().execute(knows_models).first() is not None:
        raise Forbidden(
            Sentence(
                "You have a hand in this project and may know its models, so you cannot judge."
            )
        )
    held = qualifications_of(actor.person_id, session=session)
    lacks = _lacks(requirement_in_force(project.id, session=session).requirement, held, now)
    if lacks:
        raise Forbidden(LACK_SENTENCES[lacks[0]])
    person_id, role = actor.person_id, Role.ANNOTATOR
    join(project, person_id=person_id, role=role, session=session, actor=actor, now=now)


def leave_project(slug: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Take the actor off a project; nothing of it counts against them. Raise ``NotFound``."""
    leave(get_project(slug, session=session), session=session, actor=actor, now=now)


def let_join(
    slug: str, *, is_joinable: bool, session: Session, actor: Actor, now: datetime
) -> Project:
    """Say whether experts may put themselves on a project; raise ``Forbidden`` and ``NotFound``.

    Who is on it stays: joining is a way in, and not a condition of being there.
    """
    project = get_project_to_manage(slug, session=session, actor=actor)
    if project.is_joinable is is_joinable:
        return project
    project.is_joinable = is_joinable
    session.add(project)
    session.flush()
    audit.record(
        "project.let_join",
        session=session,
        actor=actor,
        subject=f"project:{project.slug}",
        details={"is_joinable": is_joinable},
        now=now,
    )
    return project


def _lacks(requirement: Requirement, held: Qualifications, now: datetime) -> tuple[LackKind, ...]:
    lacks = fit_of(requirement, held, now).lacks
    # Asked of everybody who comes by themselves, whatever the project asks for: nobody is put to
    # work before they have said what their judgments may be used for.
    if not held.has_consented and LackKind.CONSENT not in lacks:
        return (*lacks, LackKind.CONSENT)
    return lacks


def _knows_models(person_id: int) -> "sa.ColumnElement[bool]":
    """Return the condition that a person made a project, pulled its answers or works on it.

    They may know which model wrote what. A coordinator can still add them, with their own name.
    """
    member, pull = t.project_member.c, t.pull.c
    return sa.or_(
        # Named as set first: of no author at all, SQL would say neither yes nor no.
        sa.and_(t.project.c.created_by.is_not(None), t.project.c.created_by == person_id),
        sa.exists().where(
            member.project_id == t.project.c.id,
            member.person_id == person_id,
            member.role != Role.ANNOTATOR,
        ),
        sa.exists().where(
            pull.prompt_set_version_id == t.project.c.prompt_set_version_id,
            pull.created_by == person_id,
        ),
    )


def _projects(person_id: int, session: Session) -> "Sequence[sa.Row[*tuple[Any, ...]]]":
    newest = (
        sa.select(sa.func.max(t.project_requirement.c.number))
        .where(t.project_requirement.c.project_id == t.project.c.id)
        .correlate(t.project)
        .scalar_subquery()
    )
    document = (
        sa.select(t.project_requirement.c.document)
        .where(
            t.project_requirement.c.project_id == t.project.c.id,
            t.project_requirement.c.number == newest,
        )
        .correlate(t.project)
        .scalar_subquery()
    )
    is_member = sa.exists().where(
        t.project_member.c.project_id == t.project.c.id,
        t.project_member.c.person_id == person_id,
        t.project_member.c.role == Role.ANNOTATOR,
    )
    query = (
        sa.select(
            t.project,
            t.rubric_version.c.rubric_id,
            t.rubric_version.c.version,
            document.label("requirement"),
            is_member.label("is_member"),
        )
        .join(t.rubric_version, t.rubric_version.c.id == t.project.c.rubric_version_id)
        .where(
            t.project.c.status == ProjectStatus.OPEN,
            sa.or_(
                is_member,
                sa.and_(t.project.c.is_joinable.is_(True), sa.not_(_knows_models(person_id))),
            ),
        )
    )
    return session.connection().execute(query).all()


def _offer(
    row: "sa.Row[*tuple[Any, ...]]",
    held: Qualifications,
    removed: frozenset[int],
    session: Session,
    now: datetime,
) -> ProjectOffer:
    requirement = parse_requirement(row.requirement)
    is_member = bool(row.is_member)
    lacks = fit_of(requirement, held, now).lacks if is_member else _lacks(requirement, held, now)
    return ProjectOffer(
        slug=row.slug,
        title=row.title,
        purpose=row.purpose,
        domain=row.domain,
        rubric_id=row.rubric_id,
        rubric_version=row.version,
        pay_tier=row.pay_tier,
        price=Price(row.pay_minor_units, row.pay_currency, row.expected_minutes),
        terms=row.terms,
        is_simulated=row.is_simulated,
        is_joinable=row.is_joinable,
        is_member=is_member,
        is_removed=row.id in removed,
        shares=shares_that_come(row.id, shares_in(row), session=session),
        requirement=requirement,
        lacks=lacks,
    )
