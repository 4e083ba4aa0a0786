"""Gather what a coordinator sees of a project: state, capacity, backlog, and what is stuck."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.operating.backlog import Backlog, Capacity, Stuck, stuck_of
from evalhub.core.people import Role
from evalhub.core.qualifying.applications import ApplicationDecision
from evalhub.core.qualifying.requirements import Qualifications, Requirement, fit_of
from evalhub.core.qualifying.routes import class_on, parse_route
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.services.projects.progress import Progress, progress_of
from evalhub.services.qualifying.bulk import qualifications_of_people
from evalhub.services.qualifying.requirements import requirement_in_force
from evalhub.services.teams import hours_in_teams

ACTIVE_FOR = timedelta(days=7)
_MINUTES_AN_HOUR = 60
_RUNNING = (ProjectStatus.OPEN, ProjectStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Overview:
    """Hold one project as its coordinator sees it."""

    slug: str
    title: str
    status: ProjectStatus
    progress: Progress
    capacity: Capacity
    backlog: tuple[Backlog, ...]
    stuck: tuple[Stuck, ...]


def list_overviews(*, session: Session, now: datetime) -> list[Overview]:
    """Return every project that runs or rests, those with something stuck first."""
    rows = session.exec(
        select(Project).where(col(Project.status).in_(_RUNNING)).order_by(col(Project.title))
    ).all()
    found = [overview_of(project, session=session, now=now) for project in rows]
    return sorted(found, key=lambda one: not one.stuck)


def overview_of(project: Project, *, session: Session, now: datetime) -> Overview:
    """Return what a coordinator sees of ``project`` at ``now``; nothing of it is stored."""
    progress = progress_of(project, session=session, now=now)
    experts = _experts(project.id, session)
    backlog = tuple(_backlog(project, experts, session, now))
    return Overview(
        slug=project.slug,
        title=project.title,
        status=project.status,
        progress=progress,
        capacity=_capacity(project, experts, backlog, session, now),
        backlog=backlog,
        stuck=tuple(
            stuck_of(
                project.status,
                backlog,
                n_experts=len(experts),
                n_over=progress.n_over,
                last_judged_at=progress.last_judged_at,
                now=now,
            )
        ),
    )


def _experts(project_id: int, session: Session) -> list[int]:
    """Return who is on the project as an expert and can still sign in or is simulated."""
    member = t.project_member.c
    query = (
        sa.select(member.person_id)
        .join(t.person, t.person.c.id == member.person_id)
        .where(
            member.project_id == project_id,
            member.role == Role.ANNOTATOR,
            t.person.c.disabled_at.is_(None),
        )
        .order_by(member.person_id)
    )
    return list(session.connection().execute(query).scalars())


def _backlog(
    project: Project, experts: list[int], session: Session, now: datetime
) -> Iterable[Backlog]:
    """Yield what is left by kind of prompt, what has most left first.

    A kind is what routing tells apart, and the domain that the prompts name.
    """
    pair, prompt = t.pair.c, t.prompt.c
    left = pair.overlap - pair.n_taken
    rows = session.connection().execute(
        sa.select(
            prompt.domain,
            pair.route,
            sa.func.sum(left).label("n_left"),
            sa.func.count(sa.case((left > 0, 1))).label("n_pairs"),
            sa.func.max(sa.case((left > 0, pair.overlap), else_=0)).label("most_wanted"),
        )
        .join(t.prompt, prompt.id == pair.prompt_id)
        .where(pair.project_id == project.id, pair.is_offered.is_(True))
        .group_by(prompt.domain, pair.route)
    )
    requirement = requirement_in_force(project.id, session=session).requirement
    held = qualifications_of_people(experts, session=session, now=now)
    let_in = {who: one for who, one in held.items() if not fit_of(requirement, one, now).lacks}
    found = [
        Backlog(
            domain=row.domain,
            route=parse_route(row.route),
            n_left=row.n_left,
            n_pairs=row.n_pairs,
            most_wanted=row.most_wanted,
            n_experts=_n_on(row.route, requirement, let_in, now),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.n_left, one.domain, one.route.key))


def _n_on(
    route: str, requirement: Requirement, let_in: Mapping[int, Qualifications], now: datetime
) -> int:
    read = parse_route(route)
    return sum(class_on(read, requirement, held, now) is not None for held in let_in.values())


def _capacity(
    project: Project,
    experts: list[int],
    backlog: tuple[Backlog, ...],
    session: Session,
    now: datetime,
) -> Capacity:
    pledged = _pledged_hours(project, experts, session)
    n_active, worked = _work_since(project.id, now - ACTIVE_FOR, session)
    return Capacity(
        n_experts=len(experts),
        n_active=n_active,
        n_pledging=len(pledged),
        pledged_minutes=sum(pledged.values()) * _MINUTES_AN_HOUR,
        worked_minutes=worked,
        needed_minutes=sum(one.n_left for one in backlog) * project.expected_minutes,
    )


def _pledged_hours(project: Project, experts: list[int], session: Session) -> dict[int, int]:
    """Return the hours a week that experts pledged: to their team, else when they applied."""
    application, decided = t.application.c, t.application_decision.c
    rows = session.connection().execute(
        sa.select(application.person_id, application.week_hours)
        .join(t.application_decision, decided.application_id == application.id)
        .where(
            application.person_id.in_(experts),
            application.domain == project.domain,
            decided.decision == ApplicationDecision.ACCEPTED,
        )
    )
    hours: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        hours[row.person_id] = row.week_hours
    return {**hours, **hours_in_teams(experts, session=session)}


def _work_since(project_id: int, since: datetime, session: Session) -> tuple[int, int]:
    """Return how many people judged since then, and the minutes booked of all work."""
    judgment, entry = t.judgment.c, t.pay_entry.c
    connection = session.connection()
    people = sa.select(sa.func.count(sa.distinct(judgment.person_id))).where(
        judgment.project_id == project_id,
        judgment.assignment_id.is_not(None),
        judgment.created_at > since,
    )
    booked = sa.select(sa.func.coalesce(sa.func.sum(entry.seconds), 0)).where(
        entry.project_id == project_id, entry.booked_at > since
    )
    n_people: int = connection.execute(people).scalar_one()
    seconds = int(connection.execute(booked).scalar_one())
    return n_people, round(seconds / _MINUTES_AN_HOUR)
