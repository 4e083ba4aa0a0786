"""What a project asks for: every version stays, and nobody overwrites another's."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import ProjectStatus
from evalhub.core.pay.tiers import PayTier
from evalhub.core.people import Role, command_actor
from evalhub.core.qualifying.requirements import NO_REQUIREMENT, Requirement
from evalhub.db.models import Project
from evalhub.errors import BadInput, Forbidden, NotFound, StaleForm
from evalhub.services.projects.requiring import write_requirement
from evalhub.services.qualifying.requirements import StandingRequirement, requirement_in_force
from tests.factories import make_person, make_project
from tests.services.judging.conftest import small_rubric
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.people import actions
from tests.services.qualifying.test_trainings import publish

DOCTORS = Requirement(domain="medicine", classes=("physician",))


@pytest.fixture
def project(session: Session) -> Project:
    make_project(session, slug="noise")
    return make_project(session, slug="acute")


def write(
    session: Session, now: datetime, requirement: Requirement, over: int | None = None
) -> StandingRequirement:
    return write_requirement(
        "acute", requirement, over=over, session=session, actor=command_actor(), now=now
    )


def test_a_project_asks_for_nothing_until_somebody_says_so(
    session: Session, project: Project
) -> None:
    found = requirement_in_force(project.id, session=session)

    assert found == StandingRequirement(0, NO_REQUIREMENT)


def test_the_latest_version_is_in_force(session: Session, project: Project, now: datetime) -> None:
    write_requirement("noise", DOCTORS, over=None, session=session, actor=command_actor(), now=now)
    first = write(session, now, DOCTORS, over=0)
    again = write(session, now, DOCTORS, over=1)
    last = write(session, now, NO_REQUIREMENT, over=1)

    assert (first.number, again.number, last.number) == (1, 1, 2)
    assert requirement_in_force(project.id, session=session) == last
    assert actions(session) == ["project.require"] * 3


def test_who_was_overtaken_is_told(session: Session, project: Project, now: datetime) -> None:
    write(session, now, DOCTORS, over=0)

    with pytest.raises(StaleForm, match=r"Version 1 .* wrote over 0"):
        write(session, now, NO_REQUIREMENT, over=0)


def test_a_broken_requirement_is_not_kept(
    session: Session, project: Project, now: datetime
) -> None:
    with pytest.raises(BadInput, match="domain"):
        write(session, now, Requirement(needs_credential=True))

    assert requirement_in_force(project.id, session=session).number == 0


def test_f57_only_trainings_that_are_there_can_be_asked_for(
    session: Session, project: Project, now: datetime
) -> None:
    small_rubric(session)
    publish(session, now)
    written = write(session, now, Requirement(trainings=("medicine-intro",)))

    with pytest.raises(BadInput, match="trainings: there is no training 'medicine-intor'") as told:
        write(session, now, Requirement(trainings=("medicine-intor", "medicine-intro", "none")))

    assert [one.where for one in told.value.problems] == ["trainings", "trainings"]
    assert requirement_in_force(project.id, session=session) == written


def test_it_is_for_those_who_run_projects(
    session: Session, project: Project, now: datetime
) -> None:
    reader = actor_of(make_person(session), Role.REVIEWER, Role.AUDITOR, Role.ANNOTATOR)

    with pytest.raises(Forbidden):
        write_requirement("acute", DOCTORS, over=0, session=session, actor=reader, now=now)
    with pytest.raises(NotFound):
        write_requirement("none", DOCTORS, over=0, session=session, actor=command_actor(), now=now)


def test_the_database_refuses_to_change_it(
    session: Session, project: Project, now: datetime
) -> None:
    write(session, now, DOCTORS)

    with pytest.raises(sa.exc.DBAPIError, match="project_requirement is append-only"):
        session.connection().execute(sa.text("DELETE FROM project_requirement"))


def paid(session: Session, project: Project, status: ProjectStatus) -> Project:
    """Let a project pay as work for everybody, under a rubric that asks for no credential."""
    project.status, project.pay_tier, project.pay_minor_units = status, PayTier.GENERAL, 500
    session.flush()
    return project


@pytest.mark.parametrize(
    ("requirement", "tier"),
    [
        (DOCTORS, PayTier.PROFESSIONAL),
        (Requirement(domain="coding", needs_credential=True), PayTier.CODING_STEM),
        (Requirement(domain="medicine", min_level=3), PayTier.GENERAL),
        (Requirement(domain="medicine", matches_specialty=True), PayTier.PROFESSIONAL),
        (Requirement(domain="law", matches_jurisdiction=True), PayTier.PROFESSIONAL),
        (Requirement(matches_language=True), PayTier.GENERAL),
    ],
)
def test_f18_a_draft_gets_the_tier_of_whom_it_asks_for(
    session: Session, project: Project, now: datetime, requirement: Requirement, tier: PayTier
) -> None:
    paid(session, project, ProjectStatus.DRAFT)

    write(session, now, requirement)

    assert project.pay_tier is tier


@pytest.mark.parametrize("status", [ProjectStatus.OPEN, ProjectStatus.PAUSED])
def test_f18_an_open_project_changes_its_offer_before_it_asks_for_a_profession(
    session: Session, project: Project, now: datetime, status: ProjectStatus
) -> None:
    paid(session, project, status)

    with pytest.raises(BadInput, match="which is professional work"):
        write(session, now, DOCTORS)
    project.pay_tier = PayTier.PROFESSIONAL
    session.flush()

    assert write(session, now, DOCTORS).number == 1


def test_volunteers_with_a_credential_stay_volunteers(
    session: Session, project: Project, now: datetime
) -> None:
    project.pay_tier = PayTier.VOLUNTEER

    write(session, now, DOCTORS)

    assert project.pay_tier is PayTier.VOLUNTEER
