"""Teams: who is in one, who sees what of it, and what it pledged, worked and judged."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.judging.answers import Choice
from evalhub.core.pay.ledger import WorkKind
from evalhub.core.people import Actor, Role, command_actor
from evalhub.db.models import AuditEvent, Pair, PayEntry, Person, TeamMember
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.teams import (
    TeamPage,
    create_team,
    end_stay,
    find_led_team,
    find_own_stay,
    get_team,
    list_teams,
    put_in_team,
    team_page,
)
from tests.factories import MOMENT, make_assignment, make_judgment, make_person
from tests.services.assigning.conftest import make_campaign
from tests.services.scoring.audited import make_audited_project

COMMAND = command_actor()
WEEK = timedelta(days=7)
BEFORE = MOMENT - timedelta(days=10)


@pytest.fixture
def people(session: Session) -> list[Person]:
    """Add a team of a lead and a member, and another team of one."""
    people = [make_person(session, Role.ANNOTATOR, name=name) for name in ("Lea", "Mo", "Nia")]
    for slug in ("alpha", "beta"):
        create_team(slug, slug.title(), session=session, actor=COMMAND, now=BEFORE)
    put(session, people[0], 10, is_lead=True)
    put(session, people[1], 20)
    put(session, people[2], 5, slug="beta", is_lead=True)
    return people


def put(
    session: Session,
    person: Person,
    hours: int,
    *,
    slug: str = "alpha",
    is_lead: bool = False,
    at: datetime = BEFORE,
) -> None:
    put_in_team(
        slug,
        email=person.email or "",
        week_hours=hours,
        is_lead=is_lead,
        session=session,
        actor=COMMAND,
        now=at,
    )


def actor_of(person: Person, *roles: Role) -> Actor:
    return Actor(person.id, person.name, frozenset(roles or {Role.ANNOTATOR}))


def page(session: Session, now: datetime) -> TeamPage:
    team = get_team("alpha", session=session, actor=COMMAND)
    return team_page(team, session=session, now=now)


def test_f32_a_member_is_told_of_their_team(session: Session, people: list[Person]) -> None:
    lead, member, _other = people

    mine = find_own_stay(member.id, session=session)
    led = find_own_stay(lead.id, session=session)

    assert mine is not None
    assert (mine.title, mine.leads, mine.is_lead, mine.week_hours) == ("Alpha", ("Lea",), False, 20)
    assert led is not None
    assert led.is_lead
    end_stay("alpha", member.public_id, session=session, actor=COMMAND, now=MOMENT)
    assert find_own_stay(member.id, session=session) is None


def test_f48_teams_are_listed_with_leads_and_hours(session: Session, people: list[Person]) -> None:
    create_team("empty", "Zeta", session=session, actor=COMMAND, now=BEFORE)

    lines = list_teams(session=session)

    told = [(one.title, one.leads, one.n_members, one.week_hours) for one in lines]
    assert told == [("Alpha", ("Lea",), 2, 30), ("Beta", ("Nia",), 1, 5), ("Zeta", (), 0, 0)]


def test_f32_a_lead_sees_their_own_team_and_no_other(
    session: Session, people: list[Person]
) -> None:
    lead, member, other = people
    outsider = make_person(session, Role.RESEARCHER)

    assert get_team("alpha", session=session, actor=actor_of(lead)).title == "Alpha"
    for actor, slug in (
        (actor_of(lead), "beta"),
        (actor_of(member), "alpha"),
        (actor_of(other), "alpha"),
        (actor_of(outsider, Role.RESEARCHER), "alpha"),
        (COMMAND, "gamma"),
    ):
        with pytest.raises(NotFound):
            get_team(slug, session=session, actor=actor)
    assert find_led_team(lead.id, session=session) == "alpha"
    assert find_led_team(member.id, session=session) is None


def test_f32_hours_and_work_count_since_somebody_came(
    session: Session, people: list[Person], now: datetime
) -> None:
    lead, member, other = people
    for person, days, seconds in ((lead, 1, 3_600), (lead, 12, 9_000), (other, 1, 500)):
        booked_at = now - timedelta(days=days)
        session.add(entry(person, seconds, at=booked_at))
    session.flush()

    found = page(session, now)

    told = [(one.name, one.is_lead, one.worked_minutes, one.n_judged) for one in found.members]
    assert told == [("Lea", True, 60, 0), ("Mo", False, 0, 0)]
    assert [one.pledged_minutes for one in found.members] == [10 * 60 * 4, 20 * 60 * 4]
    assert found.paid is None
    assert member.name == "Mo"


def entry(person: Person, seconds: int, *, at: datetime, paid: int = 0) -> PayEntry:
    return PayEntry(
        key=f"{person.id} {at} {seconds}",
        person_id=person.id,
        kind=WorkKind.COMPARISON,
        seconds=seconds,
        minor_units=paid,
        currency="EUR",
        booked_at=at,
    )


def test_f32_sums_of_pay_are_told_of_five_people_or_more(
    session: Session, people: list[Person], now: datetime
) -> None:
    more = [make_person(session, Role.ANNOTATOR, name=f"P{n}") for n in range(3)]
    for person in more[:2]:
        put(session, person, 1)
    paid = [*people[:2], *more]
    session.add_all(entry(person, 60, at=now, paid=200) for person in paid)
    session.flush()

    assert page(session, now).paid is None
    put(session, more[2], 1)
    assert page(session, now).paid == {"EUR": 1_000}


def fill_team(session: Session, people: list[Person]) -> list[Person]:
    """Put three more in the team, and return its five members."""
    more = [make_person(session, Role.ANNOTATOR, name=f"P{n}") for n in range(3)]
    for person in more:
        put(session, person, 1)
    return [*people[:2], *more]


def test_f48_quality_is_of_the_team_with_n_and_interval(
    session: Session, people: list[Person], now: datetime
) -> None:
    campaign = make_campaign(session, n_pairs=5, overlap=3)
    outsider = campaign.people[0]
    said = zip(campaign.pairs, fill_team(session, people), "ABABA", strict=True)
    for pair, person, theirs in said:
        for who, choice in ((outsider, Choice.A), (person, Choice(theirs.lower()))):
            made = make_assignment(session, pair, who, status=AssignmentStatus.SUBMITTED)
            make_judgment(session, pair, who, assignment=made, choice=choice)

    found = page(session, now + WEEK)

    assert (found.agreement.value, found.agreement.n) == (0.6, 5)
    assert found.agreement.interval is not None
    assert found.controls.value is None
    assert [one.n_judged for one in found.members] == [1] * 5


def judged_control(session: Session, people: list[Person]) -> None:
    """Let some people judge a control item, every second one otherwise than its key."""
    project = make_audited_project(session)
    pairs = session.exec(select(Pair).where(Pair.project_id == project.id)).all()
    control = max(pairs, key=lambda pair: pair.position)
    for n, person in enumerate(people):
        made = make_assignment(session, control, person, status=AssignmentStatus.SUBMITTED)
        choice = Choice.B if n % 2 else Choice.A
        make_judgment(session, control, person, assignment=made, choice=choice)


def test_f48_control_items_of_a_team_are_counted_a_week_later(
    session: Session, people: list[Person], now: datetime
) -> None:
    # The last is in another team, and counts for that.
    judged_control(session, [*fill_team(session, people), people[2]])

    early, late = page(session, now).controls, page(session, now + WEEK).controls

    assert (early.value, early.n) == (None, 0)
    assert (late.value, late.n) == (0.6, 5)


def test_f48_no_share_is_told_of_so_few_that_each_can_be_worked_out(
    session: Session, people: list[Person], now: datetime
) -> None:
    judged_control(session, fill_team(session, people)[:4])

    told = page(session, now + WEEK).controls

    assert (told.value, told.n) == (None, 0)
    assert told.reason == "Fewer than 5 members gave such answers a week ago or longer."


def test_f48_other_hours_begin_another_stay(
    session: Session, people: list[Person], now: datetime
) -> None:
    put(session, people[1], 8, is_lead=True, at=now)
    put(session, people[1], 8, is_lead=True, at=now)

    rows = session.exec(select(TeamMember).where(TeamMember.person_id == people[1].id)).all()
    assert [(row.week_hours, row.is_lead, row.left_at) for row in rows] == [
        (20, False, now),
        (8, True, None),
    ]
    [line] = [one for one in page(session, now).members if one.name == "Mo"]
    assert line.week_hours == 8
    events = session.exec(select(AuditEvent).where(AuditEvent.action == "team.put_in")).all()
    assert len(events) == 4


def test_f48_who_leaves_is_in_no_figure_and_can_join_another_team(
    session: Session, people: list[Person], now: datetime
) -> None:
    end_stay("alpha", people[1].public_id, session=session, actor=COMMAND, now=now)

    assert [one.name for one in page(session, now).members] == ["Lea"]
    put(session, people[1], 4, slug="beta", at=now)
    assert [one.n_members for one in list_teams(session=session)] == [1, 2]
    with pytest.raises(NotFound):
        end_stay("alpha", people[1].public_id, session=session, actor=COMMAND, now=now)
    with pytest.raises(NotFound):
        end_stay("alpha", "nobody", session=session, actor=COMMAND, now=now)


def test_an_empty_team_has_nothing_to_tell(session: Session, now: datetime) -> None:
    create_team("alpha", "Alpha", session=session, actor=COMMAND, now=now)

    found = page(session, now)

    assert (found.members, found.paid, found.agreement.n) == ((), None, 0)


def test_f48_nobody_is_in_two_teams(session: Session, people: list[Person]) -> None:
    with pytest.raises(Conflict, match="Mo is in another team"):
        put(session, people[1], 5, slug="beta")


@pytest.mark.parametrize("hours", [-1, 81])
def test_hours_are_those_of_a_week(session: Session, people: list[Person], hours: int) -> None:
    with pytest.raises(BadInput, match="does not lie between 0 and 80"):
        put(session, people[1], hours)


def test_only_experts_are_in_teams(session: Session, people: list[Person]) -> None:
    researcher = make_person(session, Role.RESEARCHER, name="Rea")

    with pytest.raises(BadInput, match="Rea is no expert"):
        put(session, researcher, 5)
    researcher.email = "elsewhere@example.org"
    with pytest.raises(BadInput, match="nobody has the address"):
        put_in_team(
            "alpha",
            email="x@example.org",
            week_hours=1,
            is_lead=False,
            session=session,
            actor=COMMAND,
            now=BEFORE,
        )


@pytest.mark.parametrize(
    ("slug", "title", "rule"), [("A b", "Fine", "slug"), ("fine", " ", "title")]
)
def test_a_team_has_a_name(session: Session, slug: str, title: str, rule: str) -> None:
    with pytest.raises(BadInput, match=rule):
        create_team(slug, title, session=session, actor=COMMAND, now=BEFORE)


def test_a_name_in_addresses_is_taken_once(session: Session, people: list[Person]) -> None:
    with pytest.raises(Conflict, match="'alpha' already"):
        create_team("alpha", "Other", session=session, actor=COMMAND, now=BEFORE)


def test_f48_a_lead_forms_no_team(session: Session, people: list[Person], now: datetime) -> None:
    lead = actor_of(people[0])

    with pytest.raises(Forbidden):
        create_team("mine", "Mine", session=session, actor=lead, now=now)
    with pytest.raises(Forbidden):
        end_stay("alpha", people[1].public_id, session=session, actor=lead, now=now)


def test_a_team_is_not_called_as_an_address_of_the_site_is(session: Session) -> None:
    with pytest.raises(Conflict, match="'mine' already"):
        create_team("mine", "Mine", session=session, actor=COMMAND, now=MOMENT)
