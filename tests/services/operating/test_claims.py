"""A comparison is taken back for somebody else, and costs nobody anything."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from evalhub.core.pay.ledger import UnpaidReason
from evalhub.core.people import Actor, Origin, Role, command_actor
from evalhub.db.models import Assignment, AuditEvent, Pair, PayEntry, Person
from evalhub.errors import BadInput, Conflict, Forbidden, LeaseLost, NotFound
from evalhub.services.assigning.leases import find_open_lease
from evalhub.services.assigning.releasing import release
from evalhub.services.assigning.work import n_left_for
from evalhub.services.judging.drafts import save_draft
from evalhub.services.judging.submitting import submit
from evalhub.services.operating.claims import list_claims, take_back
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.judging.conftest import changed, small_rubric

REASON = "Its deadline is tomorrow and you are away."
MINUTE = timedelta(minutes=1)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Add a project that pays ten dollars for ten minutes, with two pairs and two experts."""
    campaign = make_campaign(session, n_pairs=2, rubric=small_rubric(session))
    campaign.project.pay_minor_units = 1_000
    session.flush()
    return campaign


def take(
    campaign: Campaign, now: datetime, *, claim: int | None = None, reason: str = REASON
) -> None:
    """Take the first claim of the project back."""
    session = campaign.session
    take_back(
        campaign.project.slug,
        claim if claim is not None else list_claims(campaign.project, session=session)[0].id,
        reason=reason,
        session=session,
        actor=command_actor(),
        now=now,
    )


def entries(session: Session) -> list[tuple[int | None, int, UnpaidReason | None]]:
    rows = session.exec(select(PayEntry).order_by(col(PayEntry.id)))
    return [(row.seconds, row.minor_units, row.unpaid_reason) for row in rows]


def test_f10_what_is_held_is_listed_and_goes_to_somebody_else(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    first, second = campaign.people
    lease = campaign.must_lease(first, now)
    [held] = list_claims(campaign.project, session=session)

    take(campaign, now)

    assert (held.expert, held.expert_public_id) == (first.name, first.public_id)
    assert (held.prompt in {"p0", "p1"}, held.saved_at) == (True, None)
    assert list_claims(campaign.project, session=session) == []
    session.expire_all()
    assert session.get_one(Pair, lease.pair_id).n_taken == 0
    got = {campaign.must_lease(second, now).pair_id}
    assert got <= {pair.id for pair in campaign.pairs}
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "project.take_back")).one()
    assert REASON in event.details


@pytest.mark.parametrize(
    ("seconds", "booked"),
    [
        ("240", [(240, 400, None)]),
        ("601", [(600, 1_000, None), (1, 0, UnpaidReason.OVER_CAP)]),
        ("", [(300, 500, None)]),
    ],
    ids=["counted", "longer-than-expected", "without-scripts"],
)
def test_f53_reassign_costs_nothing(
    campaign: Campaign,
    session: Session,
    now: datetime,
    seconds: str,
    booked: list[tuple[int, int, UnpaidReason | None]],
) -> None:
    person = campaign.people[0]
    lease = campaign.must_lease(person, now)
    later = now + (20 * MINUTE if seconds else 5 * MINUTE)
    form = changed(active_seconds=seconds)
    save_draft(lease.token, form, person_id=person.id, session=session, now=later)
    left = n_left_for(campaign.project.id, person_id=person.id, session=session, now=later)

    take(campaign, later)

    assert entries(session) == booked
    # The pair itself goes to others; everything else is offered as before.
    after = n_left_for(campaign.project.id, person_id=person.id, session=session, now=later)
    assert (left, after) == (1, 1)
    assert campaign.lease(person, later) is not None


def test_f53_a_claim_that_took_no_time_is_owed_nothing(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    campaign.must_lease(campaign.people[0], now)

    take(campaign, now)

    assert entries(session) == []


def test_f53_volunteered_time_is_kept_as_such(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    campaign.project.pay_minor_units = 0
    session.flush()
    person = campaign.people[0]
    lease = campaign.must_lease(person, now)
    later = now + 5 * MINUTE
    form = changed(active_seconds="60")
    save_draft(lease.token, form, person_id=person.id, session=session, now=later)

    take(campaign, later)

    assert entries(session) == [(60, 0, UnpaidReason.VOLUNTEER)]


def test_f53_who_is_made_up_is_owed_nothing(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    person = campaign.people[0]
    person.origin = Origin.SIMULATED
    lease = campaign.must_lease(person, now)
    save_draft(lease.token, changed(), person_id=person.id, session=session, now=now + MINUTE)

    take(campaign, now + MINUTE)

    assert entries(session) == []


def test_the_open_page_is_told_what_happened(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    person = campaign.people[0]
    lease = campaign.must_lease(person, now)
    take(campaign, now)

    with pytest.raises(LeaseLost, match="took this comparison back"):
        save_draft(lease.token, changed(), person_id=person.id, session=session, now=now)
    with pytest.raises(LeaseLost, match="took this comparison back"):
        submit(lease.token, changed(), person_id=person.id, session=session, now=now)


def test_what_is_over_or_of_elsewhere_is_not_taken(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    other = make_campaign(session)
    elsewhere = other.must_lease(other.people[0], now)
    lease = campaign.must_lease(campaign.people[0], now)

    with pytest.raises(BadInput, match="reason"):
        take(campaign, now, reason=" ")
    with pytest.raises(NotFound, match="no such claim"):
        take(campaign, now, claim=elsewhere.id)
    release(lease.token, person_id=lease.person_id, session=session, now=now)
    with pytest.raises(Conflict, match="nobody's hands"):
        take(campaign, now, claim=lease.id)

    query = select(Assignment.release_reason).where(Assignment.id == lease.id)
    assert session.exec(query).one() == "unstated"
    assert (
        find_open_lease(other.project.id, person_id=other.people[0].id, session=session) is not None
    )


def test_only_who_runs_projects_takes_anything_back(
    campaign: Campaign, session: Session, now: datetime
) -> None:
    lease = campaign.must_lease(campaign.people[0], now)
    expert: Person = campaign.people[1]
    actor = Actor(expert.id, expert.name, frozenset({Role.ANNOTATOR, Role.REVIEWER}))

    with pytest.raises(Forbidden):
        take_back(
            campaign.project.slug, lease.id, reason=REASON, session=session, actor=actor, now=now
        )
