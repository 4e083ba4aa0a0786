"""Credentials are stated, decided about by somebody else, and never changed."""

from dataclasses import replace
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from evalhub.core.people import Actor, Role, command_actor
from evalhub.core.qualifying.credentials import CredentialDecision, CredentialStanding
from evalhub.db.engine import Database
from evalhub.errors import BadInput, Conflict, Forbidden, NotFound
from evalhub.services.qualifying.credentials import (
    MAX_WAITING,
    HeldCredential,
    credentials_of,
    decide_credential,
    state_credential,
)
from tests.factories import make_credential, make_person
from tests.services.projects.conftest import actor_of
from tests.services.qualifying.people import LICENCE, Both, actions, make_both

VERIFIED, REFUSED, REVOKED = CredentialDecision


@pytest.fixture
def both(session: Session) -> Both:
    return make_both(session)


def state(both: Both, now: datetime, session: Session, actor: Actor | None = None) -> str:
    return state_credential(
        both.expert.id, LICENCE, session=session, actor=actor or both.as_expert, now=now
    )


def decide(
    public_id: str,
    decision: CredentialDecision,
    actor: Actor,
    session: Session,
    now: datetime,
    reason: str = "Seen at the chamber.",
) -> None:
    decide_credential(public_id, decision, reason=reason, session=session, actor=actor, now=now)


def only(both: Both, session: Session, now: datetime) -> HeldCredential:
    [held] = credentials_of(both.expert.id, session=session, now=now)
    return held


def test_what_is_stated_waits_for_a_person(both: Both, session: Session, now: datetime) -> None:
    make_credential(session, make_person(session), "lawyer")

    public_id = state(both, now, session)

    held = only(both, session, now)
    assert (held.public_id, held.credential, held.decisions) == (public_id, LICENCE, ())
    assert held.standing is CredentialStanding.STATED
    assert held.next_decisions == (VERIFIED, REFUSED)
    assert actions(session) == ["credential.state"]


def test_a_credential_sent_twice_is_one_while_it_waits(
    both: Both, session: Session, now: datetime
) -> None:
    first = state(both, now, session)

    assert state(both, now, session) == first
    assert only(both, session, now).public_id == first
    decide(first, REFUSED, both.as_coordinator, session, now)
    assert state(both, now, session) != first


def test_a_decision_holds_who_why_and_when(both: Both, session: Session, now: datetime) -> None:
    public_id = state(both, now, session)

    decide(public_id, VERIFIED, both.as_coordinator, session, now, reason="  Seen. ")
    decide(public_id, REVOKED, both.as_coordinator, session, now, reason="Struck off.")

    held = only(both, session, now)
    assert held.standing is CredentialStanding.REVOKED
    assert held.next_decisions == ()
    assert [(one.decision, one.reason, one.decided_by) for one in held.decisions] == [
        (VERIFIED, "Seen.", "Bo Coordinator"),
        (REVOKED, "Struck off.", "Bo Coordinator"),
    ]
    assert actions(session) == ["credential.state", "credential.verified", "credential.revoked"]


@pytest.mark.parametrize(
    ("before", "to", "says"),
    [
        ([], REVOKED, "never verified"),
        ([VERIFIED], VERIFIED, "verified, so it cannot be verified"),
        ([VERIFIED], REFUSED, "verified, so it cannot be refused"),
        ([REFUSED], VERIFIED, "refused, so it cannot be verified"),
        ([VERIFIED, REVOKED], VERIFIED, "revoked, so it cannot be verified"),
    ],
)
def test_an_illegal_step_is_refused_by_name(
    both: Both,
    session: Session,
    now: datetime,
    before: list[CredentialDecision],
    to: CredentialDecision,
    says: str,
) -> None:
    row = make_credential(session, both.expert, decisions=before)

    with pytest.raises(Conflict, match=says):
        decide(row.public_id, to, both.as_coordinator, session, now)

    assert len(only(both, session, now).decisions) == len(before)


def test_nobody_decides_about_themselves(both: Both, session: Session, now: datetime) -> None:
    public_id = state(both, now, session)
    self_made = actor_of(both.expert, Role.ANNOTATOR, Role.ADMIN)

    with pytest.raises(Forbidden, match="their own"):
        decide(public_id, VERIFIED, self_made, session, now)


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.RESEARCHER, Role.AUDITOR, Role.REVIEWER])
def test_others_decide_nothing(both: Both, session: Session, now: datetime, role: Role) -> None:
    public_id = state(both, now, session)

    with pytest.raises(Forbidden, match="coordinators and admins"):
        decide(public_id, VERIFIED, actor_of(both.coordinator, role), session, now)


def test_a_command_without_a_person_decides_nothing(
    both: Both, session: Session, now: datetime
) -> None:
    public_id = state(both, now, session)

    with pytest.raises(Forbidden, match="needs a person"):
        decide(public_id, VERIFIED, command_actor(), session, now)


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001])
def test_a_decision_has_a_reason(both: Both, session: Session, now: datetime, reason: str) -> None:
    public_id = state(both, now, session)

    with pytest.raises(BadInput, match="reason"):
        decide(public_id, VERIFIED, both.as_coordinator, session, now, reason)


def test_what_is_not_there_cannot_be_decided(both: Both, session: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        decide("nothing", VERIFIED, both.as_coordinator, session, now)


def test_a_coordinator_states_for_an_expert_and_others_do_not(
    both: Both, session: Session, now: datetime
) -> None:
    stranger = actor_of(make_person(session), Role.ANNOTATOR)

    assert state(both, now, session, both.as_coordinator)
    for actor in (stranger, command_actor()):
        with pytest.raises(Forbidden):
            state(both, now, session, actor)


def test_a_broken_credential_is_not_kept(both: Both, session: Session, now: datetime) -> None:
    late = replace(LICENCE, issued_on=date(2999, 1, 1))

    with pytest.raises(BadInput, match="issued_on"):
        state_credential(both.expert.id, late, session=session, actor=both.as_expert, now=now)

    assert credentials_of(both.expert.id, session=session, now=now) == []


def test_nobody_buries_those_who_verify(both: Both, session: Session, now: datetime) -> None:
    for _ in range(MAX_WAITING):
        make_credential(session, both.expert, decisions=[])
    make_credential(session, both.expert)

    another = replace(LICENCE, issuer="Chamber of another place")

    with pytest.raises(Conflict, match="20 credentials wait"):
        state_credential(both.expert.id, another, session=session, actor=both.as_expert, now=now)


@pytest.mark.parametrize("table", ["credential", "credential_decision"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = 7", "DELETE FROM {}"])
def test_the_database_refuses_to_change_it(
    database: Database, session: Session, table: str, verb: str
) -> None:
    make_credential(session, make_person(session))

    with pytest.raises(sa.exc.DBAPIError, match=f"{table} is append-only"):
        session.connection().execute(sa.text(verb.format(table)))
