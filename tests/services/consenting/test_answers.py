"""What people answer is appended, logged, and never changed."""

from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from evalhub.core.consent import STANDING_TEXT, ConsentPurpose
from evalhub.core.consent import ConsentText as Text
from evalhub.core.people import command_actor
from evalhub.db.models import AuditEvent, ConsentAnswer, ConsentText
from evalhub.errors import BadInput, Conflict
from evalhub.services.consenting.answers import (
    answer,
    answers_in_project,
    answers_of,
    withdraw,
)
from evalhub.services.consenting.texts import current_text, publish_text
from tests.factories import make_person
from tests.release_project import make_tiny_project

TRAIN, STUDY = ConsentPurpose.REWARD_MODEL_TRAINING, ConsentPurpose.RESEARCH
ACTOR = command_actor()
SECOND = replace(STANDING_TEXT, version=2, title="Anew")


def test_answers_are_appended_and_logged(session: Session, now: datetime) -> None:
    person, other = make_person(session), make_person(session)
    for purposes in ((STUDY, TRAIN), (STUDY,)):
        answer(person.id, purposes, session=session, actor=ACTOR, now=now)
    answer(other.id, (), session=session, actor=ACTOR, now=now)

    found = answers_of(person.id, session=session)

    assert [one.purposes for one in found] == [{STUDY, TRAIN}, {STUDY}]
    events = session.exec(select(AuditEvent).where(AuditEvent.action == "consent.answer")).all()
    assert len(events) == 3
    assert '"purposes":["reward_model_training","research"]' in events[0].details
    assert len(session.exec(select(ConsentText)).all()) == 1


def test_who_never_answered_has_no_answers(session: Session) -> None:
    assert answers_of(make_person(session).id, session=session) == ()


def test_answers_of_a_project_are_those_of_its_annotators(session: Session, now: datetime) -> None:
    project = make_tiny_project(session)
    answer(make_person(session).id, (TRAIN,), session=session, actor=ACTOR, now=now)

    found = answers_in_project(project.id, session=session)

    assert sorted(found) == ["person-0", "person-1", "person-2"]


def test_nobody_consents_to_words_they_did_not_see(session: Session, now: datetime) -> None:
    person = make_person(session)
    publish_text(SECOND, session=session, actor=ACTOR, now=now)

    with pytest.raises(Conflict, match="Version 2 of the text was published"):
        answer(person.id, (TRAIN,), session=session, actor=ACTOR, now=now, text_version=1)

    assert answers_of(person.id, session=session) == ()


def test_a_published_text_is_the_one_in_force(session: Session, now: datetime) -> None:
    assert current_text(session=session) == STANDING_TEXT

    publish_text(SECOND, session=session, actor=ACTOR, now=now)

    assert current_text(session=session) == SECOND


@pytest.mark.parametrize(
    ("text", "words"),
    [(replace(SECOND, version=3), "must be 2"), (replace(SECOND, likeness=" "), "'likeness'")],
)
def test_a_text_with_a_gap_is_refused(
    session: Session, now: datetime, text: Text, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        publish_text(text, session=session, actor=ACTOR, now=now)


@pytest.mark.parametrize(
    "verb", ["UPDATE consent_answer SET purposes = '[]'", "DELETE FROM consent_answer"]
)
def test_the_database_keeps_answers_as_they_are(session: Session, now: datetime, verb: str) -> None:
    answer(make_person(session).id, (TRAIN,), session=session, actor=ACTOR, now=now)
    session.flush()

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), session.begin_nested():
        session.connection().execute(sa.text(verb))

    assert len(session.exec(select(ConsentAnswer)).all()) == 1


@pytest.mark.parametrize(
    ("granted", "taken", "left"),
    [
        ((TRAIN, STUDY), (TRAIN,), [{STUDY}]),
        ((TRAIN, STUDY), tuple(ConsentPurpose), [set()]),
        ((STUDY,), (TRAIN,), []),
        ((), (TRAIN,), []),
        (None, (TRAIN,), [set()]),
    ],
    ids=["one", "all", "another", "none left", "never answered"],
)
def test_f24_a_consent_is_taken_back_by_purpose_and_once(
    session: Session,
    now: datetime,
    granted: tuple[ConsentPurpose, ...] | None,
    taken: tuple[ConsentPurpose, ...],
    left: list[set[ConsentPurpose]],
) -> None:
    person, other = make_person(session), make_person(session)
    answer(other.id, (TRAIN,), session=session, actor=ACTOR, now=now)
    if granted is not None:
        answer(person.id, granted, session=session, actor=ACTOR, now=now)
    before = len(answers_of(person.id, session=session))

    for _ in range(2):
        withdraw(person.id, taken, session=session, actor=ACTOR, now=now)

    assert [one.purposes for one in answers_of(person.id, session=session)[before:]] == left
    assert [one.purposes for one in answers_of(other.id, session=session)] == [{TRAIN}]


def test_two_withdrawals_in_turn_leave_nothing(session: Session, now: datetime) -> None:
    person = make_person(session)
    answer(person.id, (TRAIN, STUDY), session=session, actor=ACTOR, now=now)

    for purpose in (TRAIN, STUDY):
        withdraw(person.id, (purpose,), session=session, actor=ACTOR, now=now)

    assert answers_of(person.id, session=session)[-1].purposes == set()
