"""How much of a project somebody can read is known before its pairs are looked at."""

import random
from collections.abc import Sequence
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from evalhub.core.assigning import SelectionPolicy
from evalhub.db.models import Prompt
from evalhub.services.assigning.choosing import n_open_to, take_pair
from evalhub.services.assigning.readable import Readable, readable_of
from tests.factories import make_languages
from tests.services.assigning.conftest import Campaign, make_campaign


def speaking(session: Session, *languages: str) -> Campaign:
    """Add a project whose prompts are in ``languages``, beside one in others."""
    make_campaign(session, n_pairs=2)
    campaign = make_campaign(session, n_pairs=len(languages), overlap=2)
    version = campaign.project.prompt_set_version_id
    query = select(Prompt).where(Prompt.prompt_set_version_id == version)
    for prompt, language in zip(
        session.exec(query.order_by(col(Prompt.id))), languages, strict=True
    ):
        prompt.language = language
    session.flush()
    return campaign


@pytest.mark.parametrize(
    ("works_in", "readable"),
    [
        (["sw"], Readable.ALL),
        (["en", "sw"], Readable.ALL),
        (["de"], Readable.NOTHING),
        (["s", "swa"], Readable.NOTHING),
        ([], Readable.NOTHING),
    ],
)
def test_regions_of_a_language_are_one(
    session: Session, works_in: Sequence[str], readable: Readable
) -> None:
    campaign = speaking(session, "sw-KE", "SW", "sw")
    make_languages(session, campaign.people[0], *works_in)
    make_languages(session, campaign.people[1], "de", "sw")

    found = readable_of(campaign.project.id, person_id=campaign.people[0].id, session=session)

    assert found is readable


def test_of_several_languages_one_is_some(session: Session) -> None:
    campaign = speaking(session, "fr", "de-AT", "sw", "de")
    make_languages(session, campaign.people[0], "de")

    found = readable_of(campaign.project.id, person_id=campaign.people[0].id, session=session)

    assert found is Readable.SOME


@pytest.mark.parametrize(("works_in", "n_open"), [("de", 0), ("sw", 2)])
def test_where_languages_decide_nothing_no_pair_is_asked_for_its_own(
    session: Session, now: datetime, works_in: str, n_open: int
) -> None:
    campaign = speaking(session, "sw", "sw-KE")
    person_id, project_id = campaign.people[0].id, campaign.project.id
    make_languages(session, campaign.people[0], works_in)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(session.connection(), "before_cursor_execute", note)
    left = n_open_to(project_id, person_id=person_id, session=session, now=now, by_language=True)
    taken = take_pair(
        project_id,
        person_id=person_id,
        policy=SelectionPolicy.UNIFORM,
        session=session,
        rng=random.Random(0),
        by_language=True,
    )

    assert (left, taken is not None) == (n_open, n_open > 0)
    # The join of pairs with languages is what a project of 200,000 pairs had to wait for.
    assert not [one for one in asked if "FROM pair" in one and "person_language" in one]
