"""A coordinator sees capacity, backlog by kind of prompt, and what is stuck, as it is now."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus, ProjectStatus
from evalhub.core.operating.backlog import StuckReason
from evalhub.core.pay.ledger import WorkKind
from evalhub.core.people import command_actor
from evalhub.core.qualifying.applications import ApplicationDecision as Decision
from evalhub.core.qualifying.requirements import Requirement
from evalhub.db.models import Application, ApplicationDecision, PayEntry, Person, Prompt
from evalhub.services.operating.health import project_health
from evalhub.services.operating.overviews import list_overviews, overview_of
from evalhub.services.teams import create_team, put_in_team
from tests.factories import (
    MOMENT,
    make_assignment,
    make_consent,
    make_credential,
    make_judgment,
    make_languages,
    make_level,
    make_requirement,
    route_prompt,
)
from tests.services.assigning.conftest import Campaign, make_campaign


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Add a project in two languages with three experts, beside one of others."""
    make_campaign(session, n_pairs=2).project.title = "Z"
    campaign = make_campaign(session, n_pairs=3, overlap=2, n_people=3)
    prompts = [session.get_one(Prompt, pair.prompt_id) for pair in campaign.pairs]
    route_prompt(session, prompts[2], language="sw-KE", jurisdiction="KE")
    make_requirement(session, campaign.project, Requirement(matches_language=True))
    for person in campaign.people:
        make_languages(session, person, "en")
    return campaign


def apply(session: Session, person: Person, hours: int, decision: Decision) -> None:
    """Let somebody have applied for the domain of the project."""
    row = Application(
        public_id=f"application-{person.id}",
        person_id=person.id,
        domain="general",
        background="Nurse.",
        week_hours=hours,
        applied_at=MOMENT,
    )
    session.add(row)
    session.flush()
    session.add(
        ApplicationDecision(
            application_id=row.id,
            number=1,
            decision=decision,
            reason="Fits.",
            decided_at=MOMENT,
            decided_by=person.id,
        )
    )
    session.flush()


def test_f53_the_backlog_is_told_by_kind_with_who_may_judge_it(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    overview = overview_of(campaign.project, session=session, now=now)

    told = [(one.route.key, one.n_left, one.n_pairs, one.n_experts) for one in overview.backlog]
    assert told == [("en||", 4, 2, 3), ("sw|KE|", 2, 1, 0)]
    reasons = [one.reason for one in overview.stuck]
    assert reasons == [StuckReason.NOBODY_QUALIFIED]


def test_f53_who_lacks_what_the_project_asks_for_counts_for_nothing(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    wanted = Requirement(domain="medicine", needs_credential=True, min_level=2, accepted_only=True)
    make_requirement(session, campaign.project, wanted, number=2)
    whole, half, _none = campaign.people
    for person in (whole, half):
        make_credential(session, person)
        make_level(session, person, 3)
        make_consent(session, person)
    row = Application(
        public_id="a",
        person_id=whole.id,
        domain="medicine",
        background="Doctor.",
        week_hours=3,
        applied_at=MOMENT,
    )
    session.add(row)
    session.flush()
    session.add(
        ApplicationDecision(
            application_id=row.id,
            number=1,
            decision=Decision.ACCEPTED,
            reason="Fits.",
            decided_at=MOMENT,
            decided_by=half.id,
        )
    )
    session.flush()

    overview = overview_of(campaign.project, session=session, now=now)

    assert {one.n_experts for one in overview.backlog} == {1}


def test_f48_capacity_is_what_people_pledged_and_worked(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    first, second, third = campaign.people
    apply(session, first, 5, Decision.ACCEPTED)
    apply(session, second, 9, Decision.ACCEPTED)
    apply(session, third, 40, Decision.DECLINED)
    actor = command_actor()
    create_team("alpha", "Alpha", session=session, actor=actor, now=now)
    put_in_team(
        "alpha",
        email=second.email or "",
        week_hours=3,
        is_lead=False,
        session=session,
        actor=actor,
        now=now,
    )
    pair = campaign.pairs[0]
    made = make_assignment(session, pair, first, status=AssignmentStatus.SUBMITTED)
    make_judgment(session, pair, first, assignment=made)
    for days, seconds in ((1, 600), (30, 9_000)):
        session.add(
            PayEntry(
                key=f"k{days}",
                person_id=first.id,
                project_id=campaign.project.id,
                kind=WorkKind.COMPARISON,
                seconds=seconds,
                currency="USD",
                booked_at=now - timedelta(days=days),
            )
        )
    session.flush()

    capacity = overview_of(campaign.project, session=session, now=now).capacity

    assert (capacity.n_experts, capacity.n_active, capacity.n_pledging) == (3, 1, 2)
    assert (capacity.pledged_minutes, capacity.worked_minutes) == (8 * 60, 10)
    assert capacity.needed_minutes == 5 * campaign.project.expected_minutes


def test_f53_what_runs_or_rests_is_listed_what_is_stuck_first(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    campaign.project.title = "Zz"
    closed = make_campaign(session)
    closed.project.status = ProjectStatus.CLOSED
    resting = make_campaign(session)
    resting.project.status, resting.project.title = ProjectStatus.PAUSED, "A"
    session.flush()

    found = list_overviews(session=session, now=now)

    titles = [one.title for one in found]
    assert titles.index("Zz") < titles.index("A")
    assert closed.project.slug not in {one.slug for one in found}


def test_f53_health_is_recomputed_from_the_rows(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    first, second, third = campaign.people
    judged, back, lapsed = campaign.pairs
    made = make_assignment(session, judged, first, status=AssignmentStatus.SUBMITTED)
    for revision in (1, 2):
        make_judgment(
            session, judged, first, assignment=made, revision=revision, active_seconds=120
        )
    ended = [
        made,
        make_assignment(session, back, second, status=AssignmentStatus.RELEASED),
        make_assignment(session, lapsed, third, status=AssignmentStatus.EXPIRED),
    ]
    for one in ended:
        one.ended_at, one.leased_at = MOMENT, MOMENT - timedelta(hours=2)
    make_assignment(session, back, third)
    session.flush()

    week = project_health(campaign.project, session=session, now=now)[0]

    assert (week.n_judged, week.cycle_hours, week.minutes) == (1, 2, 2)
    assert (week.rework.value, week.given_back.value, week.lapsed.n) == (1.0, 1 / 3, 3)
    assert week.accuracy.n == 0
