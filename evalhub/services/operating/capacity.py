"""Gather the capacity of the house: its people, what waits by level and project, turnaround."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.operating.capacity import (
    LevelBacklog,
    ProjectBacklog,
    ReviewBacklog,
    Staff,
    Turnaround,
    by_level,
    review_backlog,
    turnaround_of,
)
from evalhub.core.people import Origin, Role
from evalhub.core.reviewing.cases import CLOSING, CONTESTABLE
from evalhub.db import tables as t
from evalhub.services.qualifying.requirements import parse_requirement
from evalhub.services.reviewing.reading import real_projects, waiting_since

JUDGED_WITHIN = timedelta(days=7)
"""Of so many days the time from claim to judgment is told."""
ANSWERED_WITHIN = timedelta(days=28)
"""Of so many days the time from a case to its first answer is told: there are far fewer cases."""
OPERATIONS = (Role.COORDINATOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class House:
    """Hold the capacity of the house at one moment; nothing of it is stored."""

    staff: Staff
    reviews: ReviewBacklog
    review_time: Turnaround
    judging_time: Turnaround
    levels: tuple[LevelBacklog, ...]
    projects: tuple[ProjectBacklog, ...]


def capacity_of_house(*, limit_hours: int, session: Session, now: datetime) -> House:
    """Return people, backlog and turnaround over all open projects.

    It takes as many statements however many projects there are. What is simulated is left out
    throughout: a demonstration is no backlog of anybody.
    ``limit_hours`` is how long the house means to let a case wait for a reviewer.
    """
    staff = _staff(session)
    projects = _projects(session)
    since = waiting_since(session=session, now=now)
    return House(
        staff=staff,
        reviews=review_backlog(since, now=now, limit_hours=limit_hours),
        review_time=turnaround_of(_answered(now - ANSWERED_WITHIN, session)),
        judging_time=turnaround_of(_judged(now - JUDGED_WITHIN, session)),
        levels=tuple(by_level(projects, _levels(session, now), n_experts=staff.n_experts)),
        projects=tuple(projects),
    )


def _can_sign_in() -> "sa.ColumnElement[bool]":
    return sa.and_(t.person.c.disabled_at.is_(None), t.person.c.origin == Origin.ACCOUNT)


def _staff(session: Session) -> Staff:
    role, person = t.role_grant.c.role, t.role_grant.c.person_id

    def counted(*roles: Role) -> "sa.ColumnElement[int]":
        # A coordinator who is an administrator as well is one person of operations.
        return sa.func.count(sa.distinct(sa.case((role.in_(roles), person))))

    query = (
        sa.select(counted(Role.ANNOTATOR), counted(Role.REVIEWER), counted(*OPERATIONS))
        .select_from(t.role_grant)
        .join(t.person, t.person.c.id == person)
        .where(_can_sign_in())
    )
    return Staff(*session.connection().execute(query).one())


def _projects(session: Session) -> list[ProjectBacklog]:
    """Return the open projects that have something left, the most hours first."""
    project, pair, asked = t.project.c, t.pair.c, t.project_requirement
    newest = (
        sa.select(sa.func.max(asked.c.number))
        .where(asked.c.project_id == project.id)
        .correlate(t.project)
        .scalar_subquery()
    )
    left = (
        sa.select(pair.project_id, sa.func.sum(pair.overlap - pair.n_taken).label("n_left"))
        .where(pair.is_offered.is_(True), pair.n_taken < pair.overlap)
        .group_by(pair.project_id)
        .subquery("left")
    )
    query = (
        sa.select(
            project.slug,
            project.title,
            project.domain,
            project.expected_minutes,
            left.c.n_left,
            asked.c.document,
        )
        .join(left, left.c.project_id == project.id)
        .outerjoin(asked, sa.and_(asked.c.project_id == project.id, asked.c.number == newest))
        .where(project.status == ProjectStatus.OPEN, project.is_simulated.is_(False))
    )
    found = []
    for row in session.connection().execute(query):
        requirement = parse_requirement(row.document)
        found.append(
            ProjectBacklog(
                slug=row.slug,
                title=row.title,
                domain=requirement.domain or row.domain,
                level=requirement.min_level,
                n_left=row.n_left,
                expected_minutes=row.expected_minutes,
            )
        )
    return sorted(found, key=lambda one: (-one.minutes, one.title, one.slug))


def _levels(session: Session, now: datetime) -> list[tuple[str, int]]:
    """Return the domain and level of everybody who holds one now."""
    decision = t.level_decision.c
    latest = sa.select(sa.func.max(decision.id)).group_by(decision.person_id, decision.domain)
    query = (
        sa.select(decision.domain, decision.level)
        .join(t.person, t.person.c.id == decision.person_id)
        .where(
            decision.id.in_(latest),
            decision.level > 0,
            sa.or_(decision.expires_at.is_(None), decision.expires_at > now),
            _can_sign_in(),
        )
    )
    return [(row.domain, row.level) for row in session.connection().execute(query)]


def _answered(since: datetime, session: Session) -> Sequence[timedelta]:
    """Return how long each case took until its first answer, of those answered ``since``."""
    case, step = t.review_case.c, t.review_step.c
    first = sa.func.min(step.made_at)
    query = (
        sa.select(case.opened_at, sa.type_coerce(first, step.made_at.type).label("answered_at"))
        .join(t.review_step, step.case_id == case.id)
        .where(step.step.in_(CLOSING | CONTESTABLE), case.project_id.in_(real_projects()))
        .group_by(case.id, case.opened_at)
        .having(first > since)
    )
    return [row.answered_at - row.opened_at for row in session.connection().execute(query)]


def _judged(since: datetime, session: Session) -> Sequence[timedelta]:
    """Return how long each judgment took from its claim, of those first given ``since``."""
    judgment, assignment = t.judgment.c, t.assignment.c
    query = (
        sa.select(assignment.leased_at, judgment.created_at)
        .join(t.assignment, assignment.id == judgment.assignment_id)
        .join(t.person, t.person.c.id == assignment.person_id)
        .where(
            # Leaves out what is simulated, and lets the index over projects and times serve.
            judgment.project_id.in_(real_projects()),
            judgment.revision == 1,
            judgment.created_at > since,
            t.person.c.origin == Origin.ACCOUNT,
        )
    )
    return [row.created_at - row.leased_at for row in session.connection().execute(query)]
