"""What a page that is still open is told of its lease."""

from datetime import datetime, timedelta

from sqlmodel import Session

from evalhub.core.assigning import Lease
from evalhub.core.campaigns import AssignmentStatus
from evalhub.db.models import Assignment
from evalhub.services.assigning.expiring import reclaim_expired
from evalhub.services.assigning.leases import get_lease
from evalhub.services.assigning.standing import LeaseStanding, standing_of
from tests.services.assigning.conftest import Campaign, make_campaign

HOUR = timedelta(hours=1)


def lapsed(campaign: Campaign, now: datetime) -> Lease:
    """Return the first person's lease after it ran out and was swept up."""
    person, session = campaign.people[0], campaign.session
    lease = campaign.must_lease(person, now - 2 * HOUR)
    reclaim_expired(campaign.project.id, session=session, now=now)
    return get_lease(lease.token, person_id=person.id, session=session)


def test_a_running_lease_is_held(session: Session, noise: Campaign, now: datetime) -> None:
    noise.must_lease(noise.people[0], now - 2 * HOUR)
    campaign = make_campaign(session)
    lease = campaign.must_lease(campaign.people[0], now)

    assert standing_of(lease, session=session, now=now) is LeaseStanding.HELD


def test_a_lease_past_its_time_is_free_before_anyone_sweeps(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session)
    lease = campaign.must_lease(campaign.people[0], now)

    assert standing_of(lease, session=session, now=now + 2 * HOUR) is LeaseStanding.FREE


def test_a_swept_lease_is_free_while_nobody_has_the_place(
    session: Session, noise: Campaign, now: datetime
) -> None:
    campaign = make_campaign(session)
    noise.must_lease(noise.people[0], now)

    standing = standing_of(lapsed(campaign, now), session=session, now=now)

    assert standing is LeaseStanding.FREE
    assert standing.can_submit


def test_a_place_somebody_else_works_on_is_with_them(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    lease = lapsed(campaign, now)
    campaign.must_lease(campaign.people[1], now)

    standing = standing_of(lease, session=session, now=now)

    assert standing is LeaseStanding.WITH_ANOTHER
    assert not standing.can_submit


def test_somebody_elses_lease_that_ran_out_too_leaves_the_place_free(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session)
    lease = lapsed(campaign, now)
    campaign.must_lease(campaign.people[1], now)

    assert standing_of(lease, session=session, now=now + 2 * HOUR) is LeaseStanding.FREE


def test_a_place_somebody_else_filled_is_judged(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    lease = lapsed(campaign, now)
    other = campaign.must_lease(campaign.people[1], now)
    session.get_one(Assignment, other.id).status = AssignmentStatus.SUBMITTED
    session.flush()

    assert standing_of(lease, session=session, now=now) is LeaseStanding.JUDGED


def test_a_pair_handed_to_the_same_person_again_is_told(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    lease = lapsed(campaign, now)
    campaign.must_lease(campaign.people[0], now)

    assert standing_of(lease, session=session, now=now) is LeaseStanding.AGAIN
