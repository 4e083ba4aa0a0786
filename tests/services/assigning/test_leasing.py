"""Leases: who gets which pair, in which order, and what is left."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from evalhub.core.assigning import ReleaseReason
from evalhub.core.campaigns import AssignmentStatus, ProjectStatus
from evalhub.core.people import Role
from evalhub.db.models import Assignment
from evalhub.errors import Conflict, NotFound
from evalhub.services.assigning.choosing import n_open_to
from evalhub.services.assigning.releasing import release
from tests.factories import add_member, make_person
from tests.services.assigning.conftest import Campaign, make_campaign

HOUR = timedelta(hours=1)


def test_a_lease_reserves_one_place_and_keeps_the_terms(
    session: Session, noise: Campaign, now: datetime
) -> None:
    campaign = make_campaign(session)
    campaign.project.pay_minor_units = 1400
    session.flush()

    lease = campaign.must_lease(campaign.people[0], now)
    campaign.project.pay_minor_units = 100
    session.flush()

    session.refresh(campaign.pairs[0])
    assert campaign.pairs[0].n_taken == 1
    assert (lease.pay_minor_units, lease.pay_currency) == (1400, "USD")
    assert (lease.policy, lease.probability) == ("uniform", 1.0)
    assert lease.expires_at == now + HOUR


def test_asking_again_returns_the_lease_already_held(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=3)

    first = campaign.must_lease(campaign.people[0], now)
    again = campaign.must_lease(campaign.people[0], now + timedelta(minutes=5), seed=9)

    assert again == first


def test_no_more_people_than_the_overlap_get_a_pair(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, overlap=2, n_people=3)

    leases = [campaign.lease(person, now) for person in campaign.people]

    assert [lease is None for lease in leases] == [False, False, True]


def test_a_pair_already_judged_is_not_offered_again(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, overlap=5)
    lease = campaign.must_lease(campaign.people[0], now)
    session.get_one(Assignment, lease.id).status = AssignmentStatus.SUBMITTED
    session.flush()

    assert campaign.lease(campaign.people[0], now) is None


def test_a_pair_given_back_goes_to_someone_else(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    first, second = campaign.people
    lease = campaign.must_lease(first, now)
    release(lease.token, person_id=first.id, session=session, now=now)

    assert campaign.lease(first, now) is None
    assert campaign.must_lease(second, now).pair_id == lease.pair_id


def test_an_expired_lease_is_reclaimed_for_others(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    first, second = campaign.people
    lease = campaign.must_lease(first, now)

    assert campaign.lease(second, now + HOUR - timedelta(seconds=1)) is None
    assert campaign.must_lease(second, now + HOUR).pair_id == lease.pair_id
    session.expire_all()
    assert session.get_one(Assignment, lease.id).status is AssignmentStatus.EXPIRED


def test_an_expired_pair_may_return_to_the_same_person_in_the_same_order(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session, overlap=3)
    first = campaign.must_lease(campaign.people[0], now)

    for i in range(1, 5):
        again = campaign.must_lease(campaign.people[0], now + i * HOUR, seed=i)
        assert again.token != first.token
        assert again.is_swapped is first.is_swapped


def test_a_prompt_that_was_blocked_never_comes_back(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=2)
    person = campaign.people[0]
    lease = campaign.must_lease(person, now)
    blocked = next(pair for pair in campaign.pairs if pair.id == lease.pair_id)
    other = next(pair for pair in campaign.pairs if pair.id != lease.pair_id)
    other.prompt_id = blocked.prompt_id
    session.flush()
    release(
        lease.token,
        person_id=person.id,
        reason=ReleaseReason.PROMPT_BLOCKED,
        session=session,
        now=now,
    )

    assert campaign.lease(person, now) is None
    assert campaign.lease(campaign.people[1], now) is not None


def test_sides_are_balanced_within_a_pair(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, overlap=6, n_people=6)

    orders = Counter(campaign.must_lease(person, now).is_swapped for person in campaign.people)

    assert orders == {True: 3, False: 3}


def test_the_draw_is_uniform_and_its_probability_is_kept(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=4, n_people=4)

    leases = [campaign.must_lease(person, now, seed=3) for person in campaign.people]

    assert [lease.probability for lease in leases] == [1 / 4, 1 / 3, 1 / 2, 1]
    assert len({lease.pair_id for lease in leases}) == 4


def test_pairs_made_for_imports_are_not_handed_out(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    campaign.pairs[0].is_offered = False
    session.flush()

    assert campaign.lease(campaign.people[0], now) is None


@pytest.mark.parametrize(
    "status", [ProjectStatus.DRAFT, ProjectStatus.PAUSED, ProjectStatus.CLOSED]
)
def test_only_an_open_project_hands_out_pairs(
    session: Session, now: datetime, status: ProjectStatus
) -> None:
    campaign = make_campaign(session)
    campaign.project.status = status
    session.flush()

    with pytest.raises(Conflict, match=status.value):
        campaign.lease(campaign.people[0], now)


def test_a_lease_held_when_the_project_pauses_can_be_resumed(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session)
    lease = campaign.must_lease(campaign.people[0], now)
    campaign.project.status = ProjectStatus.PAUSED
    session.flush()

    assert campaign.lease(campaign.people[0], now) == lease


def test_outsiders_and_other_roles_get_nothing(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    outsider, reviewer = make_person(session), make_person(session)
    add_member(session, campaign.project, reviewer, Role.REVIEWER)

    for person in (outsider, reviewer):
        with pytest.raises(NotFound):
            campaign.lease(person, now)


def test_what_is_left_is_counted_for_the_person(
    session: Session, noise: Campaign, now: datetime
) -> None:
    campaign = make_campaign(session, n_pairs=3)
    first, second = campaign.people
    campaign.must_lease(first, now)

    counts = [
        n_open_to(campaign.project.id, person_id=person.id, session=session, now=now)
        for person in (first, second)
    ]

    assert counts == [2, 2]


def test_the_last_place_is_offered_again_once_its_lease_ran_out(
    session: Session, noise: Campaign, now: datetime
) -> None:
    noise.must_lease(noise.people[0], now)
    campaign = make_campaign(session)
    first, second = campaign.people
    campaign.must_lease(first, now)
    project_id, later = campaign.project.id, now + timedelta(hours=2)

    before = n_open_to(project_id, person_id=second.id, session=session, now=now)
    after = n_open_to(project_id, person_id=second.id, session=session, now=later)

    assert (before, after) == (0, 1)
    assert campaign.lease(second, later) is not None
