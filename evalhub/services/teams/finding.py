"""Find teams, and say who may look into one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.people import Actor, Role
from evalhub.db import tables as t
from evalhub.db.models import Person, Team, TeamMember
from evalhub.errors import Forbidden, NotFound, Sentence

TEAM_MAKERS = (Role.ADMIN, Role.COORDINATOR)
"""Who makes teams and says who is in them."""


@dataclass(frozen=True, slots=True)
class TeamLine:
    """Hold one line of the list of teams."""

    slug: str
    title: str
    leads: tuple[str, ...]
    n_members: int
    week_hours: int


@dataclass(frozen=True, slots=True)
class OwnStay:
    """Hold what a member is told of the team they are in."""

    slug: str
    title: str
    leads: tuple[str, ...]
    is_lead: bool
    week_hours: int
    joined_at: datetime


def list_teams(*, session: Session) -> list[TeamLine]:
    """Return every team by title."""
    stays = session.exec(
        select(TeamMember, Person.name)
        .join(Person, col(Person.id) == col(TeamMember.person_id))
        .where(col(TeamMember.left_at).is_(None))
        .order_by(col(TeamMember.id))
    ).all()
    found = []
    for team in session.exec(select(Team).order_by(col(Team.title), col(Team.id))):
        mine = [(stay, name) for stay, name in stays if stay.team_id == team.id]
        found.append(
            TeamLine(
                slug=team.slug,
                title=team.title,
                leads=tuple(name for stay, name in mine if stay.is_lead),
                n_members=len(mine),
                week_hours=sum(stay.week_hours for stay, _ in mine),
            )
        )
    return found


def get_team(slug: str, *, session: Session, actor: Actor) -> Team:
    """Return a team for whoever may look into it: its leads, and those who make teams.

    Raise ``NotFound`` for an unknown team and for one of others alike: a lead learns of no other
    team, and a member reads of their own work on their own pages.
    """
    team = session.exec(select(Team).where(Team.slug == slug)).first()
    if team is None or not (actor.has(*TEAM_MAKERS) or _leads(team, actor, session)):
        raise NotFound(Sentence("There is no such team for you to see."))
    return team


def get_team_to_form(slug: str, *, session: Session, actor: Actor) -> Team:
    """Return a team for an actor who may say who is in it; raise ``Forbidden`` otherwise."""
    # Pages guard their addresses as well; one that forgot to would still change nothing.
    if not actor.has(*TEAM_MAKERS):
        raise Forbidden(Sentence("Teams are made by coordinators and admins."))
    return get_team(slug, session=session, actor=actor)


def find_own_stay(person_id: int, *, session: Session) -> OwnStay | None:
    """Return the team that a person is in, or None.

    Somebody else put them in, and its leads read their name, hours and number of judgments: who is
    read of must be told so, on their own pages.
    """
    query = (
        select(TeamMember, Team)
        .join(Team, col(Team.id) == col(TeamMember.team_id))
        .where(TeamMember.person_id == person_id, col(TeamMember.left_at).is_(None))
    )
    found = session.exec(query).first()
    if found is None:
        return None
    stay, team = found
    leads = session.exec(
        select(Person.name)
        .join(TeamMember, col(TeamMember.person_id) == col(Person.id))
        .where(
            TeamMember.team_id == team.id,
            col(TeamMember.is_lead).is_(True),
            col(TeamMember.left_at).is_(None),
        )
        .order_by(col(Person.name), col(Person.id))
    )
    return OwnStay(
        team.slug, team.title, tuple(leads), stay.is_lead, stay.week_hours, stay.joined_at
    )


def find_led_team(person_id: int, *, session: Session) -> str | None:
    """Return the slug of the team that a person leads, or None."""
    query = (
        select(Team.slug)
        .join(TeamMember, col(TeamMember.team_id) == col(Team.id))
        .where(
            TeamMember.person_id == person_id,
            col(TeamMember.is_lead).is_(True),
            col(TeamMember.left_at).is_(None),
        )
    )
    return session.exec(query).first()


def hours_in_teams(person_ids: Collection[int], *, session: Session) -> dict[int, int]:
    """Return the hours a week that people pledged to the team they are in."""
    stay = t.team_member.c
    rows = session.connection().execute(
        sa.select(stay.person_id, stay.week_hours).where(
            stay.person_id.in_(person_ids), stay.left_at.is_(None)
        )
    )
    return {row.person_id: row.week_hours for row in rows}


def _leads(team: Team, actor: Actor, session: Session) -> bool:
    query = select(TeamMember.id).where(
        TeamMember.team_id == team.id,
        TeamMember.person_id == actor.person_id,
        col(TeamMember.is_lead).is_(True),
        col(TeamMember.left_at).is_(None),
    )
    return session.exec(query).first() is not None
