"""Claiming: terms are accepted once, on record, before the first comparison."""

import random
from datetime import datetime

import pytest
from sqlmodel import Session, select

from evalhub.core.assigning import Lease
from evalhub.core.people import Actor, Role, command_actor
from evalhub.db.models import AuditEvent, Person
from evalhub.errors import BadInput, NotFound
from evalhub.services.assigning.claiming import claim
from tests.factories import make_person
from tests.services.assigning.conftest import Campaign, make_campaign
from tests.writing import n_statements


@pytest.fixture
def campaign(session: Session) -> Campaign:
    """Add a project with terms."""
    campaign = make_campaign(session, n_pairs=2)
    campaign.project.terms = "You own what you write."
    session.flush()
    return campaign


def claim_as(
    person: Person, campaign: Campaign, now: datetime, *, accepts_terms: bool
) -> Lease | None:
    return claim(
        campaign.project.slug,
        actor=Actor(person.id, person.name, frozenset({Role.ANNOTATOR})),
        accepts_terms=accepts_terms,
        session=campaign.session,
        now=now,
        rng=random.Random(0),
    )


def test_the_first_claim_needs_the_terms(campaign: Campaign, now: datetime) -> None:
    with pytest.raises(BadInput, match="terms"):
        claim_as(campaign.people[0], campaign, now, accepts_terms=False)


def test_accepting_is_put_on_record_once(campaign: Campaign, now: datetime) -> None:
    first = claim_as(campaign.people[0], campaign, now, accepts_terms=True)
    again = claim_as(campaign.people[0], campaign, now, accepts_terms=False)

    events = campaign.session.exec(select(AuditEvent.action)).all()
    assert first is not None
    assert first == again
    assert events == ["project.accept_terms"]


def test_which_terms_somebody_read_is_asked_once(campaign: Campaign, now: datetime) -> None:
    person = campaign.people[0]
    claim_as(person, campaign, now, accepts_terms=True)

    def resume() -> None:
        claim_as(person, campaign, now, accepts_terms=False)

    # The project, the membership, what was read, the terms, what is held.
    assert n_statements(campaign.session, resume) == 5


def test_a_project_without_terms_asks_for_nothing(campaign: Campaign, now: datetime) -> None:
    campaign.project.terms = ""
    campaign.session.flush()

    assert claim_as(campaign.people[0], campaign, now, accepts_terms=False) is not None
    assert campaign.session.exec(select(AuditEvent)).all() == []


def test_when_nothing_is_left_nothing_is_recorded(campaign: Campaign, now: datetime) -> None:
    for pair in campaign.pairs:
        pair.is_offered = False
    campaign.session.flush()

    assert claim_as(campaign.people[0], campaign, now, accepts_terms=True) is None
    assert campaign.session.exec(select(AuditEvent)).all() == []


def test_outsiders_cannot_claim(campaign: Campaign, now: datetime) -> None:
    outsider = make_person(campaign.session, Role.ANNOTATOR)

    with pytest.raises(NotFound):
        claim_as(outsider, campaign, now, accepts_terms=False)


def test_a_command_cannot_claim(campaign: Campaign, now: datetime) -> None:
    with pytest.raises(NotFound, match="signed-in"):
        claim(
            campaign.project.slug,
            actor=command_actor(),
            accepts_terms=True,
            session=campaign.session,
            now=now,
            rng=random.Random(0),
        )
