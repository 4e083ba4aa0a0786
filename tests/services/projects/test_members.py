"""People join and leave projects in roles that they hold."""

import threading

import pytest
from sqlmodel import Session, select

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.people import Origin, Role
from evalhub.db.engine import Database
from evalhub.db.models import Assignment, AuditEvent, Project
from evalhub.errors import BadInput, NotFound
from evalhub.services.projects.choosing import leave_project
from evalhub.services.projects.members import add_member, list_members, remove_member
from tests.factories import MOMENT, make_person, make_project
from tests.factories import add_member as make_membership
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.projects.conftest import Parts, actor_of


@pytest.fixture
def project(session: Session) -> Project:
    return make_project(session)


def add(project: Project, email: str, role: Role, parts: Parts, session: Session) -> None:
    add_member(project, email=email, role=role, session=session, actor=parts.researcher, now=MOMENT)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("ada@example.org", " Ada@Example.org "),
        ("jos\u00e9@example.org", "jose\u0301@example.org"),
        ("strasse@example.org", "stra\u00dfe@example.org"),
    ],
    ids=["case", "composed-otherwise", "sharp-s"],
)
def test_a_person_joins_by_address_however_it_is_written(
    session: Session, parts: Parts, project: Project, *, stored: str, typed: str
) -> None:
    make_person(session, Role.ANNOTATOR, name="Ada", email=stored)

    for _ in range(2):
        add(project, typed, Role.ANNOTATOR, parts, session)

    members = list_members(project, session=session)
    assert [(member.name, member.role) for member in members] == [("Ada", Role.ANNOTATOR)]
    assert [event.action for event in session.exec(select(AuditEvent))] == ["project.add_member"]


@pytest.mark.parametrize(
    ("email", "role", "where"),
    [
        ("nobody@example.org", Role.ANNOTATOR, "email"),
        ("ada@example.org", Role.REVIEWER, "role"),
        ("ada@example.org", Role.LAB, "role"),
    ],
    ids=["unknown", "role-not-held", "no-such-role-on-projects"],
)
def test_who_cannot_join_is_refused(
    session: Session, parts: Parts, project: Project, *, email: str, role: Role, where: str
) -> None:
    make_person(session, Role.ANNOTATOR, email="ada@example.org")

    with pytest.raises(BadInput) as caught:
        add(project, email, role, parts, session)

    assert caught.value.problems[0].where == where


def test_a_person_leaves(session: Session, parts: Parts, project: Project) -> None:
    person = make_person(session, Role.ANNOTATOR, email="ada@example.org")
    add(project, "ada@example.org", Role.ANNOTATOR, parts, session)

    remove_member(
        project,
        public_id=person.public_id,
        role=Role.ANNOTATOR,
        reason="Away for months.",
        session=session,
        actor=parts.researcher,
        now=MOMENT,
    )

    assert list_members(project, session=session) == []


def leave(campaign: Campaign, role: Role, parts: Parts) -> None:
    remove_member(
        campaign.project,
        public_id=campaign.people[0].public_id,
        role=role,
        reason="Away for months.",
        session=campaign.session,
        actor=parts.researcher,
        now=MOMENT,
    )


def test_what_a_leaving_annotator_has_in_work_goes_back(session: Session, parts: Parts) -> None:
    campaign, noise = make_campaign(session), make_campaign(session)
    person = campaign.people[0]
    make_membership(session, noise.project, person)
    lease, kept = (part.must_lease(person, MOMENT) for part in (campaign, noise))

    leave(campaign, Role.ANNOTATOR, parts)

    session.expire_all()
    ended = session.get_one(Assignment, lease.id)
    assert (ended.status, ended.release_reason) == (AssignmentStatus.RELEASED, "removed")
    assert campaign.pairs[0].n_taken == 0
    assert session.get_one(Assignment, kept.id).status is AssignmentStatus.LEASED


def test_who_leaves_in_another_role_keeps_what_is_in_work(session: Session, parts: Parts) -> None:
    campaign = make_campaign(session)
    person = campaign.people[0]
    make_membership(session, campaign.project, person, Role.REVIEWER)
    lease = campaign.must_lease(person, MOMENT)

    leave(campaign, Role.REVIEWER, parts)

    session.expire_all()
    assert session.get_one(Assignment, lease.id).status is AssignmentStatus.LEASED


@pytest.mark.parametrize("is_known", [True, False], ids=["not-a-member", "unknown"])
def test_who_is_not_a_member_cannot_leave(
    session: Session, parts: Parts, project: Project, *, is_known: bool
) -> None:
    public_id = make_person(session).public_id if is_known else "nobody"

    with pytest.raises(NotFound):
        remove_member(
            project,
            public_id=public_id,
            role=Role.ANNOTATOR,
            reason="Away for months.",
            session=session,
            actor=parts.researcher,
            now=MOMENT,
        )


def test_simulated_members_are_marked(session: Session, parts: Parts, project: Project) -> None:
    make_person(session, Role.ANNOTATOR, email="sim@example.org", origin=Origin.SIMULATED)

    add(project, "sim@example.org", Role.ANNOTATOR, parts, session)

    assert list_members(project, session=session)[0].is_simulated


def test_who_leaves_twice_at_once_leaves_once(database: Database) -> None:
    with database.transaction() as session:
        campaign = make_campaign(session)
        slug, actor = campaign.project.slug, actor_of(campaign.people[0], Role.ANNOTATOR)
    gate, refused = threading.Barrier(2), []

    def go() -> None:
        gate.wait()
        try:
            with database.transaction() as session:
                leave_project(slug, session=session, actor=actor, now=MOMENT)
        except NotFound as error:
            refused.append(error)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    with database.transaction(write=False) as session:
        left = select(AuditEvent).where(AuditEvent.action == "project.leave")
        assert len(session.exec(left).all()) == 1
