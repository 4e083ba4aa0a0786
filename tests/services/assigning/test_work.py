"""The work list: what is open to a person, on which terms, and what they have in work."""

from datetime import datetime, timedelta

from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.people import Role
from evalhub.services.assigning.standing import LeaseStanding
from evalhub.services.assigning.work import list_work
from evalhub.services.judging.drafts import save_draft
from evalhub.services.judging.history import own_judgments
from tests.factories import add_member, make_person
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import Desk, changed
from tests.services.judging.conftest import desk as desk  # noqa: PLC0414 - a fixture


def test_open_projects_are_listed_with_their_terms(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=3)
    make_campaign(session)

    works = list_work(campaign.people[0].id, session=session, now=now)

    assert [(work.slug, work.n_left, work.n_answered) for work in works] == [
        (campaign.project.slug, 3, 0)
    ]
    assert works[0].held is None
    assert not works[0].has_begun


def test_only_annotators_of_the_project_see_it(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    reviewer = make_person(session)
    add_member(session, campaign.project, reviewer, Role.REVIEWER)

    assert list_work(reviewer.id, session=session, now=now) == []
    assert list_work(make_person(session).id, session=session, now=now) == []


def test_what_is_in_work_is_shown_with_its_draft(session: Session, now: datetime) -> None:
    campaign = make_campaign(session, n_pairs=2)
    person = campaign.people[0]
    lease = campaign.must_lease(person, now)
    before = list_work(person.id, session=session, now=now)[0].held
    save_draft(lease.token, [("overall", "1")], person_id=person.id, session=session, now=now)

    work = list_work(person.id, session=session, now=now)[0]

    assert before is not None
    assert before.saved_at is None
    assert work.held is not None
    assert (work.held.token, work.held.saved_at) == (lease.token, now)
    assert work.held.expires_at == now + timedelta(hours=1)
    assert work.has_begun


def test_a_paused_project_is_listed_only_with_work_in_hand(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    first, second = campaign.people
    campaign.must_lease(first, now)
    campaign.project.status = ProjectStatus.PAUSED
    session.flush()

    assert len(list_work(first.id, session=session, now=now)) == 1
    assert list_work(second.id, session=session, now=now) == []


def test_what_was_answered_is_counted_as_the_history_counts_it(desk: Desk) -> None:
    person, session, now = desk.lease.person_id, desk.session, desk.now
    desk.submit()
    desk.submit(changed(overall="3"), over=1)

    judged = list_work(person, session=session, now=now)[0]
    cannot = [*changed(overall="cannot_judge"), ("cannot_judge_reason", "contested")]
    desk.submit(cannot, over=2)
    said_cannot = list_work(person, session=session, now=now)[0]

    assert (judged.n_answered, said_cannot.n_answered) == (1, 1)
    assert own_judgments(person, session=session, now=now).n_found == 1


def test_what_others_answered_is_theirs(desk: Desk) -> None:
    desk.submit()
    other = desk.campaign.people[1]

    work = list_work(other.id, session=desk.session, now=desk.now)[0]

    assert (work.n_answered, work.has_begun) == (0, False)


def test_a_draft_whose_lease_ran_out_is_found_again(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    first, second = campaign.people
    lease = campaign.must_lease(first, now)
    save_draft(lease.token, [("overall", "1")], person_id=first.id, session=session, now=now)
    later = now + timedelta(hours=2)
    campaign.must_lease(second, later)

    work = list_work(first.id, session=session, now=later)[0]

    assert work.held is None
    assert [(held.token, held.standing) for held in work.lapsed] == [
        (lease.token, LeaseStanding.WITH_ANOTHER)
    ]
    assert list_work(second.id, session=session, now=later)[0].lapsed == ()


def test_a_draft_whose_pair_is_in_hand_again_is_not_listed_twice(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session)
    person = campaign.people[0]
    lease = campaign.must_lease(person, now)
    save_draft(lease.token, [("overall", "1")], person_id=person.id, session=session, now=now)
    later = now + timedelta(hours=2)
    campaign.must_lease(person, later)

    work = list_work(person.id, session=session, now=later)[0]

    assert work.held is not None
    assert work.lapsed == ()


def test_a_lease_past_its_time_is_not_called_theirs(session: Session, now: datetime) -> None:
    campaign = make_campaign(session)
    person = campaign.people[0]
    campaign.must_lease(person, now)

    work = list_work(person.id, session=session, now=now + timedelta(hours=2))[0]

    assert work.held is not None
    assert work.held.standing is LeaseStanding.FREE
