"""How much of a project goes to somebody is known before its pairs are looked at."""

import random
from collections.abc import Sequence
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.assigning import SelectionPolicy
from evalhub.core.qualifying.requirements import Requirement
from evalhub.db.models import Prompt
from evalhub.services.assigning.choosing import n_open_to, take_pair
from evalhub.services.assigning.reach import EVERYTHING, Reach, reach_of
from tests.factories import make_credential, make_languages, route_prompt
from tests.services.assigning.conftest import Campaign, make_campaign

BY_LANGUAGE = Requirement(matches_language=True)
BY_PLACE = Requirement(domain="medicine", matches_jurisdiction=True)


def speaking(session: Session, *languages: str) -> Campaign:
    """Add a project whose prompts are in ``languages``, beside one in others."""
    make_campaign(session, n_pairs=2)
    campaign = make_campaign(session, n_pairs=len(languages), overlap=2)
    version = campaign.project.prompt_set_version_id
    query = select(Prompt).where(Prompt.prompt_set_version_id == version)
    prompts = session.exec(query.order_by(col(Prompt.id))).all()
    for prompt, language in zip(prompts, languages, strict=True):
        route_prompt(session, prompt, language=language)
    return campaign


def reach(campaign: Campaign, requirement: Requirement, now: datetime) -> Reach:
    """Return what of the project goes to its first annotator."""
    return reach_of(
        campaign.project.id,
        requirement,
        person_id=campaign.people[0].id,
        session=campaign.session,
        now=now,
    )


@pytest.mark.parametrize(
    ("works_in", "is_all", "routes"),
    [
        (["sw"], True, ("sw||",)),
        (["en", "sw"], True, ("sw||",)),
        (["de"], False, ()),
        (["s", "swa"], False, ()),
        ([], False, ()),
    ],
)
def test_regions_of_a_language_are_one(
    session: Session, now: datetime, works_in: Sequence[str], is_all: bool, routes: tuple[str, ...]
) -> None:
    campaign = speaking(session, "sw-KE", "SW", "sw")
    make_languages(session, campaign.people[0], *works_in)
    make_languages(session, campaign.people[1], "de", "sw")

    found = reach(campaign, BY_LANGUAGE, now)

    assert (found.is_all, found.routes) == (is_all, routes)


def test_a_project_that_asks_for_nothing_of_prompts_is_open_as_a_whole(
    session: Session, now: datetime
) -> None:
    campaign = speaking(session, "fr", "de-AT")

    assert reach(campaign, Requirement(domain="medicine", min_level=3), now) == EVERYTHING


def test_of_several_languages_one_is_some(session: Session, now: datetime) -> None:
    campaign = speaking(session, "fr", "de-AT", "sw", "de")
    make_languages(session, campaign.people[0], "de")

    found = reach(campaign, BY_LANGUAGE, now)

    assert (found.is_all, found.routes) == (False, ("de||",))


def test_each_place_is_open_by_the_credential_that_holds_there(
    session: Session, now: datetime
) -> None:
    campaign = make_campaign(session, n_pairs=4)
    prompts = [session.get_one(Prompt, pair.prompt_id) for pair in campaign.pairs]
    for prompt, place in zip(prompts, (None, "DE", "us", "KE"), strict=True):
        route_prompt(session, prompt, jurisdiction=place)
    make_credential(session, campaign.people[0], "physician", jurisdiction="DE")
    make_credential(session, campaign.people[0], "dentist", jurisdiction="US-CA")
    make_credential(session, campaign.people[0], "midwife", jurisdiction="KE", decisions=())

    found = reach(campaign, BY_PLACE, now)

    assert found.classes == {"en||": "", "en|DE|": "physician", "en|US|": "dentist"}
    assert not found.is_all


def statements(session: Session) -> list[str]:
    """Return a list that fills with what is asked of the database from now on."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(session.connection(), "before_cursor_execute", note)
    return asked


@pytest.mark.parametrize(("works_in", "n_open"), [("de", 0), ("sw", 2)])
def test_f65_no_pair_is_asked_about_its_prompt(
    session: Session, now: datetime, works_in: str, n_open: int
) -> None:
    campaign = speaking(session, "sw", "fr", "sw-KE")
    person_id, project_id = campaign.people[0].id, campaign.project.id
    make_languages(session, campaign.people[0], works_in)
    found, asked = reach(campaign, BY_LANGUAGE, now), statements(session)

    left = n_open_to(project_id, person_id=person_id, session=session, now=now, reach=found)
    taken = take_pair(
        project_id,
        person_id=person_id,
        policy=SelectionPolicy.UNIFORM,
        session=session,
        rng=random.Random(0),
        reach=found,
    )

    assert (left, taken is not None) == (n_open, n_open > 0)
    # The join of pairs with prompts is what a project of 200,000 pairs had to wait for.
    assert not [one for one in asked if "prompt." in one and "FROM pair" in one]


def test_pairs_of_several_routes_come_in_the_order_of_the_project(
    session: Session, now: datetime
) -> None:
    campaign = speaking(session, *("de", "sw") * 6, "fr")
    make_languages(session, campaign.people[0], "de", "sw")
    found = reach(campaign, BY_LANGUAGE, now)

    taken = take_pair(
        campaign.project.id,
        person_id=campaign.people[0].id,
        policy=SelectionPolicy.UNIFORM,
        session=session,
        rng=random.Random(0),
        reach=found,
    )

    assert taken is not None
    # One of the first of both together, not of the first of each.
    first = [pair.id for pair in campaign.pairs][: round(1 / taken.probability)]
    assert taken.pair_id in first
