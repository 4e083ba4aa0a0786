"""People see their own judgments and which of them they may still change."""

from dataclasses import asdict
from datetime import timedelta

from sqlmodel import select

from evalhub.core.judging.answers import Choice
from evalhub.db.models import Endpoint, RubricVersion
from evalhub.services.judging.history import find_last_revisable, own_judgments
from evalhub.services.judging.submitting import submit
from tests.factories import add_member
from tests.services.assigning.conftest import make_campaign
from tests.services.judging.conftest import FORM, Desk, changed

MINUTE = timedelta(minutes=1)


def test_a_revised_judgment_is_listed_once_as_it_is_now(desk: Desk) -> None:
    desk.submit()
    desk.submit(changed(overall="3"), at=desk.now + MINUTE, over=1)

    listing = own_judgments(desk.lease.person_id, session=desk.session, now=desk.now + 2 * MINUTE)

    assert listing.n_found == 1
    assert listing.items[0].choice is Choice.B
    assert (listing.items[0].revision, listing.items[0].is_revisable) == (2, True)
    assert listing.items[0].revisable_until == desk.now + 10 * MINUTE
    assert listing.items[0].first_at == desk.now


def test_each_says_what_was_asked_and_names_no_model(desk: Desk) -> None:
    desk.submit()

    item = own_judgments(desk.lease.person_id, session=desk.session, now=desk.now).items[0]

    assert item.prompt.messages[-1].content == "Question 0?"
    assert item.rubric.id == "small"
    for endpoint in desk.session.exec(select(Endpoint)):
        assert endpoint.slug not in str(asdict(item))
        assert endpoint.model not in str(asdict(item))


def test_nobody_elses_judgments_are_listed(desk: Desk) -> None:
    desk.submit()
    other = desk.campaign.people[1]

    assert own_judgments(other.id, session=desk.session, now=desk.now).items == []


def test_the_last_judgment_is_offered_for_change_while_it_may_be(desk: Desk) -> None:
    desk.submit()
    person_id, project_id = desk.lease.person_id, desk.lease.project_id

    found = [
        find_last_revisable(
            person_id, project_id=project_id, session=desk.session, now=desk.now + after
        )
        for after in (10 * MINUTE, 11 * MINUTE)
    ]

    assert found[0] is not None
    assert found[0].token == desk.lease.token
    assert found[1] is None


def test_in_another_project_nothing_is_offered(desk: Desk) -> None:
    desk.submit()

    found = find_last_revisable(
        desk.lease.person_id, project_id=0, session=desk.session, now=desk.now
    )

    assert found is None


def test_a_newer_judgment_in_another_project_is_not_offered(desk: Desk) -> None:
    desk.submit()
    rubric = desk.session.get_one(RubricVersion, desk.campaign.project.rubric_version_id)
    noise = make_campaign(desk.session, rubric=rubric)
    person = desk.campaign.people[0]
    add_member(desk.session, noise.project, person)
    later = desk.now + MINUTE
    other = noise.must_lease(person, later)
    submit(other.token, FORM, person_id=person.id, session=desk.session, now=later)

    found = [
        find_last_revisable(person.id, project_id=project_id, session=desk.session, now=later)
        for project_id in (desk.lease.project_id, noise.project.id)
    ]

    assert [judgment and judgment.token for judgment in found] == [desk.lease.token, other.token]


def test_the_newest_comes_first(desk: Desk) -> None:
    desk.submit()
    campaign = desk.campaign
    campaign.pairs[0].overlap = 2
    desk.session.flush()
    other = campaign.must_lease(campaign.people[1], desk.now)
    submit(other.token, FORM, person_id=other.person_id, session=desk.session, now=desk.now)

    mine = own_judgments(desk.lease.person_id, session=desk.session, now=desk.now)

    assert [judgment.token for judgment in mine.items] == [desk.lease.token]
