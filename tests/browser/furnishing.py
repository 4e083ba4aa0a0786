"""Give a house one of everything that pages show, for tours of all its pages."""

import json
from datetime import datetime, timedelta

from sqlmodel import Session, select

from evalhub.core.pay.ledger import Entry, UnpaidReason, WorkKind
from evalhub.core.pay.tiers import parse_floors
from evalhub.core.people import Actor, Role
from evalhub.core.qualifying.applications import Application
from evalhub.core.qualifying.credentials import CredentialDecision
from evalhub.db.models import Person, Project, RubricVersion
from evalhub.services.paying.booking import book
from evalhub.services.paying.disputing import open_dispute
from evalhub.services.qualifying.applying import apply_for, begin_assessment
from evalhub.services.qualifying.attempts import hand_in
from evalhub.services.qualifying.contesting import contest_key
from evalhub.services.qualifying.training_rounds import start_round
from evalhub.services.qualifying.trainings import publish_training
from evalhub.services.teams import create_team, put_in_team
from tests.core.qualifying.test_trainings import document
from tests.factories import make_credential, make_languages, make_level, make_person
from tests.services.qualifying.assessed import make_assessment, make_field
from tests.services.reviewing.scene import make_scene

ABOUT = Application("Ten years in surgery, the last four as a consultant.", 8)
ENTRIES = (
    Entry("tour:paid", WorkKind.COMPARISON, 1_900, 6_000, "USD"),
    Entry("tour:over", WorkKind.COMPARISON, 600, 0, "USD", UnpaidReason.OVER_CAP),
    Entry("tour:late", WorkKind.COMPARISON, 900, 0, "USD", UnpaidReason.EXPIRED),
)


def furnish(session: Session, person: Person, now: datetime) -> None:
    """Let ``person``, who holds every role, be qualified, paid, in dispute and under assessment."""
    actor = Actor(person.id, person.name, frozenset(Role))
    project = session.exec(select(Project)).first()
    rubric = session.exec(select(RubricVersion)).first()
    assert project is not None
    assert rubric is not None
    _qualify(session, person)
    book(ENTRIES, person_id=person.id, project_id=project.id, session=session, now=now)
    book(
        [Entry("tour:old", WorkKind.COMPARISON, 1_200, 2_000, "EUR")],
        person_id=person.id,
        project_id=project.id,
        session=session,
        now=now - timedelta(days=40),
    )
    open_dispute(
        "tour:over",
        words="The answers were long.",
        minutes=5,
        actor=actor,
        session=session,
        now=now,
    )
    make_scene(session, now - timedelta(hours=1)).disagree()
    _train(session, person, actor, now)
    _assess(session, person, actor, f"{rubric.rubric_id}@{rubric.version}", now)
    _contest(session, now)
    create_team("nairobi", "Nairobi", session=session, actor=actor, now=now)
    put_in_team(
        "nairobi",
        email=person.email or "",
        week_hours=10,
        is_lead=True,
        session=session,
        actor=actor,
        now=now,
    )


def _contest(session: Session, now: datetime) -> None:
    """Let somebody else hand the assessment in and say that a key of it is wrong."""
    one = make_person(session, name="Bo Applicant")
    actor = Actor(one.id, one.name, frozenset())
    apply_for(one.id, "medicine", ABOUT, session=session, actor=actor, now=now)
    begin_assessment(one.id, "medicine", session=session, actor=actor, now=now)
    hand_in(one.id, "medicine", session=session, actor=actor, now=now)
    words = "The label names both doses."
    contest_key(one.id, "medicine", 0, words, session=session, actor=actor, now=now)


def _qualify(session: Session, person: Person) -> None:
    make_credential(session, person)
    make_credential(session, person, "lawyer", domain="law", decisions=())
    make_credential(session, person, "nurse", decisions=(CredentialDecision.REFUSED,))
    make_level(session, person, 3)
    make_languages(session, person, "en", "de")


def _assess(session: Session, person: Person, actor: Actor, rubric: str, now: datetime) -> None:
    """Open a field, let ``person`` apply for it and begin its assessment."""
    make_field(session, now)
    make_field(session, now, domain="law")
    make_assessment(session, now, rubric=rubric)
    apply_for(person.id, "medicine", ABOUT, session=session, actor=actor, now=now)
    begin_assessment(person.id, "medicine", session=session, actor=actor, now=now)


def _train(session: Session, person: Person, actor: Actor, now: datetime) -> None:
    """Publish a training under the small rubric, and let ``person`` stand before its first pair."""
    publish_training(
        json.dumps(document()),
        where="t.json",
        floors=parse_floors("general=20 USD, coding_stem=20 USD, professional=20 USD"),
        session=session,
        actor=actor,
        now=now,
    )
    start_round(person.id, "medicine-intro", seen=1, session=session, actor=actor, now=now)
