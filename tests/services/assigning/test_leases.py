"""Tokens open only one's own assignments; activity keeps a lease alive."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from evalhub.core.assigning import LONGEST_LEASE, ReleaseReason
from evalhub.core.campaigns import AssignmentStatus
from evalhub.db.models import Assignment
from evalhub.errors import Conflict, NotFound
from evalhub.services.assigning.leases import extend, find_open_lease, get_lease
from evalhub.services.assigning.releasing import release
from tests.services.assigning.conftest import Campaign, make_campaign


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make_campaign(session)


def test_a_token_opens_its_owners_lease(campaign: Campaign, now: datetime) -> None:
    lease = campaign.must_lease(campaign.people[0], now)

    found = get_lease(lease.token, person_id=lease.person_id, session=campaign.session)

    assert found == lease


def test_nobody_elses_token_works(campaign: Campaign, now: datetime) -> None:
    lease = campaign.must_lease(campaign.people[0], now)

    with pytest.raises(NotFound):
        get_lease(lease.token, person_id=campaign.people[1].id, session=campaign.session)
    with pytest.raises(NotFound):
        get_lease("no-such-token", person_id=lease.person_id, session=campaign.session)


def test_activity_extends_a_lease(campaign: Campaign, now: datetime) -> None:
    lease = campaign.must_lease(campaign.people[0], now)
    later = now + timedelta(minutes=50)

    assert extend(lease, session=campaign.session, now=later) == later + timedelta(hours=1)


def test_activity_keeps_a_lease_for_a_day_at_most(campaign: Campaign, now: datetime) -> None:
    lease = campaign.must_lease(campaign.people[0], now)
    later = now + timedelta(hours=23, minutes=30)

    assert extend(lease, session=campaign.session, now=later) == now + LONGEST_LEASE


def test_a_project_that_gives_more_than_a_day_loses_none_of_it(
    campaign: Campaign, now: datetime
) -> None:
    campaign.project.lease_minutes = 48 * 60
    campaign.session.flush()
    lease = campaign.must_lease(campaign.people[0], now)

    assert extend(lease, session=campaign.session, now=now) == now + timedelta(hours=48)


def test_a_lease_that_was_given_back_is_not_extended(campaign: Campaign, now: datetime) -> None:
    lease = campaign.must_lease(campaign.people[0], now)
    release(lease.token, person_id=lease.person_id, session=campaign.session, now=now)

    end = extend(lease, session=campaign.session, now=now + timedelta(minutes=5))

    assert end == lease.expires_at


def test_releasing_frees_the_place_and_keeps_the_reason(campaign: Campaign, now: datetime) -> None:
    lease = campaign.must_lease(campaign.people[0], now)
    release(
        lease.token,
        person_id=lease.person_id,
        reason=ReleaseReason.CONFLICT,
        session=campaign.session,
        now=now,
    )

    campaign.session.expire_all()
    stored = campaign.session.get_one(Assignment, lease.id)
    assert (stored.status, stored.release_reason) == (AssignmentStatus.RELEASED, "conflict")
    assert campaign.pairs[0].n_taken == 0


def test_releasing_twice_frees_one_place(campaign: Campaign, now: datetime) -> None:
    lease = campaign.must_lease(campaign.people[0], now)

    for _ in range(2):
        release(lease.token, person_id=lease.person_id, session=campaign.session, now=now)

    campaign.session.expire_all()
    assert campaign.pairs[0].n_taken == 0


def test_what_was_judged_is_not_given_back(campaign: Campaign, now: datetime) -> None:
    lease = campaign.must_lease(campaign.people[0], now)
    campaign.session.get_one(Assignment, lease.id).status = AssignmentStatus.SUBMITTED
    campaign.session.flush()

    with pytest.raises(Conflict, match="judged"):
        release(lease.token, person_id=lease.person_id, session=campaign.session, now=now)


def test_the_open_lease_is_found_until_it_ends(campaign: Campaign, now: datetime) -> None:
    first, second = campaign.people
    lease = campaign.must_lease(first, now)
    project_id, session = campaign.project.id, campaign.session

    assert find_open_lease(project_id, person_id=first.id, session=session) == lease
    assert find_open_lease(project_id, person_id=second.id, session=session) is None
