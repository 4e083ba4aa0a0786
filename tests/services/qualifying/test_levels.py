"""Levels are given, renewed and taken back by a person; every decision stays."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.qualifying.levels import Level, level_at
from evalhub.errors import BadInput, Conflict, Forbidden
from evalhub.services.qualifying.levels import decide_level, levels_of
from tests.factories import make_level, make_person
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.people import Both, actions, make_both


@pytest.fixture
def both(session: Session) -> Both:
    return make_both(session)


def decide(
    both: Both,
    level: int,
    session: Session,
    now: datetime,
    *,
    actor: Actor | None = None,
    domain: str = "medicine",
    days: int = 30,
) -> None:
    decide_level(
        both.expert.id,
        domain,
        level,
        days=days,
        reason="Passed.",
        session=session,
        actor=actor or both.as_coordinator,
        now=now,
    )


def test_a_level_holds_for_its_days_and_is_renewed_by_a_later_decision(
    both: Both, session: Session, now: datetime
) -> None:
    make_level(session, both.coordinator, 5)
    decide(both, 3, session, now)
    later = now + timedelta(days=29)
    decide(both, 3, session, later, days=365)

    given = levels_of(both.expert.id, session=session)

    assert [(one.level, one.decided_by, one.decided_at) for one in given] == [
        (Level.PROFESSIONAL, "Bo Coordinator", now),
        (Level.PROFESSIONAL, "Bo Coordinator", later),
    ]
    assert level_at(given, "medicine", now + timedelta(days=300)) is Level.PROFESSIONAL
    assert actions(session) == ["level.decide", "level.decide"]


def test_what_nobody_gave_cannot_be_taken_back(both: Both, session: Session, now: datetime) -> None:
    decide(both, 2, session, now, domain="law")

    with pytest.raises(Conflict, match="no level in medicine"):
        decide(both, 0, session, now)


def test_a_level_is_taken_back_once(both: Both, session: Session, now: datetime) -> None:
    decide(both, 2, session, now)
    decide(both, 0, session, now)

    with pytest.raises(Conflict, match="no level in medicine"):
        decide(both, 0, session, now)

    assert level_at(levels_of(both.expert.id, session=session), "medicine", now) is Level.NONE


def test_f34_a_person_decides_and_never_about_themselves(
    both: Both, session: Session, now: datetime
) -> None:
    for actor in (
        actor_of(both.expert, Role.ADMIN),
        both.as_expert,
        actor_of(make_person(session), Role.REVIEWER),
        command_actor(),
    ):
        with pytest.raises(Forbidden):
            decide(both, 3, session, now, actor=actor)

    assert levels_of(both.expert.id, session=session) == ()


def test_every_broken_rule_is_named(both: Both, session: Session, now: datetime) -> None:
    with pytest.raises(BadInput) as refused:
        decide(both, 9, session, now, domain="Law and medicine", days=0)

    assert [problem.where for problem in refused.value.problems] == ["domain", "level", "days"]


@pytest.mark.parametrize(
    "verb", ["UPDATE level_decision SET level = 5", "DELETE FROM level_decision"]
)
def test_the_database_refuses_to_change_it(session: Session, verb: str) -> None:
    make_level(session, make_person(session), 1)

    with pytest.raises(sa.exc.DBAPIError, match="level_decision is append-only"):
        session.connection().execute(sa.text(verb))


def test_the_database_knows_five_levels(session: Session) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="level_range"):
        make_level(session, make_person(session), 6)
