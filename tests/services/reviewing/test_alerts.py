"""Alerts: told once, answered by a person, and without any effect on whom they are about."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.campaigns import AssignmentStatus
from evalhub.core.judging.answers import Choice
from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.reviewing.alerts import AlertOutcome, CheckKind
from evalhub.db import tables as t
from evalhub.db.models import Project
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.assigning.choosing import n_open_to
from evalhub.services.reviewing.alerts import answer_alert, check_project, project_alerts
from tests.factories import MOMENT, make_assignment, make_judgment, make_person, make_project
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.services.reviewing.scene import actor_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def leaning(session: Session) -> Campaign:
    """Give a project whose first expert preferred the first side thirty times."""
    make_campaign(session, n_pairs=2)
    campaign = make_campaign(session, n_pairs=30, overlap=2)
    for person, choices in zip(campaign.people, ([Choice.A], [Choice.A, Choice.B]), strict=True):
        for number, pair in enumerate(campaign.pairs):
            given = make_assignment(session, pair, person, status=AssignmentStatus.SUBMITTED)
            choice = choices[number % len(choices)]
            make_judgment(session, pair, person, assignment=given, choice=choice)
    return campaign


def answer(
    campaign: Campaign, alert_id: int, *roles: Role, by: Actor | None = None, **given: str
) -> None:
    actor = by or actor_of(make_person(campaign.session), *roles)
    answer_alert(
        campaign.project,
        alert_id,
        AlertOutcome.TALKED,
        words=given.get("words", "They had a broken mouse."),
        actor=actor,
        session=campaign.session,
        now=MOMENT,
    )


def test_f49_a_person_decides_and_nothing_happens_by_itself(leaning: Campaign) -> None:
    def offered() -> list[int]:
        return [
            n_open_to(leaning.project.id, person_id=one.id, session=leaning.session, now=MOMENT)
            for one in leaning.people
        ]

    before = offered()
    assert check_project(leaning.project, session=leaning.session, now=MOMENT) == 1
    assert check_project(leaning.project, session=leaning.session, now=MOMENT) == 0

    cora = actor_of(make_person(leaning.session), Role.COORDINATOR)
    [view] = project_alerts(leaning.project, actor=cora, session=leaning.session)
    answer(leaning, view.alert.id, by=cora)

    [answered] = project_alerts(leaning.project, actor=cora, session=leaning.session)
    assert (view.alert.kind, view.alert.n, view.answer) == (CheckKind.SIDE, 30, None)
    assert answered.answer is not None
    assert answered.answer.words == "They had a broken mouse."
    assert offered() == before


def test_names_are_for_those_who_can_talk_to_the_person(leaning: Campaign) -> None:
    check_project(leaning.project, session=leaning.session, now=MOMENT)

    def who(role: Role) -> str:
        reader = actor_of(make_person(leaning.session), role)
        [view] = project_alerts(leaning.project, actor=reader, session=leaning.session)
        return view.who

    assert who(Role.COORDINATOR) == leaning.people[0].name
    assert who(Role.REVIEWER) == leaning.people[0].public_id[:8]


def test_an_alert_is_answered_once_and_by_somebody_else(leaning: Campaign) -> None:
    check_project(leaning.project, session=leaning.session, now=MOMENT)
    with pytest.raises(Forbidden, match="your own"):
        answer(leaning, 1, by=actor_of(leaning.people[0], Role.REVIEWER))
    with pytest.raises(Forbidden, match="name"):
        answer(leaning, 1, by=command_actor())
    with pytest.raises(Forbidden):
        answer(leaning, 1, Role.RESEARCHER)
    with pytest.raises(BadInput):
        answer(leaning, 1, Role.REVIEWER, words=" ")

    answer(leaning, 1, Role.REVIEWER)

    with pytest.raises(Conflict, match="answered"):
        answer(leaning, 1, Role.REVIEWER)


def test_an_alert_belongs_to_its_project(leaning: Campaign, session: Session) -> None:
    check_project(leaning.project, session=session, now=MOMENT)
    other: Project = make_project(session)
    leaning.project = other

    with pytest.raises(NotFound):
        answer(leaning, 1, Role.REVIEWER)
    with pytest.raises(NotFound):
        answer(leaning, 99, Role.REVIEWER)


def test_what_was_found_and_answered_stays(leaning: Campaign) -> None:
    check_project(leaning.project, session=leaning.session, now=MOMENT)
    answer(leaning, 1, Role.REVIEWER)

    for table in (t.quality_alert, t.quality_answer):
        held = leaning.session.begin_nested()
        with pytest.raises(sa.exc.DBAPIError, match=f"{table.name} is append-only"):
            leaning.session.connection().execute(sa.delete(table))
        held.rollback()
