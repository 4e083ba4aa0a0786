"""Read what a team pledged and worked, was paid, and how its judgments hold up; nobody is ranked.

All of it is about the members alone, from the day each of them came to the team.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.campaigns import AssignmentStatus, Purpose
from evalhub.core.judging.outcomes import sign_of
from evalhub.core.quality import TOLD_AFTER
from evalhub.core.scoring.intervals.shares import Share, share_of
from evalhub.db import tables as t
from evalhub.db.in_force import is_newest
from evalhub.db.models import Person, Project, Team, TeamMember
from evalhub.services.judging.joined import is_in_force
from evalhub.services.scoring.control_answers import right_by_assignment

TOLD_DAYS = 28
LEAST_PEOPLE = 5
"""Sums and shares are told of no fewer people: of two, each would know what the other's is."""
TOO_FEW = f"Fewer than {LEAST_PEOPLE} members gave such answers a week ago or longer."


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Hold one member: the minutes pledged and worked in the days told, and the judgments given.

    No share and no score: how well somebody judges is told to them and not to their team.
    """

    public_id: str
    name: str
    email: str | None
    is_lead: bool
    week_hours: int
    joined_at: datetime
    worked_minutes: int
    n_judged: int

    @property
    def pledged_minutes(self) -> int:
        """Return the minutes that the pledge comes to in the days told."""
        return self.week_hours * 60 * TOLD_DAYS // 7


@dataclass(frozen=True, slots=True)
class TeamPage:
    """Hold a team as its lead sees it.

    ``controls`` is the share of answers to control items that are right, ``agreement`` the share
    of judgments that prefer what the first judgment of the pair by somebody else prefers, ties
    compared as a third answer; both leave the newest judgments out and are empty where too few
    people gave the others. ``paid`` has sums in minor units by currency; None where too few people
    were paid to tell one.
    """

    slug: str
    title: str
    members: tuple[MemberLine, ...]
    controls: Share
    agreement: Share
    paid: Mapping[str, int] | None


def team_page(team: Team, *, session: Session, now: datetime) -> TeamPage:
    """Return a team with its members' hours, pay and figures of the last ``TOLD_DAYS`` days."""
    since = now - timedelta(days=TOLD_DAYS)
    stays = _stays(team, session)
    came = {
        person.id: max(since, min(one.joined_at for one in of_person))
        for person, of_person in stays
    }
    worked, paid = _booked(came, session)
    judged = _judged(came, session)
    told = {
        person_id: [one for one in of_person if one.made_at <= now - TOLD_AFTER]
        for person_id, of_person in judged.items()
    }
    return TeamPage(
        slug=team.slug,
        title=team.title,
        members=tuple(
            _line(person, of_person[-1], worked.get(person.id, 0), len(judged.get(person.id, ())))
            for person, of_person in stays
        ),
        controls=_controls(told, session),
        agreement=_agreement(told, session),
        paid=paid,
    )


def _stays(team: Team, session: Session) -> list[tuple[Person, list[TeamMember]]]:
    """Return who is in the team now, by name, each with all of their stays in it."""
    rows = session.exec(
        select(TeamMember, Person)
        .join(Person, col(Person.id) == col(TeamMember.person_id))
        .where(TeamMember.team_id == team.id)
        .order_by(col(TeamMember.id))
    ).all()
    found: dict[int, tuple[Person, list[TeamMember]]] = {}
    for stay, person in rows:
        found.setdefault(person.id, (person, []))[1].append(stay)
    current = [one for one in found.values() if one[1][-1].left_at is None]
    # Sorted here: databases disagree on the order of names with accents.
    return sorted(current, key=lambda one: (one[0].name, one[0].id))


def _line(person: Person, stay: TeamMember, worked_s: int, n_judged: int) -> MemberLine:
    return MemberLine(
        public_id=person.public_id,
        name=person.name,
        email=person.email,
        is_lead=stay.is_lead,
        week_hours=stay.week_hours,
        joined_at=stay.joined_at,
        worked_minutes=round(worked_s / 60),
        n_judged=n_judged,
    )


def _booked(
    came: Mapping[int, datetime], session: Session
) -> tuple[dict[int, int], dict[str, int] | None]:
    """Return the seconds booked of each person since they came, and what all were paid."""
    if not came:
        return {}, None
    entry = t.pay_entry.c
    query = sa.select(
        entry.person_id, entry.seconds, entry.minor_units, entry.currency, entry.booked_at
    ).where(entry.person_id.in_(came), entry.booked_at >= min(came.values()))
    seconds: defaultdict[int, int] = defaultdict(int)
    paid: defaultdict[str, int] = defaultdict(int)
    people = set()
    for row in session.connection().execute(query):
        if row.booked_at < came[row.person_id]:
            continue
        seconds[row.person_id] += row.seconds or 0
        if row.minor_units:
            paid[row.currency] += row.minor_units
            people.add(row.person_id)
    return dict(seconds), dict(paid) if len(people) >= LEAST_PEOPLE else None


@dataclass(frozen=True, slots=True)
class _Judged:
    """Hold one judgment in force of a member."""

    assignment_id: int
    project_id: int
    pair_id: int
    sign: int
    purpose: Purpose
    made_at: datetime


def _judged(came: Mapping[int, datetime], session: Session) -> dict[int, list[_Judged]]:
    """Return the judgments in force of each member since they came."""
    a, judgment = t.assignment.c, t.judgment.c
    query = (
        sa.select(
            a.id,
            a.project_id,
            a.pair_id,
            a.person_id,
            judgment.choice,
            judgment.is_swapped,
            judgment.created_at,
            judgment.purpose,
        )
        .join(t.judgment, judgment.assignment_id == a.id)
        .where(
            a.person_id.in_(came),
            a.status == AssignmentStatus.SUBMITTED,
            is_newest(),
        )
    )
    found: defaultdict[int, list[_Judged]] = defaultdict(list)
    for row in session.connection().execute(query):
        if row.created_at >= came[row.person_id]:
            sign = sign_of(row.choice, is_swapped=row.is_swapped)
            one = _Judged(row.id, row.project_id, row.pair_id, sign, row.purpose, row.created_at)
            found[row.person_id].append(one)
    return found


def _controls(judged: Mapping[int, Sequence[_Judged]], session: Session) -> Share:
    theirs = {
        one.assignment_id: person_id for person_id, of_person in judged.items() for one in of_person
    }
    projects = {one.project_id for of_person in judged.values() for one in of_person}
    return _share(
        (theirs[assignment_id], is_right)
        for project_id in sorted(projects)
        for assignment_id, is_right in right_by_assignment(
            session.get_one(Project, project_id), session=session
        ).items()
        if assignment_id in theirs
    )


def _agreement(judged: Mapping[int, Sequence[_Judged]], session: Session) -> Share:
    pair_ids = {one.pair_id for of_person in judged.values() for one in of_person}
    others = _first_signs(pair_ids, session)
    return _share(
        (person_id, one.sign == sign)
        for person_id, of_person in judged.items()
        for one in of_person
        if one.purpose is Purpose.WORK
        # One comparison a judgment: a pair that is judged often would else count more.
        for sign in [sign for who, sign in others.get(one.pair_id, ()) if who != person_id][:1]
    )


def _share(hits: Iterable[tuple[int, bool]]) -> Share:
    """Return the share of hits by person; of nothing where too few people are behind it."""
    found = list(hits)
    if len({person_id for person_id, _ in found}) < LEAST_PEOPLE:
        return share_of(0, 0, reason=TOO_FEW)
    return share_of(sum(is_hit for _, is_hit in found), len(found))


def _first_signs(pair_ids: Iterable[int], session: Session) -> dict[int, list[tuple[int, int]]]:
    """Return who prefers what of each pair, by the order of their judgments."""
    judgment, a = t.judgment.c, t.assignment.c
    query = (
        sa.select(judgment.pair_id, judgment.person_id, judgment.choice, judgment.is_swapped)
        .join(t.assignment, a.id == judgment.assignment_id)
        .where(
            judgment.pair_id.in_(list(pair_ids)),
            a.status == AssignmentStatus.SUBMITTED,
            is_in_force(),
        )
        .order_by(judgment.id)
    )
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in session.connection().execute(query):
        sign = sign_of(row.choice, is_swapped=row.is_swapped)
        found[row.pair_id].append((row.person_id, sign))
    return found
