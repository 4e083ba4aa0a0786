"""Experts choose projects: what they read first, how they join, and that leaving is free."""

from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from evalhub.core.assigning import ReleaseReason
from evalhub.core.campaigns import ProjectStatus, PullStatus
from evalhub.core.pay.ledger import UnpaidReason
from evalhub.core.people import Role
from evalhub.core.qualifying.requirements import LackKind, Requirement
from evalhub.db.models import Assignment, AuditEvent, PayEntry, ProjectMember, Prompt
from evalhub.errors import Conflict, Forbidden, NotFound
from evalhub.services.assigning.work import list_work
from evalhub.services.judging.references import is_prompt_settled
from evalhub.services.projects.choosing import (
    join_project,
    leave_project,
    let_join,
    list_offers,
)
from tests.factories import (
    add_member,
    make_consent,
    make_level,
    make_person,
    make_project,
    make_pull,
    make_requirement,
)
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.people import Both, make_both

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def both(session: Session) -> Both:
    both = make_both(session)
    make_consent(session, both.expert)
    return both


@pytest.fixture
def campaign(session: Session, both: Both, now: datetime) -> Campaign:
    """Give a project that asks for level 3 in medicine and that experts may join."""
    make_project(session, slug="noise")
    campaign = make_campaign(session, n_people=0)
    make_requirement(session, campaign.project, Requirement(domain="medicine", min_level=3))
    open_up(campaign, session, now)
    return campaign


def open_up(
    campaign: Campaign, session: Session, now: datetime, *, is_joinable: bool = True
) -> None:
    actor = actor_of(make_person(session, Role.COORDINATOR), Role.COORDINATOR)
    slug = campaign.project.slug
    let_join(slug, is_joinable=is_joinable, session=session, actor=actor, now=now)


def join(campaign: Campaign, both: Both, session: Session, now: datetime) -> None:
    join_project(campaign.project.slug, session=session, actor=both.as_expert, now=now)


def leave(campaign: Campaign, both: Both, session: Session, now: datetime) -> None:
    leave_project(campaign.project.slug, session=session, actor=both.as_expert, now=now)


def members(session: Session) -> list[int]:
    return list(session.exec(select(ProjectMember.person_id)))


def test_f19_who_qualifies_joins_and_finds_the_work(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    make_level(session, both.expert, 3)
    (offer,) = list_offers(both.expert.id, session=session, now=now)

    join(campaign, both, session, now)
    join(campaign, both, session, now)

    assert offer.can_join
    assert members(session) == [both.expert.id]
    (work,) = list_work(both.expert.id, session=session, now=now)
    assert (work.slug, work.n_left > 0) == (campaign.project.slug, True)
    (after,) = list_offers(both.expert.id, session=session, now=now)
    assert (after.is_member, after.can_join) == (True, False)


def test_f18_pay_and_terms_are_read_before_joining_and_no_model_is(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    project = campaign.project
    project.terms, project.pay_minor_units, project.expected_minutes = "Be fair.", 900, 9
    session.add(project)
    session.flush()

    (offer,) = list_offers(both.expert.id, session=session, now=now)

    assert (offer.price.minor_units, offer.price.per_hour, offer.terms) == (900, 6000, "Be fair.")
    assert "model-" not in repr(offer)


def test_f20_who_lacks_something_reads_what_and_cannot_join(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    stranger = make_person(session, Role.ANNOTATOR)
    (offer,) = list_offers(stranger.id, session=session, now=now)

    assert offer.lacks == (LackKind.LEVEL, LackKind.CONSENT)
    with pytest.raises(Forbidden, match="higher level"):
        join(campaign, both, session, now)
    assert members(session) == []


def test_f20_nobody_joins_before_they_have_answered_about_consent(
    session: Session, now: datetime
) -> None:
    both, campaign = make_both(session), make_campaign(session, n_people=0)
    open_up(campaign, session, now)

    with pytest.raises(Forbidden, match="what your judgments may be used for"):
        join(campaign, both, session, now)
    make_consent(session, both.expert)
    join(campaign, both, session, now)

    assert members(session) == [both.expert.id]


def test_f19_leaving_gives_work_back_and_the_way_in_stays_open(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    make_level(session, both.expert, 3)
    join(campaign, both, session, now)
    lease = campaign.lease(both.expert, now)
    assert lease is not None

    leave(campaign, both, session, now)

    assert members(session) == []
    row = session.get_one(Assignment, lease.id)
    assert row.release_reason == ReleaseReason.UNSTATED
    removed = [UnpaidReason.REMOVED]
    assert (
        session.exec(select(PayEntry).where(col(PayEntry.unpaid_reason).in_(removed))).all() == []
    )
    assert list_offers(both.expert.id, session=session, now=now)[0].can_join
    join(campaign, both, session, now)
    with pytest.raises(NotFound, match="not on this project"):
        leave_project("noise", session=session, actor=both.as_expert, now=now)


def test_f19_who_was_put_on_a_project_may_leave_it_as_well(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    open_up(campaign, session, now, is_joinable=False)
    add_member(session, campaign.project, both.expert)
    (offer,) = list_offers(both.expert.id, session=session, now=now)

    leave(campaign, both, session, now)

    assert (offer.is_member, offer.lacks) == (True, (LackKind.LEVEL,))
    assert list_offers(both.expert.id, session=session, now=now) == []


@pytest.mark.parametrize(
    ("status", "error"),
    [(ProjectStatus.DRAFT, NotFound), (ProjectStatus.PAUSED, Conflict)],
    ids=["a draft", "paused"],
)
def test_what_is_not_open_takes_nobody_in(
    campaign: Campaign,
    both: Both,
    session: Session,
    now: datetime,
    status: ProjectStatus,
    error: type[Exception],
) -> None:
    make_level(session, both.expert, 3)
    campaign.project.status = status
    session.add(campaign.project)
    session.flush()

    with pytest.raises(error):
        join(campaign, both, session, now)


def test_projects_are_joined_by_experts_and_only_where_that_was_said(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    make_level(session, both.coordinator, 3)
    slug = campaign.project.slug

    with pytest.raises(Forbidden, match="joined by experts"):
        join_project(slug, session=session, actor=both.as_coordinator, now=now)
    with pytest.raises(NotFound, match="no such project to join"):
        join_project("noise", session=session, actor=both.as_expert, now=now)
    with pytest.raises(Forbidden):
        let_join(slug, is_joinable=False, session=session, actor=both.as_expert, now=now)


@pytest.mark.parametrize("hand", ["made", "pulled", Role.RESEARCHER, Role.REVIEWER])
def test_who_may_know_the_models_does_not_join_by_themselves(
    campaign: Campaign, both: Both, session: Session, now: datetime, hand: str
) -> None:
    make_level(session, both.expert, 3)
    if hand == "made":
        campaign.project.created_by = both.expert.id
    elif hand == "pulled":
        pull = make_pull(session, PullStatus.DONE)
        pull.prompt_set_version_id = campaign.project.prompt_set_version_id
        pull.created_by = both.expert.id
    else:
        add_member(session, campaign.project, both.expert, Role(hand))
    session.flush()

    with pytest.raises(Forbidden, match="may know its models"):
        join(campaign, both, session, now)

    assert list_offers(both.expert.id, session=session, now=now) == []
    assert list_offers(both.coordinator.id, session=session, now=now) != []


def test_what_is_said_twice_is_logged_once(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    open_up(campaign, session, now)
    make_level(session, both.expert, 3)
    join(campaign, both, session, now)
    leave(campaign, both, session, now)

    logged = session.exec(select(AuditEvent.action).order_by(col(AuditEvent.sequence))).all()

    assert logged == ["project.let_join", "project.add_member", "project.leave"]


def test_a_reference_is_held_back_from_those_who_could_still_join(
    campaign: Campaign, both: Both, session: Session, now: datetime
) -> None:
    sha256 = session.get_one(Prompt, campaign.pairs[0].prompt_id).sha256

    def settled() -> bool:
        return is_prompt_settled(sha256, person_id=both.expert.id, session=session, now=now)

    assert not settled()
    open_up(campaign, session, now, is_joinable=False)
    assert settled()
