"""Make teams, put people in them and let them leave; every act stands in the audit log."""

from datetime import datetime

from sqlmodel import Session, col, select

from evalhub.core.free_words import says_something
from evalhub.core.people import Actor, Role
from evalhub.core.projects import MAX_SLUG, MAX_TITLE, is_slug
from evalhub.db.models import Person, RoleGrant, Team, TeamMember
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound, Problem, Sentence
from evalhub.services.accounts.fields import folded_email
from evalhub.services.audit import record
from evalhub.services.locks import lock
from evalhub.services.teams.finding import TEAM_MAKERS, get_team_to_form

MAX_WEEK_HOURS = 80


TAKEN_NAMES = frozenset({"mine"})
"""Names that the addresses of teams use themselves."""


def create_team(slug: str, title: str, *, session: Session, actor: Actor, now: datetime) -> Team:
    """Add a team without anybody in it; raise ``Conflict`` where its name in addresses is taken."""
    if not actor.has(*TEAM_MAKERS):
        raise Forbidden(Sentence("Teams are made by coordinators and admins."))
    _check(slug, title.strip())
    lock("teams", session=session)
    known = session.exec(select(Team.id).where(Team.slug == slug)).first()
    if known is not None or slug in TAKEN_NAMES:
        raise Conflict(Sentence("There is a team %(slug)s already.", slug=repr(slug)))
    team = Team(slug=slug, title=title.strip(), created_at=now, created_by=actor.person_id)
    session.add(team)
    session.flush()
    record(
        "team.create",
        session=session,
        actor=actor,
        subject=f"team:{slug}",
        details={"title": team.title},
        now=now,
    )
    return team


def put_in_team(
    slug: str,
    *,
    email: str,
    week_hours: int,
    is_lead: bool,
    session: Session,
    actor: Actor,
    now: datetime,
) -> None:
    """Let an expert be in a team with the hours a week that they pledge, maybe as its lead.

    Somebody who is in it gets other hours or another part; what held before stays on record. The
    same again changes nothing. Raise ``BadInput`` for hours out of range and for who is no expert,
    and ``Conflict`` for who is in another team.
    """
    team = get_team_to_form(slug, session=session, actor=actor)
    if not 0 <= week_hours <= MAX_WEEK_HOURS:
        rule = Sentence(
            "%(value)s does not lie between %(least)s and %(most)s",
            value=week_hours,
            least=0,
            most=MAX_WEEK_HOURS,
        )
        raise BadInput.at("week_hours", rule)
    person = _expert(email, session)
    lock("teams", session=session)
    stay = _stay(person.id, session)
    if stay is not None and stay.team_id != team.id:
        raise Conflict(Sentence("%(name)s is in another team.", name=person.name))
    if stay is not None and (stay.week_hours, stay.is_lead) == (week_hours, is_lead):
        return
    _end(stay, session, now)
    session.add(
        TeamMember(
            team_id=team.id,
            person_id=person.id,
            is_lead=is_lead,
            week_hours=week_hours,
            joined_at=now,
            added_by=actor.person_id,
        )
    )
    session.flush()
    record(
        "team.put_in",
        session=session,
        actor=actor,
        subject=f"team:{team.slug}",
        details={"person": person.public_id, "week_hours": week_hours, "is_lead": is_lead},
        now=now,
    )


def end_stay(slug: str, public_id: str, *, session: Session, actor: Actor, now: datetime) -> None:
    """Let somebody leave a team; their work stays theirs, and the team's while they were in it."""
    team = get_team_to_form(slug, session=session, actor=actor)
    person = session.exec(select(Person).where(Person.public_id == public_id)).first()
    lock("teams", session=session)
    stay = _stay(person.id, session) if person else None
    if person is None or stay is None or stay.team_id != team.id:
        raise NotFound(Sentence("There is no such person in this team."))
    _end(stay, session, now)
    record(
        "team.leave",
        session=session,
        actor=actor,
        subject=f"team:{team.slug}",
        details={"person": person.public_id},
        now=now,
    )


def _check(slug: str, title: str) -> None:
    problems = []
    if not is_slug(slug):
        rule = Sentence(
            "%(slug)s is not 1 to %(most)s lower-case letters, digits and single hyphens",
            slug=repr(slug[:MAX_SLUG]),
            most=MAX_SLUG,
        )
        problems.append(Problem("slug", rule))
    if not (says_something(title) and len(title) <= MAX_TITLE and title.isprintable()):
        rule = Sentence("needs one line of 1 to %(most)s printable characters", most=MAX_TITLE)
        problems.append(Problem("title", rule))
    if problems:
        raise BadInput(problems)


def _expert(email: str, session: Session) -> Person:
    wanted = folded_email(email)
    person = session.exec(select(Person).where(Person.email == wanted)).first()
    if person is None:
        rule = Sentence("nobody has the address %(address)s", address=repr(wanted[:254]))
        raise BadInput.at("email", rule)
    if session.get(RoleGrant, (person.id, Role.ANNOTATOR)) is None:
        raise BadInput.at("email", Sentence("%(name)s is no expert", name=person.name))
    return person


def _stay(person_id: int, session: Session) -> TeamMember | None:
    query = select(TeamMember).where(
        TeamMember.person_id == person_id, col(TeamMember.left_at).is_(None)
    )
    return session.exec(query).first()


def _end(stay: TeamMember | None, session: Session, now: datetime) -> None:
    if stay is not None:
        stay.left_at = now
        session.add(stay)
        # Before the next stay begins: the database allows one at a time.
        session.flush()
