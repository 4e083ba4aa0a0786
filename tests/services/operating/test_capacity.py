"""The capacity of a house of 90 experts, 30 reviewers and 15 people of operations."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import Origin, Role
from evalhub.core.qualifying.requirements import Requirement
from evalhub.core.reviewing.vocabulary import CaseKind, CaseStep, Trigger
from evalhub.db.models import Pair, ReviewCase, ReviewStep
from evalhub.services.operating.capacity import House, capacity_of_house
from tests.factories import (
    MOMENT,
    make_assignment,
    make_judgment,
    make_level,
    make_person,
    make_requirement,
)
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.writing import n_statements


def capacity(session: Session, now: datetime, limit_hours: int = 72) -> House:
    session.flush()
    return capacity_of_house(limit_hours=limit_hours, session=session, now=now)


def open_case(session: Session, pair: Pair, at: datetime, *, answered_at: datetime | None) -> None:
    """Add a case of review, and its answer."""
    case = ReviewCase(
        key=f"case-{at}",
        project_id=pair.project_id,
        pair_id=pair.id,
        kind=CaseKind.REVIEW,
        trigger=Trigger.SAMPLE,
        opened_at=at,
    )
    session.add(case)
    session.flush()
    if answered_at is not None:
        reviewer = make_person(session, Role.LAB)
        session.add(
            ReviewStep(
                case_id=case.id,
                number=1,
                step=CaseStep.ACCEPTED,
                person_id=reviewer.id,
                made_at=answered_at,
            )
        )


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Add an open project of three pairs that asks for level 3, and one without a wish."""
    campaign = make_campaign(session, n_pairs=3, overlap=2, n_people=0)
    make_requirement(session, campaign.project, Requirement(domain="medicine", min_level=3))
    campaign.project.expected_minutes, campaign.project.title = 20, "Acute"
    make_campaign(session, n_pairs=1, n_people=0)
    make_campaign(session, n_pairs=5, n_people=0).project.status = ProjectStatus.PAUSED
    return campaign


def test_f48_a_house_of_90_30_15_is_told_in_relation(session: Session, now: datetime) -> None:
    for n, role in ((90, Role.ANNOTATOR), (30, Role.REVIEWER), (14, Role.COORDINATOR)):
        for _ in range(n):
            make_person(session, role)
    make_person(session, Role.ADMIN, Role.COORDINATOR)
    make_person(session, Role.ANNOTATOR, origin=Origin.SIMULATED)
    make_person(session, Role.REVIEWER).disabled_at = now
    make_person(session, Role.LAB)

    staff = capacity(session, now).staff

    assert (staff.n_experts, staff.n_reviewers, staff.n_operations) == (90, 30, 15)
    assert staff.per_reviewer == (3.0, 0.5)


def test_f48_the_backlog_is_told_by_level_and_by_project_with_hours(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    for level in (2, 3, 5):
        make_level(session, make_person(session, Role.ANNOTATOR), level)
    make_level(session, make_person(session, Role.ANNOTATOR), 4, expires_at=now)
    changed = make_person(session, Role.ANNOTATOR)
    make_level(session, changed, 5)
    make_level(session, changed, 1)

    house = capacity(session, now)

    assert [(one.title, one.n_left, one.minutes) for one in house.projects] == [
        ("Acute", 6, 120),
        ("A project", 1, 10),
    ]
    assert [(one.domain, one.level, one.minutes, one.n_holders) for one in house.levels] == [
        ("medicine", 3, 120, 2),
        ("general", 0, 10, 5),
    ]
    assert campaign.project.slug == house.projects[0].slug


def test_f48_the_oldest_case_warns_and_the_answered_give_the_turnaround(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    hour, pair = timedelta(hours=1), campaign.pairs[0]
    for age, answered in ((80, None), (5, None), (30, 20), (40, 36), (2000, 1000)):
        answered_at = None if answered is None else now - answered * hour
        open_case(session, pair, now - age * hour, answered_at=answered_at)

    house = capacity(session, now)

    assert (house.reviews.n_waiting, house.reviews.oldest_hours, house.reviews.is_over) == (
        *(2, 80, True),
    )
    assert (house.review_time.hours, house.review_time.n) == (7, 2)
    assert not capacity(session, now, limit_hours=80).reviews.is_over


def test_f48_the_way_from_claim_to_judgment_is_a_median(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    for pair, hours, days in zip(campaign.pairs, (1, 3, 50), (0, 1, 8), strict=True):
        person = make_person(session, Role.ANNOTATOR)
        assignment = make_assignment(session, pair, person)
        judged_at = now - timedelta(days=days)
        assignment.leased_at = judged_at - timedelta(hours=hours)
        make_judgment(session, pair, person, assignment=assignment, later=judged_at - MOMENT)

    told = capacity(session, now).judging_time

    assert (told.hours, told.n) == (2, 2)


@pytest.mark.parametrize("what", ["project", "person"])
def test_what_is_simulated_is_no_capacity_of_the_house(
    campaign: Campaign, session: Session, now: datetime, what: str
) -> None:
    pair, is_project = campaign.pairs[0], what == "project"
    campaign.project.is_simulated = is_project
    person = make_person(session, origin=Origin.ACCOUNT if is_project else Origin.SIMULATED)
    assignment = make_assignment(session, pair, person)
    make_judgment(session, pair, person, assignment=assignment, later=now - MOMENT)
    for age, answered_at in ((5, None), (6, now)):
        open_case(session, pair, now - timedelta(hours=age), answered_at=answered_at)

    house = capacity(session, now)

    n_real = 0 if is_project else 1
    assert house.judging_time.n == 0
    assert (house.reviews.n_waiting, house.review_time.n) == (n_real, n_real)
    assert [one.title for one in house.projects] == ["Acute", "A project"][1 - n_real :]


def test_the_number_of_statements_does_not_grow_with_projects_and_people(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    def asked() -> int:
        return n_statements(session, lambda: capacity(session, now))

    few = asked()
    for _ in range(3):
        more = make_campaign(session, n_pairs=2)
        open_case(session, more.pairs[0], now - timedelta(hours=more.project.id), answered_at=None)
    session.flush()

    assert asked() - few <= 2  # What cases hold is read only where there are some.
